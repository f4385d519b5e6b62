import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Sparkles } from 'lucide-react';
import { providersQuery } from '../settings/queries.ts';

/** Says plainly that answers come from the built-in model, as long as nothing else is connected. */
export function ModelBanner() {
  const providers = useQuery(providersQuery);
  if (!providers.data) return null;
  const connected = providers.data.items.some((item) => item.enabled && item.kind !== 'builtin');
  if (connected) return null;
  return (
    <aside
      aria-label="Model in use"
      className="flex flex-wrap items-center gap-x-3 gap-y-0.5 border-b border-line bg-accent-soft px-4 py-2 text-[13px] sm:px-8"
    >
      <Sparkles aria-hidden className="size-4 shrink-0 text-accent" />
      <span className="min-w-0 flex-1">
        Built-in extractive model: it finds, quotes and cites; it does not write.
      </span>
      <Link
        to="/settings"
        className="font-medium text-accent underline underline-offset-2 hover:text-accent-strong"
      >
        Connect a model
      </Link>
    </aside>
  );
}
