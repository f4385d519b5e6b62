import type { Finding } from './finding.ts';
import { amountsIn, datesIn, type Found, nameIn, numberIn, numbersIn } from './kinds.ts';
import { sensesOf } from './lexicon.ts';
import { findList } from './list.ts';
import { type IndexedUnit, indexUnit, type Ranked, rankUnits } from './match.ts';
import type { Question } from './question.ts';
import type { Unit } from './units.ts';
import { stem } from './words.ts';

/** What an answer must hold, by the kind of question; kinds that any text may answer have none. */
const readers: Partial<Record<Question['kind'], (text: string) => Found[]>> = {
  who: (text) => {
    const value = nameIn(text);
    return value === null ? [] : [{ value, index: text.indexOf(value) }];
  },
  when: datesIn,
  amount: (text) => (amountsIn(text).length > 0 ? amountsIn(text) : numbersIn(text)),
  count: numbersIn,
};

/** Words that a name or a date answers by itself: "who is responsible" needs no such word in the text. */
const roleStems = new Set(
  ['responsible', 'owner', 'own', 'assigned', 'assignee', 'due', 'deadline', 'date', 'period', 'long'].map(
    stem,
  ),
);

/** Share of the question a passage must meet to be shown as an answer. */
const enough = 0.45;

function termsOf(question: Question): string[] {
  const all = [...new Set([...question.subject, ...question.conditions.flat()])];
  const own =
    question.kind === 'who' || question.kind === 'when' ? all.filter((term) => !roleStems.has(term)) : all;
  return own.length > 0 ? own : all;
}

function best(units: Unit[], question: Question, limit: number): Ranked[] {
  const reader = readers[question.kind];
  const exact = question.text.match(/[\w-]*\w[_-]\w[\w-]*/g) ?? [];
  const bonus = (unit: Unit): number => {
    const typed = reader === undefined || reader(`${unit.parent} ${unit.text}`).length > 0;
    const named = exact.some((name) => unit.text.includes(name));
    return (typed ? 1.5 : 1) * (named ? 2 : 1) * (unit.kind === 'box' ? 0.5 : 1);
  };
  const ranked = rankUnits(units.map(indexUnit), termsOf(question), bonus);
  const top = ranked[0]?.score ?? 0;
  return ranked.filter(({ coverage, score }) => coverage >= enough && score >= top * 0.6).slice(0, limit);
}

/** Who, when, where, how much, or anything else: the passages that meet the question best, quoted. */
export function findPassages(units: Unit[], question: Question): Finding {
  const reader = readers[question.kind];
  const found = best(units, question, 5);
  const values = found.map(({ indexed }) =>
    reader === undefined ? null : nearest(indexed, reader, termsOf(question)),
  );
  const answered = values.some((value) => value !== null);
  const rows = found.flatMap(({ indexed: { unit } }, i) =>
    answered && values[i] === null ? [] : [{ name: values[i] ?? '', values: [], evidence: [unit] }],
  );
  const [first, second] = found;
  const clear = first !== undefined && (second === undefined || first.score >= second.score * 1.25);
  const summary =
    rows.length === 0
      ? ''
      : answered && clear
        ? `The best matching passage says “${rows[0]?.name}”.`
        : rows.length === 1
          ? 'The passage that matches best:'
          : `The ${rows.length} passages that match best:`;
  return { question, summary, columns: [], rows, leftOut: [] };
}

/** Of several values in a text, the one that stands closest to the question's words, rather after them than before. */
function nearest(indexed: IndexedUnit, reader: (text: string) => Found[], terms: string[]): string | null {
  const { unit, words } = indexed;
  const own = reader(unit.text);
  const found = own.length > 0 ? own : reader(unit.parent);
  const asked = new Set(terms.flatMap((term) => sensesOf(term).flatMap(({ stems }) => stems)));
  const places = words.filter((word) => asked.has(word.stem)).map((word) => word.start);
  const distance = ({ index }: Found): number =>
    Math.min(...places.map((place) => (index >= place ? index - place : 3 * (place - index))), 1e6);
  return found.toSorted((a, b) => distance(a) - distance(b))[0]?.value ?? null;
}

/** How many: what the text states, and what can be counted in its lists. */
export function findCount(units: Unit[], question: Question): Finding {
  const counted = findList(units, question);
  const hasList = counted.columns.length > 0 && counted.rows.some(({ name }) => name !== '');
  const stated = best(units, question, 12).filter(({ indexed: { unit } }) => {
    const direct = unit.kind === 'pair' || /\d\+?\s+(?:\w+\s+){0,2}\w*/.test(unit.text);
    return (
      direct &&
      unit.kind !== 'row' &&
      unit.kind !== 'column' &&
      numberIn(unit.text.replace(/\S*\w_\w\S*/g, '')) !== null
    );
  });
  const statements = stated
    .filter(({ coverage }) => coverage >= 0.9)
    .slice(0, 2)
    .map(({ indexed: { unit } }) => ({
      name: `stated: ${numberIn(unit.text)}`,
      values: question.attributes.map(() => ''),
      evidence: [unit],
    }));
  if (!hasList && statements.length === 0) return findPassages(units, question);
  const parts = [
    ...statements.slice(0, 1).map(({ name }) => `The text ${name.replace('stated:', 'states')}.`),
    ...(hasList ? [`Counted in its lists: ${counted.rows.length}.`] : []),
  ];
  return {
    ...counted,
    summary: parts.join(' '),
    columns: hasList ? counted.columns : [],
    rows: [...statements, ...(hasList ? counted.rows : [])],
  };
}
