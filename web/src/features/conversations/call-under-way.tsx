import { Loader2 } from 'lucide-react';
import { formatCount, humanize } from '../../lib/format.ts';
import { stringsOf } from './partial-json.ts';
import type { Message } from './queries.ts';

/** Characters of what is written that are shown: its end. */
const shownLength = 4_000;

/** The tool call that a model is writing, or that runs: what for, how far it is, and the end of what it writes. */
export function CallUnderWay({ call: { tool, input } }: { call: NonNullable<Message['call']> }) {
  const { title, query, content } = stringsOf(input);
  const about = title ?? query;
  return (
    <section aria-label="Tool call under way" className="rounded-xl border border-line bg-surface">
      <p role="status" className="flex items-center gap-2 px-3 py-2 text-[13px] text-muted">
        <Loader2 aria-hidden className="size-4 shrink-0 animate-spin" />
        <span className="min-w-0 truncate">
          {humanize(tool)}
          {about && <span className="text-text">: {about}</span>}
        </span>
      </p>
      {content && (
        <>
          {/* Reversed, so that its end stays in sight while it grows. */}
          <div
            aria-hidden
            className="flex max-h-48 flex-col-reverse overflow-hidden border-t border-line px-3 py-2"
          >
            <pre className="font-mono text-xs leading-5 break-words whitespace-pre-wrap">
              {content.slice(-shownLength)}
            </pre>
          </div>
          <p className="border-t border-line px-3 py-1.5 text-xs text-muted">
            {formatCount(content.length)} characters so far
          </p>
        </>
      )}
    </section>
  );
}
