import { quantityStems, sensesOf } from './lexicon.ts';
import type { Unit } from './units.ts';
import { type Word, wordsOf } from './words.ts';

/** How well a unit meets one word: 1 by the word itself, less by a related word or only through its heading. */
export interface Match {
  weight: number;
  /** Met only as a quantity (`tokens_used`), which is not the thing itself. */
  quantity: boolean;
}

export interface IndexedUnit {
  unit: Unit;
  words: Word[];
  contextStems: Set<string>;
  stems: Set<string>;
}

const headingWeight = 0.6;
const noMatch: Match = { weight: 0, quantity: false };

/** Words of a unit: its text, its names, its cells with their headers; and of what it stands under. */
export function indexUnit(unit: Unit): IndexedUnit {
  const cells = unit.cells.map(({ header, value }) => `${header} ${value}`).join(' . ');
  const words = wordsOf(
    `${cells === '' ? unit.text : cells} . ${unit.kind === 'column' ? unit.names.join(' ') : ''}`,
  );
  const context = `${unit.headings.slice(-2).join(' ')} ${unit.label} ${unit.parent}`;
  return {
    unit,
    words,
    stems: new Set(words.map((word) => word.stem)),
    contextStems: new Set(wordsOf(context).map((word) => word.stem)),
  };
}

/** `tokens_used`, `total tokens`, `token budget`: a quantity word stands directly beside it. */
function isQuantity(words: Word[], at: number, length: number): boolean {
  const beside = [words[at - 1], words[at + length]];
  return beside.some((word) => word !== undefined && quantityStems.has(word.stem));
}

/** Where `stems` stand side by side in `words`. */
function positions(words: Word[], stems: string[]): number[] {
  return words.flatMap((_, at) => (stems.every((stem, i) => words[at + i]?.stem === stem) ? [at] : []));
}

/** How a unit meets the word of a question. `asked` are all stems of the question: a quantity it asks for is one. */
export function matchTerm(indexed: IndexedUnit, term: string, asked: Set<string>): Match {
  const asksQuantity = [...asked].some((stem) => quantityStems.has(stem));
  let best = noMatch;
  for (const sense of sensesOf(term)) {
    if (sense.weight <= best.weight && !best.quantity) break;
    if (!sense.stems.every((stem) => indexed.stems.has(stem))) continue;
    const at = positions(indexed.words, sense.stems);
    if (at.length === 0) continue;
    const real = at.some((i) => asksQuantity || !isQuantity(indexed.words, i, sense.stems.length));
    if (real) return { weight: sense.weight, quantity: false };
    if (best.weight === 0) best = { weight: sense.weight, quantity: true };
  }
  if (best.weight === 0 && indexed.contextStems.has(term)) return { weight: headingWeight, quantity: false };
  return best;
}

/** Inverse document frequency of stems over the units, so that rare words count more (BM25's, floored above zero). */
export function rarity(units: IndexedUnit[]): (stem: string) => number {
  const counts = new Map<string, number>();
  for (const { stems } of units) for (const stem of stems) counts.set(stem, (counts.get(stem) ?? 0) + 1);
  return (stem) => {
    const n = counts.get(stem) ?? 0;
    return Math.max(0.1, Math.log(1 + (units.length - n + 0.5) / (n + 0.5)));
  };
}

export interface Ranked {
  indexed: IndexedUnit;
  score: number;
  /** Share of the question's weight that the unit meets, 0 to 1. */
  coverage: number;
}

/** Units by how much of the question they meet; a long unit needs more to count the same. */
export function rankUnits(
  units: IndexedUnit[],
  terms: string[],
  bonus: (unit: Unit) => number = () => 1,
): Ranked[] {
  const idf = rarity(units);
  const asked = new Set(terms);
  const total = terms.reduce((sum, term) => sum + idf(term), 0);
  if (total === 0) return [];
  const average = units.reduce((sum, { words }) => sum + words.length, 0) / Math.max(1, units.length);
  return units
    .map((indexed) => {
      const met = terms.reduce((sum, term) => sum + idf(term) * matchTerm(indexed, term, asked).weight, 0);
      const length = 0.75 + 0.25 * (indexed.words.length / average);
      return { indexed, coverage: met / total, score: (met * bonus(indexed.unit)) / Math.max(0.8, length) };
    })
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || a.indexed.unit.start - b.indexed.unit.start);
}
