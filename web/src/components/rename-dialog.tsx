import { type FormEvent, useId, useState } from 'react';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { Input } from './field.tsx';
import { FormError } from './states.tsx';

interface RenameDialogProps {
  /** What is done, such as `Rename chat`. */
  heading: string;
  title: string;
  busy: boolean;
  error: Error | null;
  onRename: (title: string) => void;
  onClose: () => void;
}

/** Another title for something. */
export function RenameDialog({ heading, title, busy, error, onRename, onClose }: RenameDialogProps) {
  const formId = useId();
  const [next, setNext] = useState(title);
  function submit(event: FormEvent): void {
    event.preventDefault();
    onRename(next);
  }
  return (
    <Dialog
      title={heading}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={formId} tone="primary" busy={busy}>
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
          value={next}
          onChange={(event) => setNext(event.target.value)}
        />
        <FormError error={error} />
      </form>
    </Dialog>
  );
}
