import { Link, useParams } from '@tanstack/react-router';
import { EyeOff, Pin } from 'lucide-react';
import { Ago } from '../../components/ago.tsx';
import { cx } from '../../components/cx.ts';
import { formatDateTime } from '../../lib/format.ts';
import { ConversationMenu } from './conversation-menu.tsx';
import type { Conversation } from './queries.ts';

/** One conversation of the list; one in the trash opens only after it was taken out. */
export function ConversationRow({ conversation }: { conversation: Conversation }) {
  const { conversationId } = useParams({ strict: false });
  const inside = (
    <>
      <span className="flex items-center gap-1.5">
        {conversation.is_pinned && <Pin aria-label="Pinned" className="size-3.5 shrink-0 text-muted" />}
        {conversation.is_private && <EyeOff aria-label="Private" className="size-3.5 shrink-0 text-muted" />}
        <span className="truncate font-medium">{conversation.title ?? 'New chat'}</span>
      </span>
      <span className="text-xs text-muted">
        {conversation.kept_until ? (
          `Kept until ${formatDateTime(conversation.kept_until)}`
        ) : (
          <Ago at={conversation.deleted_at ?? conversation.last_message_at} />
        )}
      </span>
    </>
  );
  return (
    <li
      className={cx(
        'flex items-center rounded-lg hover:bg-sunken',
        conversation.id === conversationId && 'bg-accent-soft',
      )}
    >
      {conversation.deleted_at ? (
        <div className="min-w-0 flex-1 py-1.5 pl-2.5">{inside}</div>
      ) : (
        <Link
          to="/chat/$conversationId"
          params={{ conversationId: conversation.id }}
          search={({ message: _, ...now }) => now}
          className="min-w-0 flex-1 rounded-lg py-1.5 pl-2.5"
        >
          {inside}
        </Link>
      )}
      <ConversationMenu conversation={conversation} />
    </li>
  );
}
