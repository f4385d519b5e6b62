import { Card } from '../../components/page.tsx';

interface DayRow {
  day: string;
  tokens: number;
  cost_usd: number;
}

interface DayBarsProps {
  days: number;
  rows: readonly DayRow[];
  value: (row: DayRow) => number;
  format: (value: number) => string;
}

const height = 120;
const dayMs = 86_400_000;

/** One bar for each of the last days; days without a row are empty. */
export function DayBars({ days, rows, value, format }: DayBarsProps) {
  const byDay = new Map(rows.map((row) => [row.day.slice(0, 10), value(row)]));
  const today = Date.now();
  const bars = Array.from({ length: days }, (_, index) => {
    const day = new Date(today - (days - 1 - index) * dayMs).toISOString().slice(0, 10);
    return { day, amount: byDay.get(day) ?? 0 };
  });
  const top = Math.max(...bars.map((bar) => bar.amount));
  const best = bars.find((bar) => bar.amount === top);
  const first = bars[0]?.day ?? '';
  const last = bars.at(-1)?.day ?? '';
  return (
    <Card className="p-4">
      <svg
        role="img"
        aria-label={
          top > 0 && best
            ? `From ${first} to ${last}; most on ${best.day}: ${format(top)}`
            : `Nothing from ${first} to ${last}`
        }
        viewBox={`0 0 ${days * 10} ${height}`}
        preserveAspectRatio="none"
        className="h-30 w-full text-accent"
      >
        {bars.map((bar, index) => {
          const size = top > 0 ? (bar.amount / top) * (height - 4) : 0;
          return (
            <rect
              key={bar.day}
              x={index * 10 + 1}
              y={height - Math.max(size, 1)}
              width={8}
              height={Math.max(size, 1)}
              className={size > 0 ? 'fill-accent' : 'fill-line'}
            >
              <title>{`${bar.day}: ${format(bar.amount)}`}</title>
            </rect>
          );
        })}
      </svg>
      <p className="mt-2 flex justify-between text-xs text-muted">
        <span>{first}</span>
        <span>Most in a day: {format(top)}</span>
        <span>{last}</span>
      </p>
    </Card>
  );
}
