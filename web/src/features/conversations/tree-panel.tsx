import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Bot, UserRound } from 'lucide-react';
import { cx } from '../../components/cx.ts';
import { Dialog } from '../../components/dialog.tsx';
import { ErrorState, SkeletonList } from '../../components/states.tsx';
import { api } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { conversationQuery, type TreeMessage, treeQuery } from './queries.ts';

interface Row {
  message: TreeMessage;
  /** How far it is set in: one step for each branching above it, so that a long talk stays at the edge. */
  depth: number;
  /** It is one of several versions. */
  version: string;
}

/** The tree as rows, what follows a message under it. */
export function rowsOf(items: TreeMessage[]): Row[] {
  const children = new Map<string | null, TreeMessage[]>();
  for (const item of items)
    children.set(item.parent_message_id, [...(children.get(item.parent_message_id) ?? []), item]);
  const rows: Row[] = [];
  const waiting: Row[] = [];
  const follow = (parent: string | null, depth: number): void => {
    const versions = children.get(parent) ?? [];
    const several = versions.length > 1;
    for (const [index, message] of [...versions.entries()].reverse())
      waiting.push({
        message,
        depth: several ? depth + 1 : depth,
        version: several ? `${index + 1}/${versions.length}` : '',
      });
  };
  follow(null, 0);
  for (let row = waiting.pop(); row; row = waiting.pop()) {
    rows.push(row);
    follow(row.message.id, row.depth);
  }
  return rows;
}

interface TreePanelProps {
  conversationId: string;
  onJump: (messageId: string) => void;
  onClose: () => void;
}

/** Every branch of the conversation; choosing a message shows its branch and goes there. */
export function TreePanel({ conversationId, onJump, onClose }: TreePanelProps) {
  const client = useQueryClient();
  const tree = useQuery(treeQuery(conversationId));
  const show = useAction(api.conversations.show, {
    onSuccess: (shown, { message_id }) => {
      client.setQueryData(conversationQuery(conversationId).queryKey, shown);
      onJump(message_id);
    },
  });
  function choose(message: TreeMessage): void {
    if (message.is_shown) onJump(message.id);
    else show.mutate({ message_id: message.id });
  }
  return (
    <Dialog kind="sheet" title="Overview" subtitle="All branches of this chat" onClose={onClose}>
      {tree.isPending ? (
        <SkeletonList rows={6} height="h-9" />
      ) : tree.isError ? (
        <ErrorState error={tree.error} onRetry={() => tree.refetch()} />
      ) : tree.data.items.length === 0 ? (
        <p className="text-muted">Nothing was said yet.</p>
      ) : (
        <ul aria-label="Messages of all branches" className="space-y-0.5">
          {rowsOf(tree.data.items).map(({ message, depth, version }) => {
            const Icon = message.role === 'user' ? UserRound : Bot;
            return (
              <li key={message.id} style={{ paddingLeft: `${Math.min(depth, 8) * 1.25}rem` }}>
                <button
                  type="button"
                  aria-current={message.is_shown}
                  onClick={() => choose(message)}
                  className={cx(
                    'flex w-full items-center gap-2 rounded-lg border-l-2 px-2.5 py-1.5 text-left hover:bg-sunken',
                    message.is_shown ? 'border-accent' : 'border-line text-muted',
                  )}
                >
                  <Icon aria-hidden className="size-4 shrink-0" />
                  <span className="sr-only">{message.role === 'user' ? 'You:' : 'Answer:'}</span>
                  <span className="min-w-0 flex-1 truncate">
                    {message.preview.trim() || (message.role === 'user' ? 'Files' : 'No text yet')}
                  </span>
                  {version && <span className="shrink-0 text-xs text-muted">{version}</span>}
                </button>
              </li>
            );
          })}
        </ul>
      )}
    </Dialog>
  );
}
