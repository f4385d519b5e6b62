const loneSurrogate = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

/** What PostgreSQL can keep and chunking can count: no NUL, no half characters, one kind of line break. */
export const tidy = (text: string): string =>
  text
    .replaceAll('\0', '')
    .replace(/^\uFEFF/, '')
    .replace(/\r\n?/g, '\n')
    .replace(loneSurrogate, '\uFFFD')
    .trim();
