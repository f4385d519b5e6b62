const fence = /^ {0,3}(`{3,}|~{3,})[^\n]*\n[\s\S]*?(?:^ {0,3}\1[`~]* *$|$(?![\s\S]))/m;
const span = /(?<!`)(`+)(?!`)[\s\S]*?(?<!`)\1(?!`)/;
const code = new RegExp(`${fence.source}|${span.source.replaceAll('\\1', '\\2')}`, 'gm');

/**
 * Formulas as models write them, in the one way that is read: `$$…$$` in a line, and between lines of `$$` alone. They write
 * `\(…\)`, `\[…\]` and `$…$` too. A dollar begins a formula only where it cannot be money, by Pandoc's rule: no space inside
 * of either, no digit behind the last, no letter or digit before the first. Code is left alone.
 */
export function withMath(text: string): string {
  if (!/\$|\\[[(]/.test(text)) return text;
  let result = '';
  let from = 0;
  for (const match of text.matchAll(code)) {
    result += converted(text.slice(from, match.index)) + match[0];
    from = match.index + match[0].length;
  }
  return result + converted(text.slice(from));
}

/** A formula has 2,000 characters at most, so that hostile text is read in linear time. */
const converted = (text: string): string =>
  text
    .replace(
      /^([ \t>]*)(?:\\\[([^$]{1,2000}?)\\\]|\$\$([^$\n]{1,2000})\$\$)[ \t]*$/gm,
      (_, indent: string, bracketed: string | undefined, dollars: string) =>
        ['$$', (bracketed ?? dollars).trim(), '$$'].map((line) => indent + line).join('\n'),
    )
    .replace(
      /\\\[([^$]{1,2000}?)\\\]|\\\(([^$]{1,2000}?)\\\)/g,
      (_, display: string | undefined, inline: string) => inLine((display ?? inline).trim()),
    )
    .replace(/(?<![\\$\w])\$(?![\s$])([^$\n]{0,2000}[^\s$\\])\$(?![$\w])/g, (_, formula: string) =>
      inLine(formula),
    );

const inLine = (formula: string): string => `$$${formula}$$`;
