import { sentencesOf } from '../../extraction/sentences.ts';
import { contentWords, isLightVerb, stem, wordsOf } from './words.ts';

export type QuestionKind =
  | 'list'
  | 'count'
  | 'who'
  | 'when'
  | 'where'
  | 'amount'
  | 'compare'
  | 'summary'
  | 'passages';

/** One askable part of a goal. */
export interface Question {
  /** As the person wrote it. */
  text: string;
  kind: QuestionKind;
  /** What is listed or counted: `table`, `action item`. Stems in order, the head noun last. */
  subject: string[];
  /** What must hold of each; alternatives (joined by "or", "and", commas) of stems that belong together. */
  conditions: string[][];
  /** "tables without RLS": the condition must not hold. */
  negated: boolean;
  /** "which schema file defines it": what else to tell of each row. */
  attributes: Attribute[];
  /** The sides of a comparison. */
  sides: string[];
}

export interface Attribute {
  /** `schema file` */
  name: string;
  stems: string[];
}

const listVerb =
  /^(?:please\s+|can you\s+|could you\s+)?(?:list|enumerate|name|identify|find|extract|collect|show|give(?:\s+me)?|get|tabulate)\b/i;
const summaryWords =
  /\b(?:summar(?:y|ies|i[sz]e[sd]?|i[sz]ing)|tl;?dr|overview|(?:key|main)\s+(?:points?|facts|takeaways|findings)|gist|what\s+(?:is|are)\s+(?:this|these|the)\s+(?:documents?|files?|texts?|notes)\s+about)\b/i;
const compareWords = /\b(?:compare|comparison|differences?|differs?|versus|vs\.?|contrast)\b/i;
const clause =
  /\b(?:that|which|who|whose|where|with|having|without|in|of|for|from|about|by|assigned|due|under|on|at|to|into|used|defined|mentioned|marked|does|do|did|are|is|was|were|has|have|had|must|should|shall|can|will|there|exist)\b/i;
const pronoun = /\b(?:it|its|they|their|them|each|those|these|that|one)\b/i;
const followUp =
  /^(?:(?:and|also|plus)\s+)?(?:for each,?\s+|then\s+)?(?:state\s+|say\s+|tell\s+(?:me\s+)?|give\s+|with\s+|note\s+)?(?:in\s+|by\s+|from\s+)?(?:which|what|who|whom|whose|when|where|why|how many|how much|how|the)\b/i;

