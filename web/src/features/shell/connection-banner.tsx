import { Loader2 } from 'lucide-react';
import { useServerAway } from '../../lib/connection.ts';

/** Says that the server is away while it is; what is on the page stays readable. */
export function ConnectionBanner() {
  const away = useServerAway();
  return (
    <div role="status" className="sticky top-13 z-10 md:top-0">
      {away && (
        <p className="flex items-center gap-3 border-b border-line bg-warn-soft px-4 py-2 text-[13px] text-warn sm:px-8">
          <Loader2 aria-hidden className="size-4 shrink-0 animate-spin" />
          The server does not answer. Reconnecting; nothing that was saved is lost.
        </p>
      )}
    </div>
  );
}
