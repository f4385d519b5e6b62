import { AppError } from '../../kernel/errors.ts';
import { unpackArchive } from './archive.ts';
import { htmlToMarkdown } from './html.ts';

/** Word documents as Markdown: headings, lists and tables by their styles. */
export async function docxToMarkdown(bytes: Uint8Array, unpackedBytes: number): Promise<string> {
  unpackArchive(bytes, unpackedBytes);
  const { default: mammoth } = await import('mammoth');
  const images = mammoth.images.imgElement(() => Promise.resolve({ src: '' }));
  try {
    const { value } = await mammoth.convertToHtml({ buffer: Buffer.from(bytes) }, { convertImage: images });
    return htmlToMarkdown(value);
  } catch (error) {
    throw new AppError('unprocessable', 'The Word document is damaged and cannot be read.', {
      fix: 'Open it in a word processor, save it again and upload the new copy.',
      cause: error,
    });
  }
}
