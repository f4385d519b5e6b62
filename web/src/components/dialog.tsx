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
export function Dialog({ title, onClose, children, footer, actions, kind = 'dialog' }: DialogProps) {
  const ref = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    const dialog = ref.current;
    const before = document.activeElement;
    dialog?.showModal();
    return () => {
      dialog?.close();
      // React may have removed the dialog before the browser could give focus back.
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
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
      <div
        className={cx('flex flex-col', kind === 'sheet' || kind === 'drawer' ? 'h-full' : 'max-h-[inherit]')}
      >
        <header className="flex items-start gap-2 border-b border-line px-5 py-3">
          <h2 id={titleId} className="min-w-0 flex-1 pt-1.5 text-base leading-6 font-semibold">
            {title}
          </h2>
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
