import { AppError } from '../../kernel/errors.ts';

export interface Edit {
  search: string;
  replace: string;
}

/**
 * The content with each edit made, one after the other. Each must stand in it exactly once, so that an edit never
 * lands in another place than was meant. Errors: `unprocessable` naming the edit that does not.
 */
export function applyEdits(content: string, edits: readonly Edit[]): string {
  return edits.reduce((text, { search, replace }, index) => {
    const at = text.indexOf(search);
    if (at < 0)
      throw new AppError('unprocessable', `The text of edit ${index + 1} is not in the artifact.`, {
        fix: 'Read the artifact and copy the text exactly, white space included.',
      });
    if (text.indexOf(search, at + 1) >= 0)
      throw new AppError(
        'unprocessable',
        `The text of edit ${index + 1} is in the artifact more than once.`,
        {
          fix: 'Search for a longer part that is there once.',
        },
      );
    return text.slice(0, at) + replace + text.slice(at + search.length);
  }, content);
}
