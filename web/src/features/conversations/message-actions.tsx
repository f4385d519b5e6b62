import { useQueryClient } from '@tanstack/react-query';
import {
  Check,
  ChevronLeft,
  ChevronRight,
  Copy,
  PencilLine,
  RefreshCw,
  ThumbsDown,
  ThumbsUp,
  Trash2,
} from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { IconButton } from '../../components/button.tsx';
import { ConfirmDialog } from '../../components/confirm-dialog.tsx';
import { cx } from '../../components/cx.ts';
import { api } from '../../lib/api.ts';
import { copyText } from '../../lib/clipboard.ts';
import { useAction } from '../../lib/queries.ts';
import { conversationKeys, conversationQuery, type Message } from './queries.ts';
import { RatingDialog } from './rating-dialog.tsx';

interface MessageActionsProps {
  message: Message;
  /** An answer is being produced: no other can be. */
  busy: boolean;
  /** For what a person said. */
  onEdit?: () => void;
}

/**
 * The version that is being switched to. Its buttons are new ones, and the focus goes on there. Known from the
 * click on: the notice of the change can bring the version before the switch itself is answered.
 */
let switchedTo: string | undefined;

/** What can be done with a message: in view on hover, when one of them has the focus, and always on a phone. */
export function MessageActions({ message, busy, onEdit }: MessageActionsProps) {
  const client = useQueryClient();
  const [dialog, setDialog] = useState<'delete' | 'rate' | null>(null);
  const [copied, setCopied] = useState(false);
  const show = (shown: Awaited<ReturnType<typeof api.conversations.show>>) => {
    client.setQueryData(conversationQuery(message.conversation_id).queryKey, shown);
    void client.invalidateQueries({ queryKey: [...conversationKeys.all, 'tree'] });
  };
  const regenerate = useAction(api.conversations.regenerate, { onSuccess: show });
  const switching = useAction(api.conversations.show, { onSuccess: show });
  function switchTo(id: string | null): void {
    if (id === null) return;
    switchedTo = id;
    switching.mutate(
      { message_id: id },
      {
        onError: () => {
          switchedTo = undefined;
        },
      },
    );
  }
  const versions = useRef<HTMLFieldSetElement>(null);
  useEffect(() => {
    if (switchedTo !== message.id) return;
    switchedTo = undefined;
    versions.current?.querySelector<HTMLButtonElement>('button:enabled')?.focus({ preventScroll: true });
  }, [message.id]);
  const remove = useAction(api.conversations.deleteBranch, {
    onSuccess: (shown) => {
      setDialog(null);
      show(shown);
    },
  });
  const rate = useAction(api.conversations.rate, {
    refresh: [conversationQuery(message.conversation_id).queryKey],
  });
  const { branch, user_rating } = message;
  const answer = message.role === 'assistant';
  async function copy(): Promise<void> {
    if (!(await copyText(message.content))) return;
    setCopied(true);
    setTimeout(() => setCopied(false), 2000);
  }
  const button = (
    label: string,
    icon: typeof Copy,
    run: () => void,
    more: { on?: boolean; disabled?: boolean } = {},
  ) => (
    <IconButton
      label={label}
      icon={icon}
      disabled={more.disabled}
      aria-pressed={more.on}
      onClick={run}
      className={cx('size-8', more.on && 'text-accent')}
    />
  );
  return (
    <div className="-ml-1.5 flex flex-wrap items-center">
      {branch.count > 1 && (
        <fieldset ref={versions} className="mr-1 flex items-center text-[13px] text-muted">
          <legend className="sr-only">Versions</legend>
          {button('Previous version', ChevronLeft, () => switchTo(branch.previous_id), {
            disabled: branch.previous_id === null || switching.isPending,
          })}
          <span>
            {branch.index}/{branch.count}
          </span>
          {button('Next version', ChevronRight, () => switchTo(branch.next_id), {
            disabled: branch.next_id === null || switching.isPending,
          })}
        </fieldset>
      )}
      <div className="flex items-center md:opacity-0 md:group-hover/turn:opacity-100 md:group-focus-within/turn:opacity-100">
        {message.content && button(copied ? 'Copied' : 'Copy', copied ? Check : Copy, () => void copy())}
        {onEdit && button('Edit', PencilLine, onEdit, { disabled: busy })}
        {answer && (
          <>
            {button('Answer again', RefreshCw, () => regenerate.mutate({ message_id: message.id }), {
              disabled: busy || regenerate.isPending,
            })}
            {button(
              'Good answer',
              ThumbsUp,
              () => rate.mutate({ message_id: message.id, rating: user_rating === 5 ? null : 5 }),
              { on: user_rating === 5 },
            )}
            {button('Bad answer', ThumbsDown, () => setDialog('rate'), {
              on: user_rating !== null && user_rating < 3,
            })}
          </>
        )}
        {button('Delete from here', Trash2, () => setDialog('delete'))}
      </div>
      {dialog === 'rate' && <RatingDialog message={message} onClose={() => setDialog(null)} />}
      {dialog === 'delete' && (
        <ConfirmDialog
          title="Delete from here?"
          confirm="Delete"
          busy={remove.isPending}
          onConfirm={() => remove.mutate({ message_id: message.id })}
          onClose={() => setDialog(null)}
        >
          This message and everything that follows it, in all of its versions, is deleted for good.
          {branch.count > 1 && ' Other versions of it stay.'}
        </ConfirmDialog>
      )}
    </div>
  );
}
