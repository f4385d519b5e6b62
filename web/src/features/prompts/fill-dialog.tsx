import { type FormEvent, useId, useState } from 'react';
import { Button } from '../../components/button.tsx';
import { Dialog } from '../../components/dialog.tsx';
import type { Prompt } from './queries.ts';
import { fill } from './template.ts';
import { VariableFields } from './variable-fields.tsx';

interface FillDialogProps {
  prompt: Prompt;
  /** Given the prompt with everything filled in. */
  onFilled: (text: string) => void;
  onClose: () => void;
}

/** Asks for what a prompt leaves open. */
export function FillDialog({ prompt, onFilled, onClose }: FillDialogProps) {
  const formId = useId();
  const [values, setValues] = useState<Record<string, string>>(() =>
    Object.fromEntries(prompt.variables.map(({ name, default: value }) => [name, value])),
  );
  function submit(event: FormEvent): void {
    event.preventDefault();
    onFilled(fill(prompt.content, values));
  }
  return (
    <Dialog
      title={prompt.title}
      subtitle={prompt.description}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" form={formId} tone="primary">
            Insert
          </Button>
        </>
      }
    >
      <form id={formId} onSubmit={submit} className="space-y-4">
        <VariableFields
          variables={prompt.variables}
          values={values}
          onChange={(name, value) => setValues((now) => ({ ...now, [name]: value }))}
        />
      </form>
    </Dialog>
  );
}
