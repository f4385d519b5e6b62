import type { CellValue, SheetData } from 'read-excel-file/node';
import { AppError } from '../../kernel/errors.ts';
import { unpackArchive } from './archive.ts';
import { markdownTable } from './table.ts';

/** Excel workbooks as Markdown: a heading and a table for each sheet, values as they were last calculated. */
export async function xlsxToMarkdown(bytes: Uint8Array, unpackedBytes: number): Promise<string> {
  unpackArchive(bytes, unpackedBytes);
  // Loaded for the first workbook: a thread that replaces one that was stopped starts sooner without it.
  const { default: readWorkbook } = await import('read-excel-file/node');
  const sheets = await readWorkbook(Buffer.from(bytes)).catch((cause: unknown) => {
    throw new AppError('unprocessable', 'The workbook is damaged and cannot be read.', {
      fix: 'Open it in a spreadsheet program, save it again and upload the new copy.',
      cause,
    });
  });
  return sheets
    .flatMap(({ sheet, data }) => {
      const table = tableOf(data);
      return table === '' ? [] : [`## ${sheet}\n\n${table}`];
    })
    .join('\n\n');
}

const tableOf = (data: SheetData): string =>
  markdownTable(data.map((row) => row.map(textOf)).filter((row) => row.some((cell) => cell.trim() !== '')));

function textOf(value: CellValue | null): string {
  if (value === null) return '';
  if (value instanceof Date) return dateOf(value);
  if (typeof value === 'boolean') return value ? 'TRUE' : 'FALSE';
  return String(value);
}

/** A cell holds no time zone; a day without a time is at midnight. */
function dateOf(date: Date): string {
  if (Number.isNaN(date.getTime())) return '';
  const [day = '', time = ''] = date.toISOString().slice(0, 19).split('T');
  return time === '00:00:00' ? day : `${day} ${time}`;
}
