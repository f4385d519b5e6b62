/** A part of the system prompt and where it is from. */
export interface PromptPart {
  source: 'role' | 'persona' | 'rules' | 'settings' | 'project' | 'skills' | 'memory' | 'canvas';
  /** Stands above the text; empty for the role, which begins the prompt. */
  title: string;
  text: string;
}

interface Rule {
  rule_type: string;
  name: string;
  content: string;
}

/** What a project says to everybody who works in it. */
export const instructionParts = (instructions: string | null): PromptPart[] =>
  instructions ? [{ source: 'project', title: 'Instructions of the project', text: instructions }] : [];

/** The narrower rule stands later and says so: a project's over one's own, a conversation's over a project's. */
export function ruleParts(rules: Rule[]): PromptPart[] {
  const places = [
    ['Rules of the person', (type: string) => type !== 'project' && type !== 'conversation'],
    ['Rules of this project, which come before those above', (type: string) => type === 'project'],
    ['Rules of this conversation, which come before all others', (type: string) => type === 'conversation'],
  ] as const;
  return places.flatMap(([title, belongs]) => {
    const here = rules.filter(({ rule_type }) => belongs(rule_type));
    return here.length === 0
      ? []
      : [
          {
            source: 'rules' as const,
            title,
            text: here.map(({ name, content }) => `## ${name}\n${content}`).join('\n\n'),
          },
        ];
  });
}

/** The parts as one text, each under its title. */
export const renderSystem = (parts: PromptPart[]): string =>
  parts.map(({ title, text }) => (title === '' ? text : `${title}:\n${text}`)).join('\n\n');
