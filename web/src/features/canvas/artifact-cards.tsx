import { useNavigate } from '@tanstack/react-router';
import { z } from 'zod';
import { contentType } from '../../../../src/domains/canvas/contract.ts';
import { kinds } from './kinds.ts';

/** What the tools of the canvas answer. */
const made = z.object({
  artifact_id: z.uuid(),
  title: z.string(),
  content_type: contentType,
  version: z.number(),
});

interface ToolMessage {
  tool_name: string | null;
  tool_output: unknown;
}

/** The artifact a tool call made or changed, if it did. */
export function artifactOf({ tool_name, tool_output }: ToolMessage) {
  if (tool_name !== 'create_artifact' && tool_name !== 'update_artifact') return null;
  return made.safeParse(tool_output).data ?? null;
}

/** Artifacts an answer made or changed, each as a card that opens it beside the chat. */
export function ArtifactCards({ tools }: { tools: readonly ToolMessage[] }) {
  const navigate = useNavigate();
  const artifacts = new Map(
    tools.flatMap((tool) => {
      const artifact = artifactOf(tool);
      return artifact ? [[artifact.artifact_id, artifact] as const] : [];
    }),
  );
  if (artifacts.size === 0) return null;
  return (
    <ul aria-label="Artifacts of this answer" className="flex flex-wrap gap-2">
      {[...artifacts.values()].map(({ artifact_id, title, content_type, version }) => {
        const { icon: Icon, label } = kinds[content_type];
        return (
          <li key={artifact_id} className="min-w-0">
            <button
              type="button"
              onClick={() =>
                void navigate({
                  to: '.',
                  search: (now) => ({ ...now, artifact: artifact_id }),
                  replace: true,
                })
              }
              className="flex max-w-full items-center gap-3 rounded-xl border border-line bg-surface px-4 py-2.5 text-left hover:border-accent"
            >
              <Icon aria-hidden className="size-5 shrink-0 text-accent" />
              <span className="min-w-0">
                <span className="block truncate font-medium">{title}</span>
                <span className="block text-[13px] text-muted">
                  {label}, version {version}
                </span>
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
