import type { Category } from './queries.ts';

/** A fact found in what a person said, before anybody decided about it. */
export interface FoundFact {
  content: string;
  category: Category;
  importance_score: number;
  /** The words themselves say that something changed ("now", "no longer"). */
  changed: boolean;
  expires_at: Date | null;
}

const longestSentence = 300;
/** Facts of one message: a pasted page is not an interview. */
const mostFacts = 10;

// Conditions, guesses and quotations are not statements about the person.
const unsure =
  /\b(if|imagine|suppose|pretend|hypothetically|for example|e\.g\.|let's say|would|might|maybe|perhaps|says?|said|wrote|asked)\b/i;
const changeWords =
  /\b(now|no longer|any ?more|moved|relocated|changed|switched|instead|from now on|as of)\b/i;

const name = String.raw`\p{Lu}[\p{L}\p{M}'’.-]*(?: \p{Lu}[\p{L}\p{M}'’.-]*){0,3}`;
/** What follows a verb, to the end of its clause. */
const rest = String.raw`([^,;:()"“”]{2,120}?)(?=\s*(?:[,;:()]|\b(?:and I|but|because|so that|since|when|while)\b|$))`;
/** Objects that point at the conversation and mean nothing outside it. */
const pointing =
  /^(?:it|this|that|these|those|them|him|her|you|your|how|what|where|when|why|the (?:idea|answer|way|first|second|last|one|other)|to (?:see|know|hear|have|get|ask|use|do|try)|one)\b/i;

interface Rule {
  pattern: RegExp;
  say(match: RegExpMatchArray): string | null;
  category: Category;
  importance: number;
}

const object = (match: RegExpMatchArray, group = 1): string | null => {
  const text = (match[group] ?? '').trim();
  return text === '' || pointing.test(text) ? null : text;
};
const after =
  (verb: string, group = 1) =>
  (match: RegExpMatchArray): string | null => {
    const text = object(match, group);
    return text === null ? null : `${verb} ${text}`;
  };
const relations =
  'wife|husband|partner|girlfriend|boyfriend|son|daughter|child|baby|mother|mom|mum|father|dad|brother|sister|dog|cat|boss|manager|company|startup|team';

const rules: Rule[] = [
  {
    pattern: new RegExp(String.raw`\b[Mm]y name(?: is|['’]s) (${name})`, 'u'),
    say: after('Is called'),
    category: 'fact',
    importance: 0.9,
  },
  {
    pattern: new RegExp(String.raw`\b(?:[Cc]all me|I go by|I prefer to be called) (${name})`, 'u'),
    say: after('Wants to be called'),
    category: 'preference',
    importance: 0.9,
  },
  {
    pattern: new RegExp(
      String.raw`\bI(?:['’]m| am)? (?:now |currently )?(?:work|working|started(?: working)?) (?:at|for) (${name})`,
      'u',
    ),
    say: after('Works at'),
    category: 'fact',
    importance: 0.8,
  },
  {
    pattern: new RegExp(
      String.raw`\bI(?:['’]m| am)? (?:now |currently )?(?:work|working) as (?=an? )${rest}`,
      'iu',
    ),
    say: after('Works as'),
    category: 'fact',
    importance: 0.8,
  },
  {
    pattern: new RegExp(
      String.raw`\bI(?:['’]ve| have|['’]m| am)? ?(?:just |now |recently |currently )?(?:live|living|moved|relocated) (?:in|to) (${name})`,
      'u',
    ),
    say: after('Lives in'),
    category: 'fact',
    importance: 0.8,
  },
  {
    pattern: new RegExp(String.raw`\bmy birthday is (?:on )?(?:the )?${rest}`, 'iu'),
    say: after('Birthday is'),
    category: 'fact',
    importance: 0.8,
  },
  {
    pattern: new RegExp(String.raw`\bmy favou?rite ([\p{L} ]{2,40}?) (?:is|are) ${rest}`, 'iu'),
    say: (match) => (object(match, 2) === null ? null : `Favourite ${match[1]} is ${object(match, 2)}`),
    category: 'preference',
    importance: 0.6,
  },
  {
    pattern: new RegExp(
      String.raw`\b[Mm]y (${relations})(?:['’]s name is| is (?:called|named)) (${name})`,
      'u',
    ),
    say: (match) =>
      `${(match[1] ?? '').replace(/^./, (letter) => letter.toUpperCase())} is called ${match[2]}`,
    category: 'fact',
    importance: 0.7,
  },
  {
    pattern: new RegExp(String.raw`\bI(?:['’]m| am) allergic to ${rest}`, 'iu'),
    say: after('Is allergic to'),
    category: 'fact',
    importance: 0.9,
  },
  {
    pattern:
      /\bI(?:['’]m| am) (?:an? )?(vegetarian|vegan|pescatarian|lactose intolerant|left-handed|colou?r-?blind)\b/i,
    say: after('Is'),
    category: 'fact',
    importance: 0.8,
  },
  {
    pattern: new RegExp(String.raw`\bI (?:(?:much|really|usually|generally|now) )?prefer ${rest}`, 'iu'),
    say: after('Prefers'),
    category: 'preference',
    importance: 0.7,
  },
  {
    pattern: new RegExp(
      String.raw`\bI (?:(?:really|do not|don['’]t) )*(?:hate|dislike|can['’]?t stand|cannot stand) ${rest}`,
      'iu',
    ),
    say: after('Dislikes'),
    category: 'preference',
    importance: 0.6,
  },
  {
    pattern: new RegExp(String.raw`\bI (?:do not|don['’]t)(?: really)? like ${rest}`, 'iu'),
    say: after('Dislikes'),
    category: 'preference',
    importance: 0.6,
  },
  {
    pattern: new RegExp(String.raw`\bI (?:(?:really|also|now) )?(?:like|love|enjoy) ${rest}`, 'iu'),
    say: after('Likes'),
    category: 'preference',
    importance: 0.5,
  },
  {
    pattern: new RegExp(
      String.raw`\bI no longer (work (?:at|for)|live in|like|prefer|use|eat|drink) ${rest}`,
      'iu',
    ),
    say: (match) =>
      object(match, 2) === null ? null : `No longer ${third(match[1] ?? '')} ${object(match, 2)}`,
    category: 'fact',
    importance: 0.7,
  },
];

const third = (verb: string): string => verb.replace(/^\w+/, (word) => `${word}s`);

/** What a person asks to be kept, and how they want things done: whole sentences. */
const requests: { pattern: RegExp; category: Category; importance: number }[] = [
  {
    pattern:
      /^(?:please,? )?(?:remember|keep in mind|don['’]t forget|do not forget|note)(?: this)?(?: that\b|:) ?(.{3,})$/i,
    category: 'fact',
    importance: 0.8,
  },
  { pattern: /^(?:please,? )?((?:always|never) .{3,})$/i, category: 'instruction', importance: 0.8 },
  {
    pattern: /^(?:please,? )?(?:from now on|in future|in the future|going forward),? (?:please,? )?(.{3,})$/i,
    category: 'instruction',
    importance: 0.8,
  },
];

const months = 'january|february|march|april|may|june|july|august|september|october|november|december';
const dated = new RegExp(
  String.raw`\b(?:my|our|the) ([\p{L}][\p{L} -]{2,40}?) (?:is|are|starts|ends) (?:due )?(?:on|by) ((?:the )?(?:(\d{1,2})(?:st|nd|rd|th)?(?: of)? (${months})|(${months}) (\d{1,2})(?:st|nd|rd|th)?)(?:,? (\d{4}))?|(\d{4})-(\d{2})-(\d{2}))`,
  'iu',
);

/**
 * Facts a person states about themselves, asks to be kept or gives as an instruction, by the forms of English sentences.
 * Conservative: questions, conditions, quotations and code are passed over. Statements are put without the person
 * ("Prefers tea"), as they stand in a list about one person.
 */
export function factsIn(text: string, now: Date): FoundFact[] {
  const facts = new Map<string, FoundFact>();
  for (const sentence of sentencesOf(text)) {
    for (const fact of [...requested(sentence), ...stated(sentence), ...appointed(sentence, now)]) {
      const key = fact.content.toLowerCase();
      if (!facts.has(key)) facts.set(key, fact);
    }
    if (facts.size >= mostFacts) break;
  }
  return [...facts.values()].slice(0, mostFacts);
}

function sentencesOf(text: string): string[] {
  return text
    .replace(/```[\s\S]*?(?:```|$)/g, ' ')
    .split('\n')
    .filter((line) => !/^\s*(?:>|\||#|\t| {4})/.test(line))
    .flatMap((line) => line.split(/(?<=[.!?…])\s+(?=[\p{Lu}"“'])/u))
    .map((sentence) => sentence.trim().replace(/^[-*•]\s+/, ''))
    .filter(
      (sentence) => sentence.length > 4 && sentence.length <= longestSentence && !sentence.endsWith('?'),
    )
    .map((sentence) => sentence.replace(/[.!…]+$/, ''));
}

function requested(sentence: string): FoundFact[] {
  for (const { pattern, category, importance } of requests) {
    const wish = sentence.match(pattern)?.[1]?.trim();
    if (wish !== undefined && !pointing.test(wish)) return [made(wish, category, importance, sentence)];
  }
  return [];
}

function stated(sentence: string): FoundFact[] {
  if (unsure.test(sentence) || /["“]/.test(sentence)) return [];
  return rules.flatMap(({ pattern, say, category, importance }) => {
    const match = sentence.match(pattern);
    const content = match === null ? null : say(match);
    return content === null ? [] : [made(content, category, importance, sentence)];
  });
}

/** Something with a date: it is of no use the day after. */
function appointed(sentence: string, now: Date): FoundFact[] {
  const match = unsure.test(sentence) ? null : sentence.match(dated);
  if (match === null || /birthday|anniversary/i.test(match[1] ?? '')) return [];
  const [, what = '', when = '', day, month, monthFirst, dayAfter, year, isoYear, isoMonth, isoDay] = match;
  const date =
    isoYear !== undefined
      ? new Date(Date.UTC(Number(isoYear), Number(isoMonth) - 1, Number(isoDay)))
      : nextDate(Number(day ?? dayAfter), (month ?? monthFirst ?? '').toLowerCase(), year, now);
  if (Number.isNaN(date.getTime())) return [];
  const fact = made(`${what} on ${when}`, 'context', 0.6, sentence);
  return [{ ...fact, expires_at: new Date(date.getTime() + 2 * 86_400_000) }];
}

/** The date in its year, or the next one there is. */
function nextDate(day: number, month: string, year: string | undefined, now: Date): Date {
  const index = months.split('|').indexOf(month);
  const date = new Date(Date.UTC(Number(year ?? now.getUTCFullYear()), index, day));
  if (year === undefined && date.getTime() < now.getTime() - 86_400_000)
    date.setUTCFullYear(date.getUTCFullYear() + 1);
  return date;
}

function made(content: string, category: Category, importance: number, sentence: string): FoundFact {
  const text = content
    .trim()
    .replace(/\s+/g, ' ')
    .replace(/[.!…]+$/, '');
  return {
    content: text.replace(/^./u, (letter) => letter.toUpperCase()),
    category,
    importance_score: importance,
    changed: changeWords.test(sentence),
    expires_at: null,
  };
}
