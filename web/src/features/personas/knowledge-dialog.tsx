import { useQuery } from '@tanstack/react-query';
import { Plus } from 'lucide-react';
import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { ErrorState, SkeletonList } from '../../components/states.tsx';
import { api } from '../../lib/api.ts';
import { formatBytes } from '../../lib/format.ts';
import { useAction } from '../../lib/queries.ts';
import { PickFilesDialog } from '../conversations/pick-files-dialog.tsx';
import { type Persona, personaKnowledgeQuery } from './queries.ts';

/** The files a persona draws on. */
export function KnowledgeDialog({ persona, onClose }: { persona: Persona; onClose: () => void }) {
  const persona_id = persona.id;
  const { queryKey } = personaKnowledgeQuery(persona_id);
  const knowledge = useQuery(personaKnowledgeQuery(persona_id));
  const [picking, setPicking] = useState(false);
  const add = useAction(
    async (files: { id: string }[]) => {
      for (const { id } of files) await api.personas.addKnowledge({ persona_id, file_id: id });
    },
    { refresh: [queryKey] },
  );
  const remove = useAction(api.personas.removeKnowledge, {
    refresh: [queryKey],
    done: 'Taken from it. The file stays among yours.',
  });
  return (
    <Dialog
      title={`What ${persona.name} knows`}
      subtitle="Whoever may talk to it is shown passages of these files."
      onClose={onClose}
    >
      <div className="space-y-4">
        {knowledge.isPending ? (
          <SkeletonList rows={3} height="h-10" />
        ) : knowledge.isError ? (
          <ErrorState error={knowledge.error} onRetry={() => knowledge.refetch()} />
        ) : knowledge.data.items.length === 0 ? (
          <p className="text-muted">It has no files. It answers from its prompt and its model alone.</p>
        ) : (
          <ul aria-label="Files it draws on" className="divide-y divide-line">
            {knowledge.data.items.map((item) => (
              <li key={item.id} className="flex items-center gap-3 py-2">
                <div className="min-w-0 flex-1">
                  <p className="truncate">{item.file_name}</p>
                  <p className="text-[13px] text-muted">
                    {item.file_id === null ? 'The file was deleted' : formatBytes(item.file_size)}
                  </p>
                </div>
                <Button
                  size="sm"
                  onClick={() => remove.mutate({ persona_id, knowledge_id: item.id })}
                  aria-label={`Remove ${item.file_name}`}
                >
                  Remove
                </Button>
              </li>
            ))}
          </ul>
        )}
        <Button icon={Plus} busy={add.isPending} onClick={() => setPicking(true)}>
          Add files
        </Button>
      </div>
      {picking && <PickFilesDialog onPick={(files) => add.mutate(files)} onClose={() => setPicking(false)} />}
    </Dialog>
  );
}
