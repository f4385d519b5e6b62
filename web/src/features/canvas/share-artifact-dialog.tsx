import { useQuery } from '@tanstack/react-query';
import { Dialog } from '../../components/dialog.tsx';
import { ShareLinks } from '../../components/share-links.tsx';
import { api } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { canvasSharesQuery } from './queries.ts';

/** Links to an artifact: those that are open, and a new one. */
export function ShareArtifactDialog({ artifactId, onClose }: { artifactId: string; onClose: () => void }) {
  const { queryKey } = canvasSharesQuery(artifactId);
  const shares = useQuery(canvasSharesQuery(artifactId));
  const create = useAction(api.canvas.createShare, { refresh: [queryKey], announceError: false });
  const revoke = useAction(api.canvas.revokeShare, { refresh: [queryKey], done: 'The link is closed.' });
  return (
    <Dialog title="Share this artifact" onClose={onClose}>
      <ShareLinks
        about={
          'Whoever has the link sees the artifact as it is when they open it, read only and without signing in. ' +
          'Its versions and its chat stay with you.'
        }
        shares={shares}
        address={create.data && `${location.origin}/shared/canvas#${create.data.token}`}
        busy={create.isPending}
        error={create.error}
        onCreate={(link) => create.mutate({ artifact_id: artifactId, ...link })}
        onRevoke={(share_id) => revoke.mutate({ share_id })}
      />
    </Dialog>
  );
}
