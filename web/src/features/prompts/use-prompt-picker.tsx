import {
  type KeyboardEvent,
  lazy,
  type ReactNode,
  Suspense,
  useCallback,
  useId,
  useRef,
  useState,
} from 'react';
import { api } from '../../lib/api.ts';
import { whenReachable } from '../../lib/connection.ts';
import { useAction } from '../../lib/queries.ts';
import { FillDialog } from './fill-dialog.tsx';
import type { PickerKeys } from './prompt-picker.tsx';
import { type Prompt, promptKeys } from './queries.ts';

const PromptPicker = lazy(() => whenReachable(() => import('./prompt-picker.tsx')));

/** A slash at the beginning and the words after it. */
const asked = /^\/([^\n/]{0,100})$/;

interface PromptPickerOf {
  /** For the field: what it controls, as assistive technology knows it. */
  field: {
    'aria-controls': string | undefined;
    'aria-activedescendant': string | undefined;
  };
  /** Takes a key first; true when it was the picker's. */
  onKey(event: KeyboardEvent): boolean;
  picker: ReactNode;
  /** Stands outside of the field's form. */
  dialog: ReactNode;
}

/** Lets a text field open the prompt library: `/` and some words, then Enter; variables are asked for, files go along. */
export function usePromptPicker(
  content: string,
  onInsert: (text: string, files: Prompt['files']) => void,
): PromptPickerOf {
  const id = useId();
  const keys = useRef<PickerKeys>(null);
  /** The text for which it was closed with Escape. */
  const [closedFor, setClosedFor] = useState<string>();
  const [filling, setFilling] = useState<Prompt | null>(null);
  const [active, setActive] = useState<string>();
  const note = useAction(api.prompts.use, { refresh: [promptKeys.all], announceError: false });
  const typed = asked.exec(content)?.[1];
  const open = typed !== undefined && closedFor !== content && filling === null;
  const onActive = useCallback((optionId: string | undefined) => setActive(optionId), []);
  function insert(prompt: Prompt, text: string): void {
    note.mutate({ prompt_id: prompt.id });
    setFilling(null);
    onInsert(text, prompt.files);
  }
  function pick(prompt: Prompt): void {
    if (prompt.variables.length > 0) setFilling(prompt);
    else insert(prompt, prompt.content);
  }
  return {
    field: {
      'aria-controls': open ? id : undefined,
      'aria-activedescendant': open ? active : undefined,
    },
    onKey(event) {
      if (!open || event.nativeEvent.isComposing || !keys.current?.take(event.key)) return false;
      event.preventDefault();
      return true;
    },
    picker: open && (
      <Suspense>
        <PromptPicker
          ref={keys}
          id={id}
          typed={typed}
          onActive={onActive}
          onPick={pick}
          onClose={() => setClosedFor(content)}
        />
      </Suspense>
    ),
    dialog: filling && (
      <FillDialog
        prompt={filling}
        onFilled={(text) => insert(filling, text)}
        onClose={() => {
          setClosedFor(content);
          setFilling(null);
        }}
      />
    ),
  };
}
