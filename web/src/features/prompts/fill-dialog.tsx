import { useState } from 'react';
import { FormDialog } from '../../components/form-dialog.tsx';
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
  const [values, setValues] = useState<Record<string, string>>(() =>
    Object.fromEntries(prompt.variables.map(({ name, default: value }) => [name, value])),
  );
  function submit(): void {
    onFilled(fill(prompt.content, values));
  }
  return (
    <FormDialog
      title={prompt.title}
      subtitle={prompt.description}
      onClose={onClose}
      submit="Insert"
      onSubmit={submit}
    >
      <VariableFields
        variables={prompt.variables}
        values={values}
        onChange={(name, value) => setValues((now) => ({ ...now, [name]: value }))}
      />
    </FormDialog>
  );
}
