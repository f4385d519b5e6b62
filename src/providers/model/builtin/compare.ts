import type { Finding, FindingRow } from './finding.ts';
import { groupBy } from './group.ts';
import { type IndexedUnit, indexUnit, rankUnits } from './match.ts';
import type { Question } from './question.ts';
import { cosine, vectorsOf } from './summary.ts';
import type { Unit } from './units.ts';
import { contentWords, wordsOf } from './words.ts';

interface Side {
  name: string;
  units: IndexedUnit[];
}

/** Statements of two texts that share this much of their rare words speak of the same thing. */
const sameTopic = 0.35;
const mostRows = 20;

const quoted = (unit: Unit | undefined): string => (unit === undefined ? '—' : unit.text);

/** The file called so, else the sections, else the statements that name it. */
function sideOf(units: IndexedUnit[], name: string): Side {
  const stems = contentWords(name).map((word) => word.stem);
  const all = stems.length > 0 ? stems : wordsOf(name).map((word) => word.stem);
  const covers = (text: string): boolean => {
    const words = new Set(wordsOf(text).map((word) => word.stem));
    return all.every((stem) => words.has(stem));
  };
  const exact = wordsOf(name)
    .map((word) => word.text)
    .join(' ');
  const named = (text: string): boolean =>
    ` ${wordsOf(text)
      .map((word) => word.text)
      .join(' ')} `.includes(` ${exact} `);
  const scopes: ((unit: IndexedUnit) => boolean)[] = [
    ({ unit }) => named(unit.file.name),
    ({ unit }) => unit.names.some((own) => own.toLowerCase() === name.toLowerCase()),
    ({ unit }) => unit.headings.slice(1).some(named),
    ({ unit }) => covers(unit.file.name),
    ({ unit }) => unit.headings.slice(1).some(covers),
    ({ unit }) => covers(`${unit.names.join(' ')} ${unit.text}`),
  ];
  for (const scope of scopes) {
    const found = units.filter(scope);
    if (found.length > 0) return { name, units: found };
  }
  return { name, units: [] };
}

function sidesOf(units: IndexedUnit[], question: Question): Side[] {
  const named = question.sides.map((name) => sideOf(units, name)).filter((side) => side.units.length > 0);
  if (named.length === 2) return named;
  const files = groupBy(units, ({ unit }) => unit.file.name);
  return files.size === 2 ? [...files].map(([name, members]) => ({ name, units: members })) : named;
}

const keyOf = ({ unit }: IndexedUnit): string | null => {
  if (unit.kind === 'column') return unit.text;
  const key = unit.kind === 'pair' || unit.kind === 'row' || unit.kind === 'item' ? unit.names[0] : undefined;
  const plain =
    key === undefined
      ? ''
      : wordsOf(key)
          .map((word) => word.stem)
          .join(' ');
  return plain === '' || plain.split(' ').length > 6 ? null : plain;
};

function rowOf(aspect: string, a: Unit | undefined, b: Unit | undefined): FindingRow {
  const verdict =
    a === undefined || b === undefined ? 'only one side' : a.text === b.text ? 'same' : 'differs';
  const evidence = [a, b].filter((unit) => unit !== undefined);
  return { name: aspect, values: [quoted(a), quoted(b), verdict], evidence };
}

/** What the question wants compared: "... on price and termination". */
function aspectsOf(question: Question): string[] {
  const tail = /\b(?:on|in terms of|regarding|with respect to|concerning)\s+(.+?)[?.]?$/i.exec(
    question.text,
  )?.[1];
  return tail === undefined
    ? []
    : tail.split(/\s*,\s*(?:and\s+)?|\s+and\s+/).filter((aspect) => aspect !== '');
}

function byAspect(aspects: string[], [a, b]: [Side, Side]): FindingRow[] {
  return aspects.flatMap((aspect) => {
    const terms = contentWords(aspect).map((word) => word.stem);
    const [left, right] = [a, b].map((side) => rankUnits(side.units, terms)[0]?.indexed.unit);
    return left === undefined && right === undefined ? [] : [rowOf(aspect, left, right)];
  });
}

/** Pairs what carries the same name, then what says nearly the same; names that one side alone has come last. */
function byAlignment([a, b]: [Side, Side]): FindingRow[] {
  const keys = new Map(b.units.map((unit) => [keyOf(unit), unit]));
  keys.delete(null);
  const used = new Set<IndexedUnit>();
  const rows: FindingRow[] = [];
  for (const left of a.units) {
    const right = keys.get(keyOf(left));
    if (right === undefined || used.has(right)) continue;
    used.add(left).add(right);
    rows.push(
      rowOf(left.unit.kind === 'column' ? left.unit.text : (left.unit.names[0] ?? ''), left.unit, right.unit),
    );
  }
  const [restA, restB] = [a, b].map((side) => side.units.filter((unit) => !used.has(unit)));
  const vectors = vectorsOf([...(restA ?? []), ...(restB ?? [])]);
  for (const [i, left] of (restA ?? []).entries()) {
    let best = { score: sameTopic, right: undefined as IndexedUnit | undefined };
    for (const [j, right] of (restB ?? []).entries()) {
      const score = used.has(right)
        ? 0
        : cosine(vectors[i] ?? new Map(), vectors[(restA ?? []).length + j] ?? new Map());
      if (score > best.score) best = { score, right };
    }
    if (best.right === undefined) continue;
    used.add(left).add(best.right);
    rows.push(rowOf(left.unit.headings.at(-1) ?? '', left.unit, best.right.unit));
  }
  const alone = (side: Side, swap: boolean): FindingRow[] =>
    side.units
      .filter((unit) => !used.has(unit) && unit.unit.kind !== 'box')
      .slice(0, 5)
      .map(({ unit }) =>
        swap
          ? rowOf(unit.headings.at(-1) ?? '', undefined, unit)
          : rowOf(unit.headings.at(-1) ?? '', unit, undefined),
      );
  const differing = rows.filter(({ values }) => values[2] === 'differs');
  const same = rows.filter(({ values }) => values[2] === 'same');
  return [...differing, ...same, ...alone(a, false), ...alone(b, true)].slice(0, mostRows);
}

/** Two things side by side, every cell verbatim. */
export function findComparison(units: Unit[], question: Question): Finding {
  const indexed = units.map(indexUnit);
  const [a, b] = sidesOf(indexed, question);
  if (a === undefined || b === undefined) {
    const missing = question.sides.filter((side) => side !== a?.name);
    return {
      question,
      summary: '',
      columns: [],
      rows: [],
      leftOut: missing.map((name) => ({ name, reason: 'nothing in the files is called so' })),
    };
  }
  const aspects = aspectsOf(question);
  const asked = byAspect(aspects, [a, b]);
  const rows = asked.length > 0 ? asked : byAlignment([a, b]);
  const count = (verdict: string): number => rows.filter(({ values }) => values[2] === verdict).length;
  return {
    question,
    summary: `Compared ${a.name} (${a.units.length} statements) with ${b.name} (${b.units.length}): ${count('differs')} differ, ${count('same')} are the same, ${count('only one side')} stand on one side only.`,
    columns: ['aspect', a.name, b.name, 'result'],
    rows,
    leftOut: [],
  };
}
