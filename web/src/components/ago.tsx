import { formatAgo, formatDateTime } from '../lib/format.ts';
import { useNow } from '../lib/use-now.ts';

/** A moment as distance from now, renewed each half minute; its tooltip is the full time. */
export function Ago({ at }: { at: string }) {
  const now = useNow(30_000);
  return (
    <time dateTime={at} title={formatDateTime(at)} className="whitespace-nowrap">
      {formatAgo(at, now)}
    </time>
  );
}
