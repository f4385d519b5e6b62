import { CheckCircle2, CircleAlert, X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Button, IconButton } from './button.tsx';
import { cx } from './cx.ts';
import { dismissToast, useToasts } from './toast.ts';

/** Where `toast` speaks. A popover, so that it lies above open dialogs. */
export function Toaster() {
  const toasts = useToasts();
  const ref = useRef<HTMLDivElement>(null);
  const count = toasts.length;
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    // Shown again for each message: the newest popover is the topmost.
    if (element.matches(':popover-open')) element.hidePopover();
    if (count > 0) element.showPopover();
  }, [count]);
  return (
    <div
      ref={ref}
      popover="manual"
      role="status"
      aria-live="polite"
      className="fixed inset-auto right-4 bottom-4 m-0 w-[min(24rem,calc(100vw-2rem))] bg-transparent p-0 text-text"
    >
      <div className="space-y-2">
        {toasts.map((item) => (
          <div
            key={item.id}
            className="flex items-start gap-3 rounded-lg border border-line bg-surface py-2 pr-1.5 pl-3.5 shadow-raised"
          >
            {item.tone === 'danger' ? (
              <CircleAlert aria-hidden className="mt-2 size-4 shrink-0 text-danger" />
            ) : (
              <CheckCircle2 aria-hidden className="mt-2 size-4 shrink-0 text-ok" />
            )}
            <div className="min-w-0 flex-1 py-1.5">
              <p className={cx(item.more && 'font-medium')}>{item.text}</p>
              {item.more && <p className="text-muted">{item.more}</p>}
            </div>
            {item.action && (
              <Button
                size="sm"
                className="mt-0.5"
                onClick={() => {
                  dismissToast(item.id);
                  item.action?.run();
                }}
              >
                {item.action.label}
              </Button>
            )}
            <IconButton label="Dismiss" icon={X} onClick={() => dismissToast(item.id)} />
          </div>
        ))}
      </div>
    </div>
  );
}
