import { extractText, getDocumentProxy, getMeta } from 'unpdf';
import { AppError } from '../../kernel/errors.ts';
import { joinPages } from './pages.ts';
import type { ExtractionLimits, PageRange } from './port.ts';

async function open(bytes: Uint8Array) {
  try {
    return await getDocumentProxy(bytes, { verbosity: 0 });
  } catch (error) {
    const locked = error instanceof Error && error.name === 'PasswordException';
    throw new AppError(
      'unprocessable',
      locked ? 'The PDF is protected by a password.' : 'The PDF is damaged and cannot be read.',
      {
        fix: locked
          ? 'Remove the password and upload it again.'
          : 'Open it in a PDF viewer, save or print it to a new PDF and upload that.',
        cause: error,
      },
    );
  }
}

/** The text of a PDF with the place of each page in it. Errors: `unprocessable`, `too_large`. */
export async function pdfToText(
  bytes: Uint8Array,
  limits: ExtractionLimits,
): Promise<{ text: string; pages: PageRange[]; title?: string }> {
  const pdf = await open(bytes);
  if (pdf.numPages > limits.pages) {
    throw new AppError('too_large', `The PDF has ${pdf.numPages} pages; at most ${limits.pages} are read.`, {
      fix: 'Split it into smaller files.',
    });
  }
  const { text: pageTexts } = await extractText(pdf, { mergePages: false }).catch((error: unknown) => {
    throw new AppError('unprocessable', 'A page of the PDF is damaged and cannot be read.', {
      fix: 'Print it to a new PDF and upload that.',
      cause: error,
    });
  });
  const { text, pages } = joinPages(pageTexts);
  if (text === '') {
    throw new AppError('unprocessable', 'The PDF holds no text, only images of it.', {
      fix: 'Run text recognition (OCR) on it and upload the result.',
    });
  }
  const title = await titleOf(pdf);
  return { text, pages, ...(title === '' ? {} : { title }) };
}

async function titleOf(pdf: Awaited<ReturnType<typeof open>>): Promise<string> {
  const { info } = await getMeta(pdf);
  return typeof info?.Title === 'string' ? info.Title.trim() : '';
}
