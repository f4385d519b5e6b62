import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Dialog } from '../../components/dialog.tsx';
import { Input } from '../../components/field.tsx';
import { ShareLinks } from '../../components/share-links.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { sharesQuery } from './queries.ts';

/** Links to a conversation: those that are open, and a new one. */
export function ShareDialog({ conversationId, onClose }: { conversationId: string; onClose: () => void }) {
  const { queryKey } = sharesQuery(conversationId);
  const shares = useQuery(sharesQuery(conversationId));
  const [password, setPassword] = useState('');
  const create = useAction(api.conversations.createShare, {
    refresh: [queryKey],
    announceError: false,
    onSuccess: () => setPassword(''),
  });
  const revoke = useAction(api.conversations.revokeShare, {
    refresh: [queryKey],
    done: 'The link is closed.',
  });
  return (
    <Dialog title="Share this chat" onClose={onClose}>
      <ShareLinks
        about={
          'Whoever has the link reads the messages that are shown now, without signing in. What is said later, ' +
          'tool calls and what is remembered stay with you.'
        }
        shares={shares}
        address={create.data && `${location.origin}/shared#${create.data.token}`}
        busy={create.isPending}
        error={create.error}
        onCreate={(link) =>
          create.mutate({ conversation_id: conversationId, ...(password && { password }), ...link })
        }
        onRevoke={(share_id) => revoke.mutate({ share_id })}
      >
        <Input
          label="Password (optional)"
          type="password"
          autoComplete="new-password"
          minLength={8}
          value={password}
          error={troubleOf(create.error).fields.password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </ShareLinks>
    </Dialog>
  );
}
