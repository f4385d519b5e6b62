import { useState } from 'react';
import { Input, Select } from '../../components/field.tsx';
import { FormDialog } from '../../components/form-dialog.tsx';
import { api, troubleOf } from '../../lib/api.ts';
import { useAction } from '../../lib/queries.ts';
import { kinds } from './kinds.ts';
import { type CanvasArtifact, type ContentType, canvasKeys } from './queries.ts';

interface NewArtifactDialogProps {
  /** Beside which chat, or in which project. */
  place?: { conversation_id?: string; project_id?: string };
  onMade: (artifact: CanvasArtifact) => void;
  onClose: () => void;
}

/** A new, empty artifact of a person's own. */
export function NewArtifactDialog({ place, onMade, onClose }: NewArtifactDialogProps) {
  const [title, setTitle] = useState('');
  const [type, setType] = useState<ContentType>('markdown');
  const [language, setLanguage] = useState('');
  const create = useAction(api.canvas.create, {
    refresh: [canvasKeys.lists],
    announceError: false,
    onSuccess: onMade,
  });
  const { fields } = troubleOf(create.error);
  function submit(): void {
    create.mutate({
      title,
      content_type: type,
      ...(type === 'code' && language.trim() && { language: language.trim() }),
      ...place,
    });
  }
  return (
    <FormDialog
      title="New artifact"
      onClose={onClose}
      submit="Make it"
      busy={create.isPending}
      error={create.error}
      onSubmit={submit}
    >
      <Input
        label="Title"
        required
        maxLength={200}
        value={title}
        error={fields.title}
        onChange={(event) => setTitle(event.target.value)}
      />
      <Select label="Kind" value={type} onChange={(event) => setType(event.target.value as ContentType)}>
        {Object.entries(kinds).map(([value, { label }]) => (
          <option key={value} value={value}>
            {label}
          </option>
        ))}
      </Select>
      {type === 'code' && (
        <Input
          label="Language (optional)"
          placeholder="python"
          maxLength={50}
          value={language}
          error={fields.language}
          onChange={(event) => setLanguage(event.target.value)}
        />
      )}
    </FormDialog>
  );
}
