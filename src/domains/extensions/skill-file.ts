import { parseDocument } from 'yaml';
import { z } from 'zod';
import { AppError } from '../../kernel/errors.ts';

/** Front matter of a SKILL.md, by the Agent Skills specification (agentskills.io). */
const frontMatter = z.object({
  name: z
    .string()
    .max(64)
    .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'lower-case letters, digits and single hyphens'),
  description: z.string().min(1).max(1_024),
  license: z.string().max(500).optional(),
  compatibility: z.string().max(500).optional(),
  metadata: z.record(z.string(), z.unknown()).optional(),
  'allowed-tools': z.union([z.string(), z.array(z.string())]).optional(),
});
export type SkillHead = z.output<typeof frontMatter>;

export interface SkillFile {
  head: SkillHead;
  /** The instructions below the front matter. */
  body: string;
}

/** Errors: `invalid_input` naming each fault. */
export function readSkill(text: string): SkillFile {
  const match = /^\uFEFF?---\r?\n([\s\S]*?)\r?\n---\r?\n?([\s\S]*)$/.exec(text);
  if (!match)
    throw new AppError('invalid_input', 'SKILL.md does not begin with front matter between lines of ---.', {
      fix: 'Begin it with ---, name: and description:, then ---.',
    });
  const document = parseDocument(match[1] ?? '', { schema: 'core', strict: true });
  const fault = document.errors[0]?.message.split('\n')[0];
  if (fault)
    throw new AppError('invalid_input', `The front matter is no YAML: ${fault}`, { fix: 'Correct it.' });
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: 0 });
  } catch {
    // They could unfold into far more than was sent.
    throw new AppError('invalid_input', 'The front matter uses aliases.', { fix: 'Write its values out.' });
  }
  const parsed = frontMatter.safeParse(value);
  if (!parsed.success)
    throw new AppError(
      'invalid_input',
      parsed.error.issues
        .map(({ path, message }) => `${path.join('.') || 'front matter'}: ${message}`)
        .join('; '),
      { fix: 'Correct the front matter of SKILL.md.' },
    );
  return { head: parsed.data, body: (match[2] ?? '').trim() };
}

/** Left behind by file managers. */
export const isDebris = (path: string): boolean => /(^|\/)(__MACOSX|\.DS_Store|Thumbs\.db)(\/|$)/.test(path);

/** A path inside the skill's folder: relative, without steps out of it. Errors: `invalid_input`. */
export function skillPath(path: string): string {
  const parts = path.replaceAll('\\', '/').split('/');
  const fine =
    parts.length <= 10 &&
    parts.every((part) => part !== '' && part !== '.' && part !== '..' && !part.includes('\0'));
  if (!fine || /^[a-z]:/i.test(path))
    throw new AppError('invalid_input', `${path} is no path inside a skill.`, {
      fix: 'Use paths like references/guide.md.',
    });
  return parts.join('/');
}
