import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { FileCheck2 } from 'lucide-react';
import { Ago } from '../../components/ago.tsx';
import { Section } from '../../components/page.tsx';
import { artifactTitle } from './artifact-looks.ts';
import { useProject } from './project-context.ts';
import { artifactsQuery } from './queries.ts';

/** What came out, at the top of the page once there is something. */
export function Deliverables() {
  const { project } = useProject();
  const artifacts = useInfiniteQuery(artifactsQuery(project.id));
  const promoted = (artifacts.data?.pages ?? [])
    .flatMap((page) => page.items)
    .filter((item) => item.status === 'promoted');
  if (promoted.length === 0) return null;
  return (
    <Section title="Deliverables">
      <ul className="space-y-2">
        {promoted.map((item) => (
          <li key={item.id}>
            <Link
              to="/projects/$projectId/artifacts"
              params={{ projectId: project.id }}
              search={{ artifact: item.id }}
              className="flex items-center gap-3 rounded-xl border border-line bg-surface p-3.5 hover:border-accent"
            >
              <span className="grid size-9 shrink-0 place-items-center rounded-lg bg-ok-soft text-ok">
                <FileCheck2 aria-hidden className="size-5" />
              </span>
              <span className="min-w-0 flex-1">
                <span className="block font-medium">{artifactTitle(item.name)}</span>
                <span className="text-[13px] text-muted">
                  {item.type}, version {item.version}, <Ago at={item.created_at} />
                </span>
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </Section>
  );
}
