/** Recognising what kind of thing a text holds, by its shape. */

const month =
  '(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)';
const datePattern = new RegExp(
  [
    '\\b\\d{4}-\\d{2}-\\d{2}\\b',
    '\\b\\d{1,2}[./]\\d{1,2}[./]\\d{2,4}\\b',
    `\\b\\d{1,2}(?:st|nd|rd|th)?\\s+(?:of\\s+)?${month}\\b(?:,?\\s+\\d{4})?`,
    `\\b${month}\\s+\\d{1,2}(?:st|nd|rd|th)?\\b(?:,?\\s+\\d{4})?`,
    `\\b${month}\\s+\\d{4}\\b`,
    '\\bQ[1-4](?:\\s+\\d{4})?\\b',
    '\\b(?:next\\s+|by\\s+|on\\s+|this\\s+)?(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)\\b',
    '\\b(?:today|tomorrow|end of (?:the )?(?:day|week|month|quarter|year)|next (?:week|month|quarter|year))\\b',
    '\\b(?:\\d+|one|two|three|six|twelve|thirty|sixty|ninety)\\s*(?:\\(\\d+\\)\\s*)?(?:business\\s+|calendar\\s+)?(?:days?|weeks?|months?|years?|hours?|minutes?)\\b',
    '\\b\\d{1,2}:\\d{2}\\b',
  ].join('|'),
  'i',
);
const amountPattern =
  /(?:[$€£¥]\s?\d[\d.,]*(?:\s?(?:k|m|bn|million|billion|thousand))?\b)|\b\d[\d.,]*\s?(?:%|percent\b|usd\b|eur\b|gbp\b|dollars?\b|euros?\b|pounds?\b|[KMGT]B\b|ms\b)|\b(?:usd|eur|gbp)\s?\d[\d.,]*/i;
const numberPattern = /\b\d[\d.,]*\+?/;

const notNames = new Set(
  (
    'The A An This That These Those It In On At By For From With We They He She You I Our Their His Her Its All Any Each Every No Not ' +
    'And Or But If When Where Which Who What How As To Of Is Are Was Were Be Will Shall May Must Can Should Section Article Action Actions ' +
    'Monday Tuesday Wednesday Thursday Friday Saturday Sunday January February March April May June July August September October ' +
    'November December Decision Decisions Agreed Note Notes Due Owner Owners Next Send Write Fix Review Update Prepare Check Schedule Draft'
  ).split(' '),
);

/** A value found in a text, and where. */
export interface Found {
  value: string;
  index: number;
}

function allOf(pattern: RegExp, text: string): Found[] {
  const found = [...text.matchAll(new RegExp(pattern.source, `${pattern.flags.replace('g', '')}g`))];
  return found.map((match) => ({
    value: match[0].replace(/^(?:by|on)\s+/i, '').replace(/[.,]$/, ''),
    index: match.index,
  }));
}

export const datesIn = (text: string): Found[] => allOf(datePattern, text);
export const amountsIn = (text: string): Found[] => allOf(amountPattern, text);
export const numbersIn = (text: string): Found[] => allOf(numberPattern, text);
export const dateIn = (text: string): string | null => datesIn(text)[0]?.value ?? null;
export const amountIn = (text: string): string | null => amountsIn(text)[0]?.value ?? null;
export const numberIn = (text: string): string | null => numbersIn(text)[0]?.value ?? null;

/** A person or an organisation: an @handle, an address, "owner: X", or capitalised words that do not only open a sentence. */
export function nameIn(text: string): string | null {
  const handle = /(?<![\w.])@[\w.-]+|\b[\w.+-]+@[\w-]+\.[\w.]+\b/.exec(text)?.[0];
  if (handle !== undefined) return handle;
  const stated =
    /\b(?:owner|assignee|assigned to|responsible|lead|by|author|contact|attendees?|present|participants?)\s*[:=–-]\s*(\p{Lu}[^.;()|]*)/iu.exec(
      text,
    )?.[1];
  if (stated !== undefined) return stated.split(/\s+[-–—]\s+|,\s+(?=due|by|until)/i)[0]?.trim() ?? null;
  const pattern = /\p{Lu}[\p{L}’'-]+(?:\s+(?:(?:van|von|de|der|di|da|la)\s+)?\p{Lu}[\p{L}.’'-]+)*/gu;
  for (const match of text.matchAll(pattern)) {
    const words = match[0].split(/\s+/).filter((word) => !notNames.has(word));
    const name = words.join(' ').replace(/[.,]$/, '');
    if (name === '') continue;
    const opens = match.index === 0 || /[.!?:]\s*$/.test(text.slice(0, match.index));
    const acts =
      /^\s*(?:will|shall|to|is|has|owns?|agreed|said|proposed|decided|raised|asked|noted|presented|signed|[-–—:(])/.test(
        text.slice(match.index + match[0].length),
      );
    if (!opens || acts || words.length > 1) return name;
  }
  return null;
}
