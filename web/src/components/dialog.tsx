import { X } from 'lucide-react';
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { IconButton } from './button.tsx';
import { cx } from './cx.ts';

interface DialogProps {
  title: ReactNode;
  onClose: () => void;
  children: ReactNode;
  /** Buttons at the bottom, always in view. */
  footer?: ReactNode;
  /** Beside the title. */
  actions?: ReactNode;
  /** Under the title. */
  subtitle?: ReactNode;
  /** `sheet` comes from the right side, for details of something on the page. */
  kind?: 'dialog' | 'wide' | 'sheet' | 'drawer';
}

const shapes = {
  dialog: 'm-auto w-[min(32rem,calc(100vw-2rem))] max-h-[min(44rem,calc(100dvh-2rem))] rounded-xl border',
  wide: 'm-auto w-[min(48rem,calc(100vw-2rem))] max-h-[min(52rem,calc(100dvh-2rem))] rounded-xl border',
  sheet: 'sheet mr-0 ml-auto h-dvh max-h-dvh w-[min(40rem,100vw)] max-w-none border-l',
  drawer: 'mr-auto ml-0 h-dvh max-h-dvh w-[min(17rem,85vw)] border-r',
};

/**
 * A modal built on the browser's own `<dialog>`: it traps focus, closes on Escape and gives focus back to where
 * it was. Mount it to open it.
 */
export function Dialog({
  title: heading,
  onClose,
  children,
  footer,
  actions,
  subtitle,
  kind = 'dialog',
}: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const title = useRef<HTMLHeadingElement>(null);
  const titleId = useId();
  const sheet = kind === 'sheet' || kind === 'drawer';
  useEffect(() => {
    const dialog = ref.current;
    const before = document.activeElement;
    dialog?.showModal();
    // A form starts at its first field; what is to be read starts at its title.
    const field = sheet
      ? null
      : dialog?.querySelector<HTMLElement>('form :is(input, select, textarea):enabled');
    (field ?? title.current)?.focus();
    return () => {
      dialog?.close();
      // React may have removed the dialog before the browser could give focus back.
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, [sheet]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: a click on the backdrop closes; Escape does so for keyboards
    <dialog
      ref={ref}
      aria-labelledby={titleId}
      onCancel={(event) => {
        if (event.target !== ref.current) return;
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === ref.current) onClose();
      }}
      className={cx('border-line bg-surface p-0 text-text shadow-raised', shapes[kind])}
    >
      <div className={cx('flex flex-col', sheet ? 'h-full' : 'max-h-[inherit]')}>
        <header className="flex items-start gap-2 border-b border-line px-5 py-3">
          <div className="min-w-0 flex-1 pt-1.5">
            <h2
              ref={title}
              id={titleId}
              tabIndex={-1}
              className="text-base outline-none leading-6 font-semibold"
            >
              {heading}
            </h2>
            {subtitle && <p className="text-[13px] text-muted">{subtitle}</p>}
          </div>
          {actions}
          <IconButton label="Close" icon={X} onClick={onClose} className="-mr-2" />
        </header>
        <div className="min-h-0 flex-1 overflow-y-auto px-5 py-4">{children}</div>
        {footer && (
          <footer className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">
            {footer}
          </footer>
        )}
      </div>
    </dialog>
  );
}
