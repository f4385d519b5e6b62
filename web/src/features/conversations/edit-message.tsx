import { useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Textarea } from '../../components/field.tsx';
import { FormError } from '../../components/states.tsx';
import { api } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { conversationKeys, conversationQuery, type Message } from './queries.ts';

/** Says a message differently, as a branch of its own; the old one stays. */
export function EditMessage({ message, onClose }: { message: Message; onClose: () => void }) {
  const client = useQueryClient();
  const [content, setContent] = useState(message.content);
  const edit = useAction(api.conversations.edit, {
    announceError: false,
    refresh: [conversationKeys.lists, [...conversationKeys.all, 'tree']],
    onSuccess: (shown) => {
      client.setQueryData(conversationQuery(message.conversation_id).queryKey, shown);
      onClose();
    },
  });
  function submit(event: FormEvent): void {
    event.preventDefault();
    edit.mutate({ message_id: message.id, content });
  }
  return (
    <form onSubmit={submit} className="ml-auto max-w-[85%] space-y-2 rounded-2xl bg-accent-soft p-3">
      <Textarea
        label="Edit the message"
        quiet
        autoFocus
        rows={Math.min(12, content.split('\n').length + 1)}
        value={content}
        onChange={(event) => setContent(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Escape') onClose();
        }}
      />
      <FormError error={edit.error} />
      <div className="flex justify-end gap-2">
        <Button size="sm" onClick={onClose}>
          Cancel
        </Button>
        <Button
          size="sm"
          type="submit"
          tone="primary"
          busy={edit.isPending}
          disabled={content.trim() === '' && message.attachments.length === 0}
        >
          Ask again
        </Button>
      </div>
    </form>
  );
}
