import type { LucideIcon } from 'lucide-react';
import { MoreHorizontal } from 'lucide-react';
import { type KeyboardEvent, useId, useRef, useState } from 'react';
import { IconButton } from './button.tsx';
import { cx } from './cx.ts';

export interface MenuItem {
  label: string;
  icon?: LucideIcon;
  danger?: boolean;
  disabled?: boolean;
  run: () => void;
}

/** A button that opens a list of actions; arrow keys move, Escape closes and gives focus back. */
export function Menu({
  label,
  items,
  icon = MoreHorizontal,
}: {
  label: string;
  items: MenuItem[];
  icon?: LucideIcon;
}) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);

  function show(): void {
    const popover = list.current;
    const place = button.current?.getBoundingClientRect();
    if (!popover || !place) return;
    popover.showPopover();
    const { width, height } = popover.getBoundingClientRect();
    popover.style.left = `${Math.max(8, Math.min(place.right - width, innerWidth - width - 8))}px`;
    popover.style.top = `${place.bottom + height + 4 > innerHeight ? Math.max(8, place.top - height - 4) : place.bottom + 4}px`;
    popover.querySelector<HTMLButtonElement>('button:not(:disabled)')?.focus();
  }

  function onKeyDown(event: KeyboardEvent): void {
    const buttons = [...(list.current?.querySelectorAll<HTMLButtonElement>('button:not(:disabled)') ?? [])];
    const at = buttons.indexOf(document.activeElement as HTMLButtonElement);
    const to =
      event.key === 'ArrowDown'
        ? (at + 1) % buttons.length
        : event.key === 'ArrowUp'
          ? (at - 1 + buttons.length) % buttons.length
          : event.key === 'Home'
            ? 0
            : event.key === 'End'
              ? buttons.length - 1
              : -1;
    if (event.key === 'Tab') list.current?.hidePopover();
    if (to < 0) return;
    event.preventDefault();
    buttons[to]?.focus();
  }

  return (
    <>
      <IconButton
        ref={button}
        label={label}
        icon={icon}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={id}
        onClick={() => (open ? list.current?.hidePopover() : show())}
      />
      <div
        ref={list}
        id={id}
        popover="auto"
        role="menu"
        tabIndex={-1}
        aria-label={label}
        onKeyDown={onKeyDown}
        onToggle={(event) => setOpen(event.newState === 'open')}
        className="fixed inset-auto m-0 min-w-44 rounded-lg border border-line bg-surface p-1 text-text shadow-raised"
      >
        {items.map((item) => (
          <button
            key={item.label}
            type="button"
            role="menuitem"
            tabIndex={-1}
            disabled={item.disabled}
            onClick={() => {
              list.current?.hidePopover();
              // Before the action: a dialog it opens gives focus back to this button.
              button.current?.focus();
              item.run();
            }}
            className={cx(
              'flex w-full items-center gap-2.5 rounded-md px-2.5 py-1.5 text-left hover:bg-sunken disabled:opacity-50',
              item.danger && 'text-danger',
            )}
          >
            {item.icon && <item.icon aria-hidden className="size-4 shrink-0" />}
            {item.label}
          </button>
        ))}
      </div>
    </>
  );
}
