import { type FormEvent, useId, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Select, Textarea } from '../../components/field.tsx';
import { FormError } from '../../components/states.tsx';
import { api } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { conversationQuery, type Message } from './queries.ts';

const reasons = ['Not true', 'Not what was asked', 'No or wrong sources', 'Too long', 'Too short'];
const separator = ': ';

/** What was wrong with an answer. */
export function RatingDialog({ message, onClose }: { message: Message; onClose: () => void }) {
  const form = useId();
  const stored = message.user_feedback ?? '';
  const known = reasons.find((item) => stored === item || stored.startsWith(item + separator));
  const [reason, setReason] = useState(known ?? '');
  const [words, setWords] = useState(known ? stored.slice(known.length + separator.length) : stored);
  const rate = useAction(api.conversations.rate, {
    refresh: [conversationQuery(message.conversation_id).queryKey],
    announceError: false,
    onSuccess: onClose,
  });
  function submit(event: FormEvent): void {
    event.preventDefault();
    const feedback = [reason, words.trim()].filter(Boolean).join(separator);
    rate.mutate({ message_id: message.id, rating: 1, feedback });
  }
  return (
    <Dialog
      title="What was wrong?"
      onClose={onClose}
      footer={
        <>
          {message.user_rating !== null && (
            <Button onClick={() => rate.mutate({ message_id: message.id, rating: null })}>
              Take the rating back
            </Button>
          )}
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={form} tone="primary" busy={rate.isPending}>
            Rate as bad
          </Button>
        </>
      }
    >
      <form id={form} onSubmit={submit} className="space-y-4">
        <Select label="Reason" value={reason} onChange={(event) => setReason(event.target.value)}>
          <option value="">Something else</option>
          {reasons.map((item) => (
            <option key={item}>{item}</option>
          ))}
        </Select>
        <Textarea
          label="In your words (optional)"
          maxLength={1900}
          value={words}
          onChange={(event) => setWords(event.target.value)}
        />
        <FormError error={rate.error} />
      </form>
    </Dialog>
  );
}
