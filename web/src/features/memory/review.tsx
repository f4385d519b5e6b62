import { useInfiniteQuery } from '@tanstack/react-query';
import { LoadMore } from '../../components/load-more.tsx';
import { Card, Section } from '../../components/page.tsx';
import { ErrorState } from '../../components/states.tsx';
import { CandidateRow } from './candidate-row.tsx';
import { candidatesQuery } from './queries.ts';

/** What was found in chats and waits for a word. Not there while there is nothing. */
export function Review() {
  const candidates = useInfiniteQuery(candidatesQuery());
  if (candidates.isError) return <ErrorState error={candidates.error} onRetry={() => candidates.refetch()} />;
  const items = candidates.data?.pages.flatMap((page) => page.items) ?? [];
  if (items.length === 0) return null;
  return (
    <Section title="Remember this?">
      <Card>
        <ul aria-label="Found in chats" className="divide-y divide-line">
          {items.map((item) => (
            <CandidateRow key={item.id} candidate={item} />
          ))}
        </ul>
      </Card>
      <LoadMore query={candidates} />
    </Section>
  );
}