/** Cuts a goal into its askable parts: list items, sentences, and "... and who ..." tails. */
export function partsOf(goal: string): Question[] {
  const pieces = goal.split(/\n+/).flatMap((line) => {
    const text = line.replace(/^\s*(?:[-*+•]|\(?\d{1,2}[.)]|#+)\s+/, '').trim();
    return sentencesOf(text).map(({ start, end }) => text.slice(start, end));
  });
  const questions: Question[] = [];
  for (const piece of pieces) {
    for (const part of splitTails(piece)) {
      const last = questions.at(-1);
      const attribute = last === undefined ? null : attributeOf(part);
      if (last !== undefined && attribute !== null && ['list', 'count'].includes(last.kind)) {
        last.attributes.push(attribute);
        last.text = `${last.text.replace(/[.?!]$/, '')}, and ${part.replace(/^and\s+/i, '')}`;
      } else if (contentWords(part).length > 0 || summaryWords.test(part)) {
        questions.push(parseQuestion(part, last !== undefined && pronoun.test(part) ? last : undefined));
      }
    }
  }
  return questions;
}

/** "List X, and which Y defines it" and "who decided A and when does B end" are two parts each. */
function splitTails(sentence: string): string[] {
  const pattern =
    /(?:,\s*(?:and\s+|plus\s+)?|;\s*(?:and\s+)?|\s+and\s+(?:also\s+)?)(?=(?:in\s+|for\s+each,?\s+)?(?:which|what|who|whom|when|where|why|how\s+many|how\s+much|how)\b)/gi;
  if (/^\s*(?:which|what|who)\b[^,;]*,/.test(sentence) === false && compareWords.test(sentence))
    return [sentence];
  return sentence.split(pattern).filter((part) => part.trim() !== '');
}

/** The part as an attribute of the rows before it, when it speaks of them (`it`, `each`, `their`) or asks a bare noun. */
function attributeOf(part: string): Attribute | null {
  const text = part.trim().replace(/[.?!]+$/, '');
  if (!followUp.test(text) || !pronoun.test(text)) return null;
  const asked = text
    .replace(followUp, '')
    .replace(/^\s*(?:is|are|was|were)\s+/i, '')
    .trim();
  if (/\bwhen\b/i.test(text)) return { name: 'when', stems: ['when'] };
  if (/\bwho(?:m|se)?\b/i.test(text)) return { name: 'who', stems: ['who'] };
  if (/\bwhere\b/i.test(text)) return { name: 'where', stems: ['where'] };
  const noun =
    /^(.*?)\s+(?:(?:it|they|each|those|these|that|one)\b|(?:is|are|was|were|do|does|has|have|of|for|in)\b|\w+(?:s|ed)?\s+(?:it|them|each|those|these|that|one)\b)/i.exec(
      asked,
    )?.[1];
  const name = (noun ?? asked)
    .replace(/\b(?:the|a|an|of|each|it|its|their)\b/gi, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  const stems = wordsOf(name).map((word) => word.stem);
  return stems.length === 0 || stems.length > 4 ? null : { name, stems };
}

function kindOf(text: string): QuestionKind {
  if (compareWords.test(text)) return 'compare';
  if (summaryWords.test(text)) return 'summary';
  if (
    /\bhow\s+much\b|\bwhat\s+(?:is|are|was|were)\s+the\s+(?:\w+\s+){0,3}(?:cost|price|fee|amount|budget|salary|rate|total)s?\b/i.test(
      text,
    )
  )
    return 'amount';
  if (/\bhow\s+many\b|\bnumber\s+of\b|^count\b/i.test(text)) return 'count';
  if (listVerb.test(text)) return 'list';
  if (/^(?:\w+\s+){0,2}who(?:m|se)?\b/i.test(text)) return 'who';
  if (
    /^(?:\w+\s+){0,2}when\b|\b(?:what|which|by what)\s+(?:date|day|time|year|deadline)\b|\bhow\s+long\b|\b(?:period|deadline|duration)\b/i.test(
      text,
    )
  )
    return 'when';
  if (/^where\b/i.test(text)) return 'where';
  if (
    /^(?:which|what)\s+(?:\w+\s+){0,2}?\w{3,}s\b(?!\s+of\b)/i.test(text) &&
    !/^what\s+(?:is|was|does|has)\b/i.test(text)
  )
    return 'list';
  if (/^what\s+are\s+(?:all\s+)?the\b/i.test(text)) return 'list';
  return 'passages';
}

/** "Write a report on", "prepare a table of": how the answer is to look, not what is asked. */
const wrapper =
  /^(?:please\s+)?(?:write|prepare|produce|draft|create|make|compile|build)\s+(?:me\s+)?(?:an?\s+|the\s+)?(?:[\w-]+\s+){0,3}?(report|table|list|memo|document|brief|note|answer|inventory|register)s?\s+(?:of|on|about|listing|that\s+lists?|showing|saying|stating|with)\s+/i;

/** One part. `before` is the part that a pronoun in it speaks of: its words belong to this one too. */
export function parseQuestion(part: string, before?: Question): Question {
  const wrapped = wrapper.exec(part);
  const bare = part.trim().replace(wrapper, '');
  const text = wrapped !== null && kindOf(bare) === 'passages' ? `list ${bare}` : bare;
  const kind = kindOf(text);
  const lists = kind === 'list' || kind === 'count';
  const [main = '', own = ''] = lists
    ? text.split(/,?\s+(?:along\s+|together\s+)?with\s+(?:its|their)\s+/i)
    : [text];
  const body = main
    .trim()
    .replace(/[?.!]+$/, '')
    .replace(listVerb, '')
    .replace(/^\s*(?:how many|what are|what were|which|what|count|the number of)\b/i, '')
    .replace(/^\s*(?:me\s+)?(?:out\s+)?(?:(?:all|every|each|any|the|a|an|of)\s+)*/i, '')
    .trim();
  const cut = lists ? subjectEnd(body) : 0;
  const rest = body.slice(cut);
  const conditions = conditionsOf(rest, lists);
  const topic = before === undefined || lists ? [] : before.conditions;
  return {
    text:
      topic.length === 0 ? part.trim() : `${part.trim()} (${before?.text.replace(/\s*\(.*\)$/, '') ?? ''})`,
    kind,
    subject: wordsOf(body.slice(0, cut)).map((word) => word.stem),
    conditions: topic.length === 0 ? conditions : [[...new Set([...topic, ...conditions].flat())]],
    negated: lists && /\b(?:lacks?|lacking|without|not|no|missing|never)\b|n['’]t\b/i.test(rest),
    attributes: own
      .replace(/[.?!]+$/, '')
      .split(/\s*,\s*(?:and\s+)?|\s+and\s+/i)
      .filter((name) => name !== '')
      .map((name) => ({ name, stems: wordsOf(name).map((word) => word.stem) })),
    sides: kind === 'compare' ? sidesOf(text) : [],
  };
}

/** Where the subject's noun phrase ends: before a clause word, or before the verb of "which tables store ...". */
function subjectEnd(body: string): number {
  const at = clause.exec(body)?.index ?? body.length;
  const words = wordsOf(body.slice(0, at));
  const plural = words.findIndex(
    ({ text }, i) => i < words.length - 1 && text.length > 3 && stem(text) !== text && /s$/.test(text),
  );
  const verb = words.findIndex(({ text }, i) => i > 0 && isLightVerb(text));
  const next = verb === -1 ? (plural === -1 ? undefined : words[plural + 1]) : words[verb];
  return next === undefined ? at : next.start;
}

const negations = new Set(['lack', 'missing', 'without', 'never'].map(stem));

/** "a secret or a token" is two alternatives; without a joining word all the words are one. */
function conditionsOf(text: string, lists: boolean): string[][] {
  const parts = lists ? text.split(/\s*,\s*(?:or|and)?\s*|\s+(?:or|and)\s+/i) : [text];
  return parts
    .map((part) =>
      [...new Set(contentWords(part, { verbs: false }).map((word) => word.stem))].filter(
        (s) => !negations.has(s),
      ),
    )
    .filter((stems) => stems.length > 0);
}

/** "Compare A and B on price": the two names, without what they are compared on. */
function sidesOf(text: string): string[] {
  const body = text.replace(/[?.!]+$/, '');
  const match =
    /\b(?:between|compare|contrast|do|does|from)\s+(.+?)\s+(?:and|with|to|versus|vs\.?|against|differ\s+from)\s+(.+?)(?:\s+(?:on|in terms of|regarding|with respect to|by|for|differ|concerning)\b.*)?$/i.exec(
      body,
    ) ?? /^(.+?)\s+(?:versus|vs\.?)\s+(.+)$/i.exec(body);
  const strip = (side: string | undefined): string =>
    (side ?? '').replace(/^(?:the|a|an|both|two)\s+/i, '').trim();
  const sides = [strip(match?.[1]), strip(match?.[2])];
  return sides.every((side) => side !== '') ? sides : [];
}

/** A person's question kept to what can be searched for. */
export const keywordsOf = (question: Question): string =>
  [...new Set(contentWords(question.text, { verbs: false }).map((word) => word.text))].join(' ');
