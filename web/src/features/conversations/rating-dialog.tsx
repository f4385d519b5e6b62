import { useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Select, Textarea } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { api } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { conversationQuery, type Message } from './queries.ts';

const reasons = ['Not true', 'Not what was asked', 'No or wrong sources', 'Too long', 'Too short'];
const separator = ': ';

/** What was wrong with an answer. */
export function RatingDialog({ message, onClose }: { message: Message; onClose: () => void }) {
  const stored = message.user_feedback ?? '';
  const known = reasons.find((item) => stored === item || stored.startsWith(item + separator));
  const [reason, setReason] = useState(known ?? '');
  const [words, setWords] = useState(known ? stored.slice(known.length + separator.length) : stored);
  const rate = useAction(api.conversations.rate, {
    refresh: [conversationQuery(message.conversation_id).queryKey],
    announceError: false,
    onSuccess: onClose,
  });
  function submit(): void {
    const feedback = [reason, words.trim()].filter(Boolean).join(separator);
    rate.mutate({ message_id: message.id, rating: 1, feedback });
  }
  return (
    <FormDialog
      title="What was wrong?"
      onClose={onClose}
      submit="Rate as bad"
      busy={rate.isPending}
      error={rate.error}
      beside={
        message.user_rating !== null && (
          <Button onClick={() => rate.mutate({ message_id: message.id, rating: null })}>
            Take the rating back
          </Button>
        )
      }
      onSubmit={submit}
    >
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
    </FormDialog>
  );
}
