import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { ChevronLeft, MessageSquare } from 'lucide-react';
import { useState } from 'react';
import { Checkbox } from '../../components/field.tsx';
import { useTitle } from '../../components/page.tsx';
import { api } from '../../lib/api.ts';
import { queryClient, useAction } from '../../lib/queries.ts';
import { ProjectSelect } from '../projects/project-select.tsx';
import { Composer, type Said } from './composer.tsx';
import { conversationKeys, conversationQuery } from './queries.ts';
import { SentDialog } from './sent-dialog.tsx';

const route = getRouteApi('/shell/chat');
const suggestions = [
  'What do my documents say about …',
  'Compare what my documents say and list where they differ.',
  'What do you remember about my work?',
];

/** The first message of a conversation. It is created when that is sent, so that no empty ones pile up. */
export function NewChat() {
  useTitle('Chat');
  const navigate = useNavigate();
  const { project: folder = '' } = route.useSearch();
  const [project, setProject] = useState(folder);
  const [isPrivate, setPrivate] = useState(false);
  const [previewed, setPreviewed] = useState<Said | null>(null);
  const [suggested, setSuggested] = useState({ text: '', count: 0 });
  const start = useAction(
    async (said: Said) => {
      const { id } = await api.conversations.create({
        is_private: isPrivate,
        ...(project && { project_id: project }),
      });
      await api.conversations.send({ conversation_id: id, ...said });
      await queryClient.fetchQuery(conversationQuery(id));
      return id;
    },
    {
      refresh: [conversationKeys.lists],
      announceError: false,
      onSuccess: (id) =>
        void navigate({ to: '/chat/$conversationId', params: { conversationId: id }, search: (now) => now }),
    },
  );
  return (
    <div className="flex min-h-0 flex-1 flex-col">
      <Link
        to="/chat"
        className="flex items-center gap-1 self-start px-4 py-3 text-[13px] text-muted hover:text-text md:hidden"
      >
        <ChevronLeft aria-hidden className="size-4" /> All chats
      </Link>
      <div className="grid min-h-0 flex-1 place-items-center overflow-y-auto px-4 py-4">
        <div className="w-full max-w-lg text-center">
          <span className="mx-auto mb-3 grid size-10 place-items-center rounded-full bg-accent-soft text-accent">
            <MessageSquare aria-hidden className="size-5" />
          </span>
          <h1 className="text-lg font-semibold">What would you like to know?</h1>
          <p className="mt-1 mb-5 text-muted">
            Answers rest on your documents and what is remembered, and cite where they are from.
          </p>
          <div className="mx-auto w-64 space-y-3 text-left">
            <ProjectSelect
              label="Documents to use"
              none="All my documents"
              value={project}
              onChange={setProject}
            />
            <Checkbox
              label="Private"
              hint={`Nothing is remembered from it, and nothing remembered is used.${
                project ? ' Members of the project see it all the same.' : ''
              }`}
              checked={isPrivate}
              onChange={(event) => setPrivate(event.target.checked)}
            />
          </div>
          <ul aria-label="Suggestions" className="mt-6 flex flex-wrap justify-center gap-2">
            {suggestions.map((text) => (
              <li key={text}>
                <button
                  type="button"
                  onClick={() => setSuggested((now) => ({ text, count: now.count + 1 }))}
                  className="rounded-full border border-line bg-surface px-3 py-1.5 text-[13px] text-muted hover:border-accent hover:text-text"
                >
                  {text}
                </button>
              </li>
            ))}
          </ul>
        </div>
      </div>
      <Composer
        draft="new"
        suggested={suggested}
        answering={false}
        sending={start.isPending}
        error={start.error}
        onSend={(said) => start.mutateAsync(said)}
        onPreview={setPreviewed}
      />
      {previewed && (
        <SentDialog
          place={{ project_id: project || undefined, is_private: isPrivate }}
          said={previewed}
          onClose={() => setPreviewed(null)}
        />
      )}
    </div>
  );
}
