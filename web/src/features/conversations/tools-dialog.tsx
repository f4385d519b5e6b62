import { useQuery } from '@tanstack/react-query';
import { Dialog } from '../../components/dialog.tsx';
import { Select } from '../../components/field.tsx';
import { ErrorState, SkeletonList } from '../../components/states.tsx';
import { api } from '../../lib/api.ts';
import { humanize } from '../../lib/format.ts';
import { useAction } from '../../lib/queries.ts';
import { conversationKeys, toolsQuery } from './queries.ts';

type Permission = 'always' | 'ask' | 'never';
const choices: [Permission, string][] = [
  ['always', 'Runs always'],
  ['ask', 'Asks first'],
  ['never', 'Never runs'],
];

/** What each tool may do without asking: in every chat, and in this one. */
export function ToolsDialog({ conversationId, onClose }: { conversationId: string; onClose: () => void }) {
  const tools = useQuery(toolsQuery(conversationId));
  const set = useAction(api.conversations.setToolPermission, {
    refresh: [conversationKeys.tools],
  });
  return (
    <Dialog title="Tools" subtitle="What an answer may do without asking you." onClose={onClose} kind="wide">
      {tools.isPending ? (
        <SkeletonList rows={5} />
      ) : tools.isError ? (
        <ErrorState error={tools.error} onRetry={() => tools.refetch()} />
      ) : (
        <ul className="divide-y divide-line">
          {tools.data.items.map((tool) => (
            <li key={tool.name} className="flex flex-wrap items-center gap-x-4 gap-y-2 py-3">
              <div className="min-w-0 flex-1 basis-60">
                <p className="font-medium">{humanize(tool.name)}</p>
                <p className="text-[13px] text-muted">{tool.description}</p>
              </div>
              <Select
                label={`${humanize(tool.name)} in every chat`}
                quiet
                value={tool.permission}
                onChange={(event) =>
                  set.mutate({ name: tool.name, permission: event.target.value as Permission })
                }
              >
                {choices.map(([value, words]) => (
                  <option key={value} value={value}>
                    {words}
                  </option>
                ))}
              </Select>
              <Select
                label={`${humanize(tool.name)} in this chat`}
                quiet
                value={tool.conversation_permission ?? ''}
                onChange={(event) =>
                  set.mutate({
                    name: tool.name,
                    permission: (event.target.value || null) as Permission | null,
                    conversation_id: conversationId,
                  })
                }
              >
                <option value="">Here: as everywhere</option>
                {choices.map(([value, words]) => (
                  <option key={value} value={value}>
                    Here: {words.toLowerCase()}
                  </option>
                ))}
              </Select>
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  );
}
