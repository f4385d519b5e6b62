import {
  type InputHTMLAttributes,
  type ReactNode,
  type Ref,
  type SelectHTMLAttributes,
  type TextareaHTMLAttributes,
  useId,
} from 'react';
import { cx } from './cx.ts';

const control =
  'w-full rounded-lg border border-line-strong bg-surface px-3 py-1.5 text-text placeholder:text-muted ' +
  'disabled:cursor-not-allowed disabled:bg-sunken disabled:text-muted aria-invalid:border-danger';

interface Shared {
  label: string;
  /** Visually hidden label, where the place says it already. */
  quiet?: boolean;
  hint?: ReactNode;
  error?: string | undefined;
}

interface FrameProps extends Shared {
  children: (ids: {
    id: string;
    'aria-describedby': string | undefined;
    'aria-invalid': true | undefined;
  }) => ReactNode;
}

/** Label, control, hint and error, wired together for assistive technology. */
function Frame({ label, quiet, hint, error, children }: FrameProps) {
  const id = useId();
  const describedBy = cx(hint ? `${id}-hint` : '', error ? `${id}-error` : '') || undefined;
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id} className={quiet ? 'sr-only' : 'text-[13px] font-medium'}>
        {label}
      </label>
      {children({ id, 'aria-describedby': describedBy, 'aria-invalid': error ? true : undefined })}
      {hint && (
        <p id={`${id}-hint`} className="text-[13px] text-muted">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} className="text-[13px] text-danger">
          {error}
        </p>
      )}
    </div>
  );
}

type InputProps = Shared & InputHTMLAttributes<HTMLInputElement> & { ref?: Ref<HTMLInputElement> };

export function Input({ label, quiet, hint, error, className, ...rest }: InputProps) {
  return (
    <Frame label={label} quiet={quiet} hint={hint} error={error}>
      {(ids) => <input {...rest} {...ids} className={cx(control, 'h-9', className)} />}
    </Frame>
  );
}

type TextareaProps = Shared &
  TextareaHTMLAttributes<HTMLTextAreaElement> & { ref?: Ref<HTMLTextAreaElement> };

export function Textarea({ label, quiet, hint, error, className, ...rest }: TextareaProps) {
  return (
    <Frame label={label} quiet={quiet} hint={hint} error={error}>
      {(ids) => <textarea rows={3} {...rest} {...ids} className={cx(control, className)} />}
    </Frame>
  );
}

type SelectProps = Shared & SelectHTMLAttributes<HTMLSelectElement>;

export function Select({ label, quiet, hint, error, className, children, ...rest }: SelectProps) {
  return (
    <Frame label={label} quiet={quiet} hint={hint} error={error}>
      {(ids) => (
        <select {...rest} {...ids} className={cx(control, 'h-9 pr-7', className)}>
          {children}
        </select>
      )}
    </Frame>
  );
}

interface CheckboxProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'type'> {
  label: ReactNode;
  hint?: string;
}

export function Checkbox({ label, hint, className, ...rest }: CheckboxProps) {
  const id = useId();
  return (
    <div className={cx('flex items-start gap-2.5', className)}>
      <input
        id={id}
        type="checkbox"
        {...rest}
        aria-describedby={hint ? `${id}-hint` : undefined}
        className="mt-0.5 size-4 shrink-0 accent-(--accent)"
      />
      <div>
        <label htmlFor={id}>{label}</label>
        {hint && (
          <p id={`${id}-hint`} className="text-[13px] text-muted">
            {hint}
          </p>
        )}
      </div>
    </div>
  );
}

interface SwitchProps {
  label: string;
  checked: boolean;
  disabled?: boolean;
  onChange: (checked: boolean) => void;
}

export function Switch({ label, checked, disabled, onChange }: SwitchProps) {
  return (
    <button
      type="button"
      role="switch"
      aria-checked={checked}
      aria-label={label}
      title={label}
      disabled={disabled}
      onClick={() => onChange(!checked)}
      className={cx(
        'relative h-6 w-10 shrink-0 rounded-full border transition-colors disabled:opacity-55',
        checked ? 'border-accent bg-accent' : 'border-line-strong bg-sunken',
      )}
    >
      <span
        aria-hidden
        className={cx(
          'absolute top-0.75 size-4 rounded-full transition-[left]',
          checked ? 'left-5 bg-on-accent' : 'left-0.75 bg-(--line-strong)',
        )}
      />
    </button>
  );
}
