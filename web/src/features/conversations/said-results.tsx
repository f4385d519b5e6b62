import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Fragment } from 'react';
import { ErrorState, SkeletonList } from '../../components/states.tsx';
import { saidQuery } from './queries.ts';

/** Messages in which something like the words was said; each opens at its place. */
export function SaidResults({ query, projectId }: { query: string; projectId: string | undefined }) {
  const found = useQuery(saidQuery(query, projectId));
  return (
    <section aria-label="Said in chats" className="mt-3">
      <h2 className="px-2.5 pb-1 text-[13px] font-semibold">Said in chats</h2>
      {found.isPending ? (
        <SkeletonList rows={3} height="h-14" />
      ) : found.isError ? (
        <ErrorState error={found.error} onRetry={() => found.refetch()} />
      ) : found.data.items.length === 0 ? (
        <p className="px-2 py-2 text-[13px] text-muted">Nothing was said about it.</p>
      ) : (
        <ul className="space-y-0.5">
          {found.data.items.map((item) => (
            <li key={item.message_id}>
              <Link
                to="/chat/$conversationId"
                params={{ conversationId: item.conversation_id }}
                search={(now) => ({ ...now, message: item.message_id })}
                className="block rounded-lg px-2.5 py-1.5 hover:bg-sunken"
              >
                <span className="block truncate text-xs text-muted">
                  {item.role === 'user' ? 'You' : 'Answer'} in {item.title ?? 'New chat'}
                </span>
                <span className="line-clamp-3 text-[13px]">
                  <Marked text={item.excerpt} query={query} />
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

/** A text with the words that were searched for marked. */
function Marked({ text, query }: { text: string; query: string }) {
  const words = query
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length > 2)
    .map((word) => word.slice(0, Math.max(4, word.length - 2)));
  if (words.length === 0) return text;
  const parts = text.split(new RegExp(`((?:${words.join('|')})[\\p{L}\\p{N}]*)`, 'giu'));
  return parts.map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one text keep their order
    <Fragment key={index}>{index % 2 === 1 ? <mark>{part}</mark> : part}</Fragment>
  ));
}
