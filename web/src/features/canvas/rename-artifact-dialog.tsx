import { type FormEvent, useId, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import { Input } from '../../components/field.tsx';
import { FormError } from '../../components/states.tsx';
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
  const formId = useId();
  const [title, setTitle] = useState(artifact.title);
  const rename = useAction(api.canvas.update, {
    refresh: [canvasKeys.all],
    announceError: false,
    onSuccess: onClose,
  });
  function submit(event: FormEvent): void {
    event.preventDefault();
    rename.mutate({ artifact_id: artifact.id, title });
  }
  return (
    <Dialog
      title="Rename the artifact"
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={formId} tone="primary" busy={rename.isPending}>
            Rename
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} className="space-y-4">
        <Input
          label="Title"
          required
          maxLength={200}
          value={title}
          onChange={(event) => setTitle(event.target.value)}
        />
        <FormError error={rename.error} />
      </form>
    </Dialog>
  );
}
