/** Rows of cells as a table of Markdown; the first row is its head. Empty without rows. */
export function markdownTable(rows: string[][]): string {
  if (rows.length === 0) return '';
  const width = rows.reduce((most, row) => Math.max(most, row.length), 0);
  const lines = rows.map(
    (row) => `| ${Array.from({ length: width }, (_, i) => cellOf(row[i] ?? '')).join(' | ')} |`,
  );
  return [lines[0], `|${' --- |'.repeat(width)}`, ...lines.slice(1)].join('\n');
}

const cellOf = (text: string): string => text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').trim();
