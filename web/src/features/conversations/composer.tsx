import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ArrowUp, Square } from 'lucide-react';
import { type FormEvent, type KeyboardEvent, useState } from 'react';
import { IconButton } from '../../components/button.tsx';
import { FormError } from '../../components/states.tsx';
import { providersQuery } from '../settings/queries.ts';

interface ComposerProps {
  /** True while an answer is produced: the button stops it. */
  answering: boolean;
  sending: boolean;
  error: unknown;
  /** Settles when the server has the message; what was written stays until then. */
  onSend: (content: string) => Promise<unknown>;
  onStop?: () => void;
}

/** Where one writes: Enter sends, Shift and Enter make a new line. */
export function Composer({ answering, sending, error, onSend, onStop }: ComposerProps) {
  const [content, setContent] = useState('');
  const ready = content.trim() !== '' && !answering && !sending;

  function send(): void {
    if (!ready) return;
    onSend(content).then(
      () => setContent(''),
      () => {}, // shown through `error`
    );
  }
  function submit(event: FormEvent): void {
    event.preventDefault();
    send();
  }
  function onKeyDown(event: KeyboardEvent): void {
    // `isComposing`: Enter that ends the choice of a character must not send.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  }

  return (
    <form onSubmit={submit} className="mx-auto w-full max-w-3xl space-y-2 px-4 pb-4">
      <FormError error={error} />
      <div className="rounded-xl border border-line-strong bg-surface focus-within:outline-2 focus-within:outline-accent">
        <textarea
          aria-label="Message"
          placeholder="Ask about your documents"
          rows={Math.min(8, content.split('\n').length + 1)}
          value={content}
          readOnly={sending}
          onChange={(event) => setContent(event.target.value)}
          onKeyDown={onKeyDown}
          className="block w-full resize-none bg-transparent px-4 pt-3 outline-none placeholder:text-muted"
        />
        <div className="flex items-center justify-between gap-2 px-2 pb-2">
          <ModelInUse />
          {answering && onStop ? (
            <IconButton
              label="Stop the answer"
              icon={Square}
              onClick={onStop}
              className="border border-line-strong"
            />
          ) : (
            <IconButton
              type="submit"
              label="Send"
              icon={ArrowUp}
              disabled={!ready}
              className="bg-accent text-on-accent hover:bg-accent-strong hover:text-on-accent"
            />
          )}
        </div>
      </div>
    </form>
  );
}

/** Which model answers: the default connection, chosen in Settings. */
function ModelInUse() {
  const providers = useQuery(providersQuery);
  const inUse = providers.data?.items.find((item) => item.enabled && item.is_default);
  if (!inUse) return <span />;
  return (
    <Link to="/settings" className="truncate px-2 text-[13px] text-muted hover:text-text hover:underline">
      {inUse.models.sonnet ? `${inUse.name}, ${inUse.models.sonnet}` : inUse.name}
    </Link>
  );
}
