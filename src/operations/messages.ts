import { z } from 'zod';

const kinds: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
};

const formats: Record<string, string> = {
  uuid: 'This is not an id.',
  email: 'This is not an email address.',
  url: 'This is not an address that can be used here.',
  datetime: 'This is not a time in ISO 8601 with its zone.',
};

/** How many there may be, in the words of what is counted. */
function counted(count: number | bigint, origin: string): string {
  if (origin === 'string') return `${count} character${count === 1 ? '' : 's'}`;
  return origin === 'array' ? `${count} item${count === 1 ? '' : 's'}` : String(count);
}

/** Faults of an input as sentences. A schema that brings a sentence of its own keeps it. */
export function speakPlainly(): void {
  z.config({
    customError(issue) {
      switch (issue.code) {
        case 'invalid_type':
          return issue.input === undefined
            ? 'This field is missing.'
            : `This must be ${kinds[issue.expected] ?? `of type ${issue.expected}`}.`;
        case 'too_small': {
          const verb = issue.origin === 'string' || issue.origin === 'array' ? 'needs' : 'must be';
          return `This ${verb} at least ${counted(issue.minimum, issue.origin)}.`;
        }
        case 'too_big': {
          const verb = issue.origin === 'string' || issue.origin === 'array' ? 'may have' : 'must be';
          return `This ${verb} at most ${counted(issue.maximum, issue.origin)}.`;
        }
        case 'invalid_value':
          return `This must be ${issue.values.length > 1 ? 'one of ' : ''}${issue.values.map(String).join(', ')}.`;
        case 'invalid_format':
          return formats[issue.format] ?? 'This does not have the right form.';
        default:
          return undefined;
      }
    },
  });
}
