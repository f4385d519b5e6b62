import type { Finding } from './finding.ts';
import { groupBy } from './group.ts';
import { type IndexedUnit, indexUnit, rarity } from './match.ts';
import type { Question } from './question.ts';
import type { Unit } from './units.ts';

/** Sentences compared with each other at most; a longer text is sampled evenly. */
const most = 400;

type Vector = Map<string, number>;

function vectorOf({ stems }: IndexedUnit, idf: (stem: string) => number): Vector {
  const vector: Vector = new Map();
  for (const stem of stems) if (stem.length > 2) vector.set(stem, idf(stem));
  const norm = Math.hypot(...vector.values()) || 1;
  for (const [stem, weight] of vector) vector.set(stem, weight / norm);
  return vector;
}

export function cosine(a: Vector, b: Vector): number {
  let sum = 0;
  for (const [stem, weight] of a.size < b.size ? a : b)
    sum += weight * ((a.size < b.size ? b : a).get(stem) ?? 0);
  return sum;
}

/** Unit vectors of stems weighed by rarity, for comparing units of one text or two. */
export function vectorsOf(units: IndexedUnit[]): Vector[] {
  const idf = rarity(units);
  return units.map((unit) => vectorOf(unit, idf));
}

/** TextRank (Mihalcea and Tarau 2004): PageRank over sentences linked by their similarity. */
function centrality(vectors: Vector[]): number[] {
  const n = vectors.length;
  const links = vectors.map((a, i) => vectors.map((b, j) => (i === j ? 0 : cosine(a, b))));
  const out = links.map((row) => row.reduce((sum, weight) => sum + weight, 0) || 1);
  let rank = new Array<number>(n).fill(1 / n);
  for (let round = 0; round < 20; round += 1) {
    rank = rank.map(
      (_, i) =>
        0.15 / n + 0.85 * rank.reduce((sum, r, j) => sum + (r * (links[j]?.[i] ?? 0)) / (out[j] ?? 1), 0),
    );
  }
  return rank;
}

function evenly<T>(list: T[], count: number): T[] {
  return list.length <= count
    ? list
    : list.filter(
        (_, i) => Math.floor((i * count) / list.length) !== Math.floor(((i - 1) * count) / list.length),
      );
}

/** Picks central units that say different things (maximal marginal relevance), in the order of the text. */
function select(units: IndexedUnit[], count: number): Unit[] {
  const sample = evenly(units, most);
  const vectors = vectorsOf(sample);
  const rank = centrality(vectors);
  const top = Math.max(...rank);
  const firsts = new Set(
    [...groupBy(sample, ({ unit }) => unit.headings.join('\n')).values()].map((group) => group[0]),
  );
  const worth = sample.map((indexed, i) => (rank[i] ?? 0) / top + (firsts.has(indexed) ? 0.25 : 0));
  const picked: number[] = [];
  while (picked.length < Math.min(count, sample.length)) {
    let best = -1;
    let bestScore = Number.NEGATIVE_INFINITY;
    for (const [i, vector] of vectors.entries()) {
      if (picked.includes(i)) continue;
      const repeats = Math.max(0, ...picked.map((j) => cosine(vector, vectors[j] ?? new Map())));
      const section = sample[i]?.unit.headings.at(-1);
      const again = picked.some((j) => sample[j]?.unit.headings.at(-1) === section) ? 0.2 : 0;
      const score = 0.6 * (worth[i] ?? 0) - 0.4 * repeats - again;
      if (score > bestScore) [best, bestScore] = [i, score];
    }
    picked.push(best);
  }
  return picked.toSorted((a, b) => a - b).flatMap((i) => sample[i]?.unit ?? []);
}

/** Verbatim sentences that stand for the whole of each file. */
export function findSummary(units: Unit[], question: Question): Finding {
  const files = [...groupBy(units, (unit) => unit.file.name).values()];
  const perFile = Math.max(3, Math.min(8, Math.floor(16 / Math.max(1, files.length))));
  const picked = files.flatMap((members) => {
    const proper = members.filter(
      ({ kind, text }) =>
        kind !== 'box' && kind !== 'column' && kind !== 'row' && text.split(' ').length >= 5,
    );
    const usable = proper.length >= perFile ? proper : members;
    return select(usable.map(indexUnit), Math.min(perFile, Math.max(3, Math.ceil(usable.length / 6))));
  });
  const rows = picked.map((unit) => ({ name: '', values: [], evidence: [unit] }));
  const summary =
    rows.length === 0
      ? ''
      : `Extractive summary: ${rows.length} of ${units.length} statements, verbatim, chosen by centrality (TextRank).`;
  return { question, summary, columns: [], rows, leftOut: [] };
}
