import { useQuery } from '@tanstack/react-query';
import { UserRound } from 'lucide-react';
import { personaQuery } from './queries.ts';

/** Who answers in a chat; nothing where the persona is gone or closed. */
export function PersonaName({ id }: { id: string }) {
  const { data } = useQuery(personaQuery(id));
  if (!data) return null;
  return (
    <span className="flex max-w-40 items-center gap-1 px-2 text-[13px] text-muted" title={data.description}>
      <UserRound aria-hidden className="size-4 shrink-0" />
      <span className="truncate">{data.name}</span>
    </span>
  );
}
