import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Select, Textarea } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { ErrorState, SkeletonList } from '../../components/states.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { type Fact, factSearchQuery, memoryKeys } from './queries.ts';

/** Makes one fact of two: the nearest come first, and the wording that stays can be changed. */
export function MergeDialog({ fact, onClose }: { fact: Fact; onClose: () => void }) {
  const near = useQuery(factSearchQuery(fact.content.slice(0, 2000), undefined));
  const others = (near.data?.items ?? []).filter(
    (item) =>
      item.id !== fact.id && item.project_id === fact.project_id && item.persona_id === fact.persona_id,
  );
  const [chosen, setChosen] = useState<string | null>(null);
  const [content, setContent] = useState(fact.content);
  const other = others.find((item) => item.id === chosen) ?? others[0];
  const merge = useAction(api.memory.merge, {
    refresh: [memoryKeys.all],
    announceError: false,
    done: 'The two are one.',
    onSuccess: onClose,
  });
  function submit(): void {
    if (other) merge.mutate({ keep_id: fact.id, other_id: other.id, content });
  }
  return (
    <FormDialog
      title="Merge facts"
      subtitle="The other fact stays in the history of this one."
      onClose={onClose}
      submit="Merge"
      busy={merge.isPending}
      error={merge.error}
      instead={
        near.isPending ? (
          <SkeletonList rows={2} />
        ) : near.isError ? (
          <ErrorState error={near.error} onRetry={() => near.refetch()} />
        ) : other === undefined ? (
          <p className="text-muted">There is no other fact like it to merge with.</p>
        ) : null
      }
      onSubmit={submit}
    >
      <Select label="Merge with" value={other?.id} onChange={(event) => setChosen(event.target.value)}>
        {others.map((item) => (
          <option key={item.id} value={item.id}>
            {item.content.length > 100 ? `${item.content.slice(0, 99)}…` : item.content}
          </option>
        ))}
      </Select>
      <Textarea
        label="What is remembered then"
        required
        maxLength={4000}
        value={content}
        error={troubleOf(merge.error).fields.content}
        onChange={(event) => setContent(event.target.value)}
      />
    </FormDialog>
  );
}
