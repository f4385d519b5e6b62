import { useQuery } from '@tanstack/react-query';
import { ArrowUp, Square } from 'lucide-react';
import { type FormEvent, type KeyboardEvent, useState } from 'react';
import { IconButton } from '../../components/button.tsx';
import { FormError } from '../../components/states.tsx';
import { tiers } from '../settings/kinds.ts';
import { providersQuery } from '../settings/queries.ts';

interface ComposerProps {
  /** True while an answer is produced: the button stops it. */
  answering: boolean;
  sending: boolean;
  error: unknown;
  onSend: (content: string, model: string | undefined) => void;
  onStop?: () => void;
}

/** Where one writes: Enter sends, Shift and Enter make a new line. */
export function Composer({ answering, sending, error, onSend, onStop }: ComposerProps) {
  const [content, setContent] = useState('');
  const [model, setModel] = useState('');
  const ready = content.trim() !== '' && !answering && !sending;

  function send(): void {
    if (!ready) return;
    onSend(content, model || undefined);
    setContent('');
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
          onChange={(event) => setContent(event.target.value)}
          onKeyDown={onKeyDown}
          className="block w-full resize-none bg-transparent px-4 pt-3 outline-none placeholder:text-muted"
        />
        <div className="flex items-center justify-between gap-2 px-2 pb-2">
          <ModelSelect value={model} onChange={setModel} />
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

function ModelSelect({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const providers = useQuery(providersQuery);
  const enabled = (providers.data?.items ?? []).filter((item) => item.enabled && item.kind !== 'builtin');
  if (enabled.length === 0) return <span className="px-2 text-[13px] text-muted">Built-in model</span>;
  return (
    <select
      aria-label="Model"
      value={value}
      onChange={(event) => onChange(event.target.value)}
      className="h-8 max-w-60 rounded-lg bg-transparent px-2 text-[13px] text-muted"
    >
      <option value="">Default model</option>
      {enabled.map((provider) => (
        <optgroup key={provider.id} label={provider.name}>
          {tiers.flatMap(({ tier, label }) => {
            const model = provider.models[tier];
            return model
              ? [
                  <option key={tier} value={`${provider.id}/${model}`}>
                    {model}, {label}
                  </option>,
                ]
              : [];
          })}
        </optgroup>
      ))}
    </select>
  );
}
