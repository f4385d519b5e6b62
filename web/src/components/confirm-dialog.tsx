import { type ReactNode, useState } from 'react';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { Input } from './field.tsx';

interface ConfirmDialogProps {
  title: string;
  children: ReactNode;
  /** The verb on the button. */
  confirm: string;
  /** Words that must be typed first, for what cannot be brought back. */
  phrase?: string;
  busy?: boolean;
  onConfirm: () => void;
  onClose: () => void;
}

export function ConfirmDialog({
  title,
  children,
  confirm,
  phrase,
  busy,
  onConfirm,
  onClose,
}: ConfirmDialogProps) {
  const [typed, setTyped] = useState('');
  return (
    <Dialog
      title={title}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button
            tone="danger"
            busy={busy}
            disabled={phrase !== undefined && typed.trim() !== phrase}
            onClick={onConfirm}
          >
            {confirm}
          </Button>
        </>
      }
    >
      <div className="space-y-4">
        <div className="text-muted">{children}</div>
        {phrase && (
          <Input
            label={`Type “${phrase}” to confirm`}
            value={typed}
            autoComplete="off"
            onChange={(event) => setTyped(event.target.value)}
          />
        )}
      </div>
    </Dialog>
  );
}
