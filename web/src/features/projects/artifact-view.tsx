import { useQuery } from '@tanstack/react-query';
import { Award, Download, ListTodo } from 'lucide-react';
import { Badge } from '../../components/badge.tsx';
import { Button, buttonClass } from '../../components/button.tsx';
import { CodeBlock } from '../../components/code-block.tsx';
import { Markdown } from '../../components/markdown.tsx';
import { Card } from '../../components/page.tsx';
import { ErrorState, SkeletonList } from '../../components/states.tsx';
import { api } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { PassagePanel } from '../files/passage-panel.tsx';
import { artifactLooks, artifactTitle } from './artifact-looks.ts';
import { useProject } from './project-context.ts';
import { artifactQuery, projectKeys } from './queries.ts';
import type { Citation } from './types.ts';

interface ArtifactViewProps {
  id: string;
  /** The marker whose source is open. */
  cite: number | undefined;
  onCite: (marker: number | undefined) => void;
}

/** An artifact as it is meant to be read, with its sources. */
export function ArtifactView({ id, cite, onCite }: ArtifactViewProps) {
  const { project, canEdit, openTask } = useProject();
  const query = useQuery(artifactQuery(project.id, id));
  const promote = useAction(api.projects.promoteArtifact, {
    refresh: [projectKeys.list(project.id, 'artifacts')],
    done: 'Marked as a deliverable.',
  });
  if (query.isPending) return <SkeletonList rows={6} height="h-6" />;
  if (query.isError) return <ErrorState error={query.error} onRetry={() => query.refetch()} />;
  const artifact = query.data;
  const open = artifact.citations.find((item) => item.marker === cite);
  const look = artifactLooks[artifact.status];
  return (
    <Card className="min-w-0">
      <header className="flex flex-wrap items-start justify-between gap-3 border-b border-line px-5 py-3">
        <div className="min-w-0">
          <h2 className="text-base font-semibold">{artifactTitle(artifact.name)}</h2>
          <p className="flex flex-wrap items-center gap-x-2 text-[13px] text-muted">
            <Badge tone={look.tone}>{look.label}</Badge> {artifact.type}, version {artifact.version}
          </p>
        </div>
        <div className="flex flex-wrap gap-2">
          <Button size="sm" tone="ghost" icon={ListTodo} onClick={() => openTask(artifact.task_id)}>
            Task
          </Button>
          {canEdit && artifact.status !== 'promoted' && (
            <Button
              size="sm"
              icon={Award}
              busy={promote.isPending}
              onClick={() => promote.mutate({ id: artifact.id })}
            >
              Make deliverable
            </Button>
          )}
          <a
            href={`/api/artifacts/${artifact.id}/content`}
            download
            className={buttonClass('secondary', 'sm')}
          >
            <Download aria-hidden className="size-4" />
            Download
          </a>
        </div>
      </header>
      <div className="px-5 py-5">
        {isMarkdown(artifact.mime_type) ? (
          <Markdown
            text={artifact.content}
            markers={artifact.citations.map((item) => item.marker)}
            onCitation={onCite}
          />
        ) : (
          <CodeBlock tall label={artifact.name} code={artifact.content} />
        )}
      </div>
      {artifact.citations.length > 0 && <Sources citations={artifact.citations} onOpen={onCite} />}
      {open && <PassagePanel key={open.marker} passage={open} onClose={() => onCite(undefined)} />}
    </Card>
  );
}

const isMarkdown = (mime: string | null): boolean =>
  mime === null || mime.startsWith('text/markdown') || mime.startsWith('text/plain');

function Sources({ citations, onOpen }: { citations: Citation[]; onOpen: (marker: number) => void }) {
  return (
    <section aria-label="Sources" className="border-t border-line px-5 py-4">
      <h3 className="mb-2 text-[13px] font-semibold">Sources</h3>
      <ol className="space-y-1">
        {citations.map((item) => (
          <li key={item.marker}>
            <button
              type="button"
              onClick={() => onOpen(item.marker)}
              className="flex w-full gap-2.5 rounded-lg px-2 py-1.5 text-left hover:bg-sunken"
            >
              <span className="font-semibold text-accent">{item.marker}</span>
              <span className="min-w-0">
                <span className="line-clamp-2">“{item.quote}”</span>
                <span className="text-[13px] text-muted">
                  {[
                    item.file_name ?? 'Deleted source',
                    item.page ? `page ${item.page}` : '',
                    ...item.heading_path,
                  ]
                    .filter(Boolean)
                    .join(' › ')}
                </span>
              </span>
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}
