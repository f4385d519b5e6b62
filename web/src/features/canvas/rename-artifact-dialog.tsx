import { RenameDialog } from '../../components/rename-dialog.tsx';
import { api } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { type CanvasArtifact, canvasKeys } from './queries.ts';

/** Another title for an artifact. */
export function RenameArtifactDialog({
  artifact,
  onClose,
}: {
  artifact: CanvasArtifact;
  onClose: () => void;
}) {
  const rename = useAction(api.canvas.update, {
    refresh: [canvasKeys.all],
    announceError: false,
    onSuccess: onClose,
  });
  return (
    <RenameDialog
      heading="Rename the artifact"
      title={artifact.title}
      busy={rename.isPending}
      error={rename.error}
      onRename={(title) => rename.mutate({ artifact_id: artifact.id, title })}
      onClose={onClose}
    />
  );
}
