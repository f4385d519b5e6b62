import { Link } from '@tanstack/react-router';
import { Compass } from 'lucide-react';
import { buttonClass } from '../../components/button.tsx';
import { useTitle } from '../../components/page.tsx';
import { EmptyState } from '../../components/states.tsx';

export function NotFound() {
  useTitle('Not found');
  return (
    <main className="mx-auto max-w-lg px-4 py-16">
      <h1 className="sr-only">Not found</h1>
      <EmptyState
        icon={Compass}
        title="There is no page here"
        action={
          <Link to="/projects" className={buttonClass('primary')}>
            Go to projects
          </Link>
        }
      >
        The address may be mistyped, or what it showed was deleted.
      </EmptyState>
    </main>
  );
}
