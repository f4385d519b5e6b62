import type { ReactNode } from 'react';
import { cx } from './cx.ts';
import { ScrollRegion } from './scroll-region.tsx';

interface TableProps {
  /** What the table is of, for assistive technology. */
  label: string;
  head: string[];
  rows: { key: string; cells: ReactNode[] }[];
  /** Columns of figures, aligned right. */
  numbers?: number[];
}

/** Rows of short values. It scrolls sideways where the page is narrow. */
export function Table({ label, head, rows, numbers = [] }: TableProps) {
  const align = (column: number) => (numbers.includes(column) ? 'text-right' : 'text-left');
  return (
    <ScrollRegion label={label} className="overflow-x-auto rounded-xl border border-line bg-surface">
      <table className="w-full">
        <thead className="border-b border-line text-[13px] text-muted">
          <tr>
            {head.map((name, column) => (
              <th
                key={name}
                scope="col"
                className={cx('px-4 py-2 font-medium whitespace-nowrap', align(column))}
              >
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          {rows.map((row) => (
            <tr key={row.key}>
              {head.map((name, column) => (
                <td
                  key={name}
                  className={cx(
                    'px-4 py-2 align-top',
                    align(column),
                    numbers.includes(column) ? 'whitespace-nowrap' : 'min-w-28',
                  )}
                >
                  {row.cells[column]}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </ScrollRegion>
  );
}
