import { useMutation } from '@tanstack/react-query';
import { FileText, Quote } from 'lucide-react';
import { type FormEvent, useEffect, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Input } from '../../components/field.tsx';
import { Logo } from '../../components/logo.tsx';
import { Markdown } from '../../components/markdown.tsx';
import { useTitle } from '../../components/page.tsx';
import { ErrorState, FormError, SkeletonList } from '../../components/states.tsx';
import { ApiError, api } from '../../lib/api.ts';

/** What a link shows, without an account. The token is in the address's fragment, which no server and no log sees. */
export function SharedPage() {
  const [token] = useState(() => location.hash.slice(1));
  const open = useMutation({
    mutationFn: (password?: string) =>
      api.conversations.openShare({ token: token || '-', ...(password && { password }) }),
  });
  const { mutate } = open;
  useEffect(() => mutate(undefined), [mutate]);
  const { data } = open;
  // Who comes back to the page finds it closed when the link is. Asked without the password, a protected link says
  // only whether it is open, and shows nothing anew.
  useEffect(() => {
    if (!data || data.needs_password) return;
    const look = () => {
      if (document.hidden) return;
      api.conversations.openShare({ token, again: true }).catch((error: unknown) => {
        if (error instanceof ApiError && error.problem.code === 'not_found') mutate(undefined);
      });
    };
    addEventListener('focus', look);
    document.addEventListener('visibilitychange', look);
    return () => {
      removeEventListener('focus', look);
      document.removeEventListener('visibilitychange', look);
    };
  }, [data, mutate, token]);
  const asked = open.data?.needs_password === true || (open.isError && open.variables !== undefined);
  useTitle(open.data?.title ?? 'Shared chat');
  return (
    <div className="mx-auto min-h-dvh max-w-3xl px-4 py-6 sm:px-6">
      <header className="mb-6 flex items-center gap-2.5 border-b border-line pb-4">
        <Logo className="size-6" />
        <h1 className="min-w-0 flex-1 truncate text-lg font-semibold">{open.data?.title ?? 'Shared chat'}</h1>
        <span className="text-[13px] text-muted">Read only</span>
      </header>
      <main>
        {asked || (open.isPending && open.variables !== undefined) ? (
          <PasswordForm error={open.error} busy={open.isPending} onSubmit={(password) => mutate(password)} />
        ) : open.isError ? (
          <ErrorState error={open.error} onRetry={() => mutate(undefined)} />
        ) : open.data ? (
          <Messages messages={open.data.messages} />
        ) : (
          <SkeletonList rows={5} />
        )}
      </main>
    </div>
  );
}

interface PasswordFormProps {
  error: unknown;
  busy: boolean;
  onSubmit: (password: string) => void;
}

function PasswordForm({ error, busy, onSubmit }: PasswordFormProps) {
  const [password, setPassword] = useState('');
  function submit(event: FormEvent): void {
    event.preventDefault();
    onSubmit(password);
  }
  return (
    <form onSubmit={submit} className="mx-auto max-w-sm space-y-4 py-10">
      <p className="text-muted">This chat is protected. Ask who sent you the link for its password.</p>
      <Input
        label="Password"
        type="password"
        required
        autoComplete="off"
        value={password}
        onChange={(event) => setPassword(event.target.value)}
      />
      <FormError error={error} />
      <Button type="submit" tone="primary" busy={busy}>
        Open
      </Button>
    </form>
  );
}

type Shared = Awaited<ReturnType<typeof api.conversations.openShare>>['messages'];

function Messages({ messages }: { messages: Shared }) {
  return (
    <div className="space-y-6">
      {messages.map((message, index) =>
        message.role === 'user' ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: what a link shows never changes
          <article key={index} aria-label="Question" className="flex flex-col items-end gap-2">
            {message.attachments.map((name) => (
              <span key={name} className="flex items-center gap-1.5 text-[13px] text-muted">
                <FileText aria-hidden className="size-4" /> {name}
              </span>
            ))}
            <div className="max-w-[85%] rounded-2xl rounded-br-md bg-accent-soft px-4 py-2.5 break-words whitespace-pre-wrap">
              {message.content}
            </div>
          </article>
        ) : (
          // biome-ignore lint/suspicious/noArrayIndexKey: what a link shows never changes
          <article key={index} aria-label="Answer" className="space-y-2">
            <Markdown text={message.content} />
            {message.citations.length > 0 && (
              <ul aria-label="Sources" className="space-y-1 text-[13px] text-muted">
                {message.citations.map((item) => (
                  <li key={item.marker} className="flex gap-1.5">
                    <Quote aria-hidden className="mt-0.5 size-3.5 shrink-0" />
                    <span>
                      [{item.marker}] “{item.quote}”, {item.file_name}
                    </span>
                  </li>
                ))}
              </ul>
            )}
          </article>
        ),
      )}
    </div>
  );
}
