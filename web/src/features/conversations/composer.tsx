import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { ArrowUp, FolderOpen, Paperclip, ScanText, Square } from 'lucide-react';
import {
  type ClipboardEvent,
  type FormEvent,
  type KeyboardEvent,
  type ReactNode,
  useEffect,
  useLayoutEffect,
  useRef,
  useState,
} from 'react';
import { IconButton } from '../../components/button.tsx';
import { cx } from '../../components/cx.ts';
import { FormError } from '../../components/states.tsx';
import { usePromptPicker } from '../prompts/use-prompt-picker.tsx';
import { providersQuery } from '../settings/queries.ts';
import { AttachingList } from './attachment-list.tsx';
import { keepDraft, readDraft } from './drafts.ts';
import { PickFilesDialog } from './pick-files-dialog.tsx';
import { useAttachments } from './use-attachments.ts';
import { useFileDrop } from './use-file-drop.ts';

export interface Said {
  content: string;
  file_ids: string[];
}

interface ComposerProps {
  /** Conversation the draft is kept for; `new` for the next one. */
  draft: string;
  /** True while an answer is produced: the button stops it. */
  answering: boolean;
  sending: boolean;
  error: unknown;
  /** A text to begin with, each time `count` is another. */
  suggested?: { text: string; count: number };
  /** Settles when the server has the message; what was written stays until then. */
  onSend: (said: Said) => Promise<unknown>;
  onStop?: () => void;
  /** Shows what would be sent for what is written. */
  onPreview?: (said: Said) => void;
  /** Choices beside the model. */
  children?: ReactNode;
}

const tallest = 320;

/** Where one writes: Enter sends, Shift and Enter make a new line. Files are dropped, pasted or chosen. */
export function Composer({
  draft,
  answering,
  sending,
  error,
  suggested,
  onSend,
  onStop,
  onPreview,
  children,
}: ComposerProps) {
  const [content, setContent] = useState(() => readDraft(draft));
  const [picking, setPicking] = useState(false);
  const attachments = useAttachments(draft);
  const over = useFileDrop(attachments.add);
  const area = useRef<HTMLTextAreaElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const prompts = usePromptPicker(content, (text, files) => {
    setContent(text);
    attachments.pick(files);
    area.current?.focus();
  });
  const something = content.trim() !== '' || attachments.fileIds.length > 0;
  const ready = something && !answering && !sending && !attachments.unfinished;

  useEffect(() => keepDraft(draft, content), [draft, content]);
  useEffect(() => focusForTyping(area.current), []);
  useEffect(() => {
    if (!suggested || suggested.count === 0) return;
    setContent(suggested.text);
    area.current?.focus();
  }, [suggested]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useLayoutEffect(() => {
    const box = area.current;
    if (!box) return;
    box.style.height = 'auto';
    box.style.height = `${Math.min(tallest, box.scrollHeight)}px`;
  }, [content]);

  function send(): void {
    if (!ready) return;
    onSend({ content: content.trim(), file_ids: attachments.fileIds }).then(
      () => {
        setContent('');
        keepDraft(draft, '');
        attachments.clear();
      },
      () => {}, // shown through `error`
    );
  }
  function submit(event: FormEvent): void {
    event.preventDefault();
    send();
  }
  function onKeyDown(event: KeyboardEvent): void {
    if (prompts.onKey(event)) return;
    // `isComposing`: Enter that ends the choice of a character must not send.
    if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    send();
  }
  function onPaste(event: ClipboardEvent): void {
    const files = [...event.clipboardData.files];
    if (files.length === 0) return;
    event.preventDefault();
    attachments.add(files);
  }

  return (
    <>
      <form
        aria-label="Write a message"
        onSubmit={submit}
        className="mx-auto w-full max-w-3xl space-y-2 px-4 pb-4"
      >
        <FormError error={error} />
        {prompts.picker}
        <div
          className={cx(
            'rounded-xl border bg-surface focus-within:outline-2 focus-within:outline-accent',
            over ? 'border-accent bg-accent-soft' : 'border-line-strong',
          )}
        >
          <AttachingList attachments={attachments} />
          <textarea
            ref={area}
            aria-label="Message"
            aria-haspopup="listbox"
            aria-autocomplete="list"
            {...prompts.field}
            placeholder={
              over ? 'Drop files to attach them' : 'Ask about your documents, or type / for a prompt'
            }
            rows={2}
            value={content}
            readOnly={sending}
            onChange={(event) => setContent(event.target.value)}
            onKeyDown={onKeyDown}
            onPaste={onPaste}
            className="block w-full resize-none bg-transparent px-4 pt-3 outline-none placeholder:text-muted"
          />
          <div className="flex items-center gap-1 px-2 pb-2">
            <IconButton label="Upload files" icon={Paperclip} onClick={() => input.current?.click()} />
            <IconButton label="Attach files you have" icon={FolderOpen} onClick={() => setPicking(true)} />
            <input
              ref={input}
              type="file"
              multiple
              aria-label="Files to attach"
              tabIndex={-1}
              className="sr-only"
              onChange={(event) => {
                attachments.add(event.target.files ?? []);
                event.target.value = '';
              }}
            />
            {onPreview && (
              <IconButton
                label="What is sent"
                icon={ScanText}
                disabled={attachments.unfinished}
                onClick={() => onPreview({ content: content.trim(), file_ids: attachments.fileIds })}
              />
            )}
            {children}
            <span className="min-w-0 flex-1">
              <ModelInUse />
            </span>
            {answering && onStop ? (
              <IconButton
                label="Stop the answer"
                icon={Square}
                onClick={() => {
                  onStop();
                  focusForTyping(area.current);
                }}
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
        {picking && <PickFilesDialog onPick={attachments.pick} onClose={() => setPicking(false)} />}
      </form>
      {prompts.dialog}
    </>
  );
}

/** Where one types with real keys; on a phone the focus would cover half the chat with a keyboard. */
function focusForTyping(area: HTMLTextAreaElement | null): void {
  if (matchMedia('(pointer: fine)').matches) area?.focus({ preventScroll: true });
}

/** Which model answers: the default connection, chosen in Settings. */
function ModelInUse() {
  const providers = useQuery(providersQuery);
  const inUse = providers.data?.items.find((item) => item.enabled && item.is_default);
  if (!inUse) return null;
  return (
    <Link
      to="/settings"
      className="block truncate px-2 text-[13px] text-muted hover:text-text hover:underline max-sm:sr-only"
    >
      {inUse.models.sonnet ? `${inUse.name}, ${inUse.models.sonnet}` : inUse.name}
    </Link>
  );
}
