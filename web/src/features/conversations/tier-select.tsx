import { api } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { type Conversation, conversationQuery } from './queries.ts';

const tiers = [
  ['', 'Standard model'],
  ['haiku', 'Fast model'],
  ['sonnet', 'Middle model'],
  ['opus', 'Strong model'],
] as const;

/** Which of the connection's models answers here. */
export function TierSelect({ conversation }: { conversation: Conversation }) {
  const update = useAction(api.conversations.update, {
    refresh: [conversationQuery(conversation.id).queryKey],
  });
  return (
    <select
      aria-label="Model of this chat"
      value={conversation.model_tier ?? ''}
      disabled={update.isPending}
      onChange={(event) =>
        update.mutate({
          conversation_id: conversation.id,
          model_tier: (event.target.value || null) as Conversation['model_tier'],
        })
      }
      className="h-8 max-w-40 rounded-lg bg-transparent px-1 text-[13px] text-muted hover:bg-sunken hover:text-text"
    >
      {tiers.map(([value, words]) => (
        <option key={value} value={value}>
          {words}
        </option>
      ))}
    </select>
  );
}
