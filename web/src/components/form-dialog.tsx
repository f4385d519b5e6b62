import { type ComponentProps, type ReactNode, useId } from 'react';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { FormError } from './states.tsx';

interface FormDialogProps extends Omit<ComponentProps<typeof Dialog>, 'footer'> {
  /** What the button says that sends the form. */
  submit: string;
  onSubmit: () => void;
  busy?: boolean;
  disabled?: boolean;
  /** Why the last try failed; what is said of single fields stands at them. */
  error?: unknown;
  /** Another button, before the others. */
  beside?: ReactNode;
  /** Stands in place of the form as long as there is nothing to fill in: it loads, or there is nothing to choose. */
  instead?: ReactNode;
}

/** A dialog with a form: Cancel and a button that sends it are always in view, and an error stands at its end. */
export function FormDialog(props: FormDialogProps) {
  const { submit, onSubmit, busy, disabled, error, beside, instead, children, ...dialog } = props;
  const form = useId();
  return (
    <Dialog
      {...dialog}
      footer={
        <>
          {beside}
          <Button onClick={dialog.onClose}>Cancel</Button>
          <Button
            type="submit"
            form={form}
            tone="primary"
            busy={busy}
            disabled={disabled || Boolean(instead)}
          >
            {submit}
          </Button>
        </>
      }
    >
      {instead || (
        <form
          id={form}
          onSubmit={(event) => {
            event.preventDefault();
            onSubmit();
          }}
          className="space-y-4"
        >
          {children}
          <FormError error={error} />
        </form>
      )}
    </Dialog>
  );
}
