import { AppError } from '../../kernel/errors.ts';
import { docxToMarkdown } from './docx.ts';
import { pageToMarkdown } from './html.ts';
import { decodeText, detectMimeType, docxType, pptxType, xlsxType } from './mime.ts';
import { pdfToText } from './pdf.ts';
import type { ExtractedText, ExtractionLimits } from './port.ts';
import { pptxToMarkdown } from './pptx.ts';
import { tidy } from './tidy.ts';
import { xlsxToMarkdown } from './xlsx.ts';

const readable = new Set(['text/plain', 'text/markdown', 'text/csv', 'application/json']);

async function textOf(
  bytes: Uint8Array,
  mimeType: string,
  limits: ExtractionLimits,
): Promise<Omit<ExtractedText, 'mimeType'>> {
  if (mimeType === 'application/pdf') return pdfToText(bytes, limits);
  if (mimeType === docxType) return { text: tidy(await docxToMarkdown(bytes, limits.unpackedBytes)) };
  if (mimeType === xlsxType) return { text: tidy(await xlsxToMarkdown(bytes, limits.unpackedBytes)) };
  if (mimeType === pptxType) return pptxToMarkdown(bytes, limits);
  if (mimeType === 'text/html') {
    const head = new TextDecoder('latin1').decode(bytes.subarray(0, 2048));
    const charset = /<meta[^>]+charset\s*=\s*["']?([\w-]+)/i.exec(head)?.[1];
    const { text, title } = pageToMarkdown(decodeText(bytes, charset));
    return { text: tidy(text), ...(title === undefined ? {} : { title: tidy(title) }) };
  }
  if (readable.has(mimeType)) return { text: tidy(decodeText(bytes)) };
  throw new AppError('unsupported_type', `Text cannot be read from ${mimeType}.`, {
    fix: 'Upload a PDF, a Word document (.docx), an Excel workbook (.xlsx), a presentation (.pptx), HTML, Markdown or plain text.',
  });
}

/** Runs inside the extraction thread. Errors: `unprocessable`, `unsupported_type`, `too_large`. */
export async function extractDocument(bytes: Uint8Array, limits: ExtractionLimits): Promise<ExtractedText> {
  if (bytes.length === 0) {
    throw new AppError('unprocessable', 'The file is empty.', { fix: 'Upload a file with content.' });
  }
  const mimeType = await detectMimeType(bytes);
  const found = await textOf(bytes, mimeType, limits).catch((error: unknown) => {
    if (error instanceof RangeError) {
      throw new AppError('unprocessable', 'The document is nested too deeply to be read.', { cause: error });
    }
    throw error;
  });
  if (found.text === '') {
    throw new AppError('unprocessable', 'The file holds no text.', { fix: 'Upload a file with text in it.' });
  }
  if (found.text.length > limits.characters) {
    throw new AppError(
      'too_large',
      `The text has ${found.text.length} characters; at most ${limits.characters} are read.`,
      {
        fix: 'Split it into smaller files.',
      },
    );
  }
  return { ...found, mimeType };
}
