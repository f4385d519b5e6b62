import { AppError } from '../../kernel/errors.ts';

const bucketPattern = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const forbidden = /[\\\u0000-\u001f\u007f]/;

/** Errors: `invalid_input` for a name that the port does not allow. */
export function checkName(bucket: string, key: string): void {
  const parts = key.split('/');
  const bytes = Buffer.byteLength(key);
  const bad =
    bytes === 0 ||
    bytes > 1024 ||
    forbidden.test(key) ||
    parts.some((part) => part === '' || part === '.' || part === '..');
  if (!bucketPattern.test(bucket) || bucket.includes('..')) {
    throw new AppError('invalid_input', 'The bucket name is not valid.', {
      fix: 'Use 3 to 63 of the characters a-z, 0-9, - and .',
    });
  }
  if (bad || !key.isWellFormed()) {
    throw new AppError('invalid_input', 'The storage key is not valid.', {
      fix: 'Use parts separated by single slashes, none of them . or .., at most 1024 bytes.',
    });
  }
}

export const notFound = (bucket: string, key: string): AppError =>
  new AppError('not_found', `There is no object ${key} in ${bucket}.`);

/** The range as an HTTP header; `invalid_input` when it begins past the end. */
export const rangeHeader = (range: { start: number; end?: number } | undefined): Record<string, string> =>
  range === undefined ? {} : { range: `bytes=${range.start}-${range.end ?? ''}` };

export const badRange = (size: number): AppError =>
  new AppError('invalid_input', `The range begins past the end of the object (${size} bytes).`);

/** Order of keys by their UTF-8 bytes, the same in every store. */
export const byBytes = (a: { key: string }, b: { key: string }): number =>
  Buffer.compare(Buffer.from(a.key), Buffer.from(b.key));
