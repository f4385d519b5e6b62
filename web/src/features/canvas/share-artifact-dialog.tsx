import { useQuery } from '@tanstack/react-query';
import { Dialog } from '../../components/dialog.tsx';
import { Switch } from '../../components/field.tsx';
import { ShareLinks } from '../../components/share-links.tsx';
import { api } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { type CanvasArtifact, canvasKeys, canvasSharesQuery } from './queries.ts';

interface ShareArtifactDialogProps {
  artifact: CanvasArtifact;
  onClose: () => void;
}

/** Who else sees an artifact: everybody here when it is published, and whoever has a link to it. */
export function ShareArtifactDialog({ artifact, onClose }: ShareArtifactDialogProps) {
  const { id: artifactId, title, is_published } = artifact;
  const { queryKey } = canvasSharesQuery(artifactId);
  const shares = useQuery(canvasSharesQuery(artifactId));
  const create = useAction(api.canvas.createShare, { refresh: [queryKey], announceError: false });
  const revoke = useAction(api.canvas.revokeShare, { refresh: [queryKey], done: 'The link is closed.' });
  const publish = useAction(api.canvas.update, {
    refresh: [canvasKeys.all],
    done: is_published ? 'It is published no more.' : 'It is published.',
  });
  return (
    <Dialog title="Share this artifact" onClose={onClose}>
      <div className="mb-5 flex items-start gap-3 border-b border-line pb-5">
        <div className="min-w-0 flex-1">
          <p className="font-medium">Published</p>
          <p className="text-[13px] text-muted">
            Everybody with an account here finds it on their canvas page and may read it, with its versions.
          </p>
        </div>
        <Switch
          label={`Publish ${title}`}
          checked={is_published}
          disabled={publish.isPending}
          onChange={(next) => publish.mutate({ artifact_id: artifactId, is_published: next })}
        />
      </div>
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
