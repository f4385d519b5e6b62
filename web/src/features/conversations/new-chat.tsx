import { Link, useNavigate } from '@tanstack/react-router';
import { ChevronLeft, MessageSquare } from 'lucide-react';
import { useState } from 'react';
import { useTitle } from '../../components/page.tsx';
import { api } from '../../lib/api.ts';
import { queryClient, useAction } from '../../lib/queries.ts';
import { ProjectSelect } from '../projects/project-select.tsx';
import { Composer } from './composer.tsx';
import { conversationKeys, conversationQuery } from './queries.ts';

/** The first message of a conversation. It is created when that is sent, so that no empty ones pile up. */
export function NewChat() {
  useTitle('Chat');
  const navigate = useNavigate();
  const [project, setProject] = useState('');
  const start = useAction(
    async (content: string) => {
      const { id } = await api.conversations.create(project ? { project_id: project } : {});
      await api.conversations.send({ conversation_id: id, content });
      await queryClient.fetchQuery(conversationQuery(id));
      return id;
    },
    {
      refresh: [conversationKeys.lists],
      announceError: false,
      onSuccess: (id) => void navigate({ to: '/chat/$conversationId', params: { conversationId: id } }),
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
      <div className="grid flex-1 place-items-center px-4">
        <div className="w-full max-w-md text-center">
          <span className="mx-auto mb-3 grid size-10 place-items-center rounded-full bg-accent-soft text-accent">
            <MessageSquare aria-hidden className="size-5" />
          </span>
          <h1 className="text-lg font-semibold">What would you like to know?</h1>
          <p className="mt-1 mb-5 text-muted">
            Answers rest on your documents and what is remembered, and cite where they are from.
          </p>
          <div className="mx-auto w-64 text-left">
            <ProjectSelect
              label="Documents to use"
              none="All my documents"
              value={project}
              onChange={setProject}
            />
          </div>
        </div>
      </div>
      <Composer
        answering={false}
        sending={start.isPending}
        error={start.error}
        onSend={(content) => start.mutateAsync(content)}
      />
    </div>
  );
}
