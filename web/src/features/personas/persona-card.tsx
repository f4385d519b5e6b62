import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { MessageSquare } from 'lucide-react';
import { useState } from 'react';
import { Badge } from '../../components/badge.tsx';
import { Button } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { Menu } from '../../components/menu.tsx';
import { Card } from '../../components/page.tsx';
import { api } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { statusQuery } from '../auth/queries.ts';
import { conversationKeys } from '../conversations/queries.ts';
import { KnowledgeDialog } from './knowledge-dialog.tsx';
import { PersonaForm } from './persona-form.tsx';
import { type Persona, personaKeys } from './queries.ts';

const visibilities = { private: 'Only you', unlisted: 'By its address', public: 'Everybody' };

/** A persona: who it is, and the ways to begin with it. */
export function PersonaCard({ persona }: { persona: Persona }) {
  const { id, name, description, category, visibility, starter_prompts } = persona;
  const status = useQuery(statusQuery);
  const navigate = useNavigate();
  const [open, setOpen] = useState<'edit' | 'knowledge' | 'delete' | null>(null);
  const close = () => setOpen(null);
  const begin = useAction(
    async (content: string | undefined) => {
      const conversation = await api.conversations.create({ persona_id: id });
      if (content) await api.conversations.send({ conversation_id: conversation.id, content });
      return conversation;
    },
    {
      refresh: [conversationKeys.lists],
      onSuccess: (conversation) =>
        void navigate({ to: '/chat/$conversationId', params: { conversationId: conversation.id } }),
    },
  );
  const remove = useAction(api.personas.delete, {
    refresh: [personaKeys.all],
    done: `${name} is deleted.`,
    onSuccess: close,
  });
  const mine = status.data?.user?.id === persona.creator_id;
  return (
    <li>
      <Card>
        <article aria-label={name} className="flex h-full flex-col gap-3 p-4">
          <div className="flex items-start gap-2">
            <div className="min-w-0 flex-1">
              <h2 className="truncate font-semibold">{name}</h2>
              <p className="text-[13px] text-muted">{category}</p>
            </div>
            {mine && <Badge>{visibilities[visibility]}</Badge>}
            {mine && (
              <Menu
                label={`More for ${name}`}
                items={[
                  { label: 'Edit', run: () => setOpen('edit') },
                  { label: 'What it knows', run: () => setOpen('knowledge') },
                  { label: 'Delete', danger: true, run: () => setOpen('delete') },
                ]}
              />
            )}
          </div>
          <p className="line-clamp-3 flex-1 break-words text-muted">{description}</p>
          <div className="flex flex-wrap gap-2">
            <Button
              size="sm"
              icon={MessageSquare}
              busy={begin.isPending}
              onClick={() => begin.mutate(undefined)}
            >
              Chat
            </Button>
            {starter_prompts.slice(0, 3).map((prompt) => (
              <Button key={prompt} size="sm" disabled={begin.isPending} onClick={() => begin.mutate(prompt)}>
                {prompt}
              </Button>
            ))}
          </div>
        </article>
      </Card>
      {open === 'edit' && <PersonaForm persona={persona} onClose={close} />}
      {open === 'knowledge' && <KnowledgeDialog persona={persona} onClose={close} />}
      {open === 'delete' && (
        <ConfirmDialog
          title={`Delete ${name}?`}
          confirm="Delete"
          busy={remove.isPending}
          onConfirm={() => remove.mutate({ persona_id: id })}
          onClose={close}
        >
          Chats with it stay and go on without it. Its files stay among yours.
        </ConfirmDialog>
      )}
    </li>
  );
}
