import type { Evidence } from './corpus.ts';
import type { Finding, FindingRow } from './finding.ts';
import { groupBy } from './group.ts';
import { amountIn, dateIn, nameIn } from './kinds.ts';
import { type IndexedUnit, indexUnit, matchTerm, rankUnits, rarity } from './match.ts';
import type { Attribute, Question } from './question.ts';
import type { Unit } from './units.ts';
import { stem, wordsOf } from './words.ts';

/** Something that a list, a table or a definition names, with everything the files say of it. */
interface Entity {
  name: string;
  /** Where it is listed as what was asked for. */
  listed: IndexedUnit[];
  /** Everything about it, the listings included. */
  units: IndexedUnit[];
}

const identifier = /^[\p{L}\d][\w.:/-]*[_./\d-][\w.:/()-]*$|^[\w.]+\(\)$/u;
const keyOf = (name: string): string => name.replace(/\(\)$/, '').toLowerCase();
const fileToken = /[\w.-]+\.[a-z]\w{1,4}\b/i;

/** How well what a unit is listed under names the subject: all its words, or its last one with the others nearby. */
function listedAs(unit: Unit, subject: string[]): { score: number; name: string | null } {
  const head = subject.at(-1) ?? '';
  const covers = (text: string): number => {
    const stems = new Set(wordsOf(text).map((word) => word.stem));
    if (subject.every((term) => stems.has(term))) return 1;
    return stems.has(head) ? 0.7 : 0;
  };
  for (const cell of unit.cells) {
    const score = covers(cell.header);
    if (score > 0 && cell.value !== '') return { score, name: cell.value };
  }
  if (unit.kind === 'row' && unit.cells.some(({ header }) => header !== '')) return { score: 0, name: null };
  if (unit.kind === 'column' || unit.kind === 'box') return { score: 0, name: null };
  if (isAnchorLink(unit)) return { score: 0, name: null };
  const under = unit.label === '' ? (unit.headings.at(-1) ?? '') : unit.label;
  return { score: covers(under) * (unit.kind === 'sentence' ? 0.8 : 1), name: null };
}

/** An entry of a table of contents lists a heading, not a thing. */
const isAnchorLink = (unit: Unit): boolean => /^\S+\s+\[[^\]]*\]\(#[^)]*\)$/.test(unit.quote);

/** The list a unit stands in: modifiers of the subject are asked of the list, not of each member. */
const listOf = (unit: Unit): string =>
  `${unit.file.name}\n${unit.headings.join('\n')}\n${unit.label}\n${unit.kind}`;

interface Listing {
  indexed: IndexedUnit;
  names: string[];
  /** The name is a cell of the column that is called what was asked for: equal cells are one thing. */
  cell: boolean;
}

/** Units listed as the subject, with the names they list. */
function listings(units: IndexedUnit[], subject: string[]): Listing[] {
  const found = units.flatMap((indexed) => {
    const { score, name } = listedAs(indexed.unit, subject);
    return score === 0
      ? []
      : [{ indexed, score, cell: name !== null, names: name === null ? indexed.unit.names : [name] }];
  });
  const lists = groupBy(found, ({ indexed }) => listOf(indexed.unit));
  const scored = [...lists.values()].map((members) => {
    const modifiers = subject.slice(0, -1);
    const near = members.filter(({ indexed }) =>
      modifiers.every((term) => indexed.stems.has(term) || indexed.contextStems.has(term)),
    );
    const best = Math.max(...members.map(({ score }) => score));
    return { members, score: best < 1 && near.length * 2 >= members.length ? best + 0.2 : best };
  });
  const top = Math.max(0, ...scored.map(({ score }) => score));
  return scored.filter(({ score }) => score >= 0.8 && score >= top - 0.15).flatMap(({ members }) => members);
}

/** Gathers all that is said of each name; an unlisted name whose words sit in exactly one listed name is its shorthand. */
function entitiesOf(units: IndexedUnit[], subject: string[]): Entity[] {
  const entities = new Map<string, Entity>();
  for (const { indexed, names, cell } of listings(units, subject)) {
    const { unit } = indexed;
    const named = cell
      ? names
      : names.filter((name) => identifier.test(name) || unit.quote.includes(`\`${name}\``));
    if (named.length === 0) {
      const name =
        unit.names[0] !== undefined && unit.names[0].length < unit.text.length ? unit.names[0] : unit.text;
      entities.set(`${unit.file.name}:${unit.start}`, {
        name: names[0] ?? name,
        listed: [indexed],
        units: [indexed],
      });
      continue;
    }
    for (const name of named) {
      const entity = entities.get(keyOf(name)) ?? { name, listed: [], units: [] };
      entity.listed.push(indexed);
      entity.units.push(indexed);
      entities.set(keyOf(name), entity);
    }
  }
  const shorthand = shorthands([...entities.keys()]);
  for (const indexed of units) {
    for (const name of indexed.unit.names) {
      const key = keyOf(name);
      const entity =
        entities.get(key) ?? (identifier.test(name) ? entities.get(shorthand(key) ?? '') : undefined);
      if (entity !== undefined && !entity.units.includes(indexed)) entity.units.push(indexed);
    }
  }
  return [...entities.values()];
}

function shorthands(keys: string[]): (key: string) => string | undefined {
  return (key) => {
    if (!key.includes('_')) return undefined;
    const holds = keys.filter((long) => long.startsWith(`${key}_`) || long.endsWith(`_${key}`));
    return holds.length === 1 ? holds[0] : undefined;
  };
}

const negative = /^(?:no|none|false|off|disabled|never|n\/a|-|–|—|✗|✘|❌|0)?$/i;
const affirmative = /^(?:yes|true|on|enabled|always|✓|✔|✅)$/i;

interface Meeting {
  unit: IndexedUnit;
  weight: number;
  quantity: boolean;
}

/** A field of the thing says more than the item that describes it, and that more than a row that repeats its name. */
const tellingOrder = ['column', 'definition', 'item', 'pair', 'sentence', 'row', 'box'];
const telling = ({ unit }: IndexedUnit): number => -tellingOrder.indexOf(unit.kind);

/** The unit of an entity that best meets one of the conditions' alternatives. */
function meetingOf(entity: Entity, question: Question, idf: (stem: string) => number): Meeting | null {
  const asked = new Set([...question.subject, ...question.conditions.flat()]);
  const meetings = entity.units.flatMap((unit): Meeting[] =>
    question.conditions.flatMap((terms) => {
      const matches = terms.map((term) => matchTerm(unit, term, asked));
      if (terms.some((term) => switchOf(unit.unit, term) === false)) return [];
      if (terms.length <= 2 && matches.some(({ weight }) => weight === 0)) return [];
      const total = terms.reduce((sum, term) => sum + idf(term), 0);
      const weight = matches.reduce((sum, match, i) => sum + match.weight * idf(terms[i] ?? ''), 0) / total;
      const enough = weight >= (terms.length <= 2 ? 0.5 : 0.65);
      return enough ? [{ unit, weight, quantity: matches.some((match) => match.quantity) }] : [];
    }),
  );
  meetings.sort(
    (a, b) =>
      Number(a.quantity) - Number(b.quantity) || b.weight - a.weight || telling(b.unit) - telling(a.unit),
  );
  return meetings[0] ?? null;
}

/** Whether the entity meets the question. Where a yes-or-no column is asked about, its cell alone decides. */
function meets(entity: Entity, question: Question, meeting: Meeting | null, switched: Set<string>): boolean {
  if (question.conditions.length === 0) return true;
  const terms = question.conditions.flat();
  if (question.negated && terms.some((term) => switched.has(term))) {
    return entity.units.some(({ unit }) => terms.some((term) => switchOf(unit, term) === false));
  }
  return (meeting !== null && !meeting.quantity) !== question.negated;
}

/** The yes or no of the cell whose header is the term; null when there is none. */
function switchOf(unit: Unit, term: string): boolean | null {
  for (const { header, value } of unit.cells) {
    if (!wordsOf(header).some((word) => word.stem === term)) continue;
    if (affirmative.test(value)) return true;
    if (value !== '' && negative.test(value)) return false;
  }
  return null;
}

/** What a unit says of an attribute, or null. */
function saidOf({ unit }: IndexedUnit, attribute: Attribute): string | null {
  const { stems } = attribute;
  const head = stems.at(-1) ?? '';
  const cell =
    unit.cells.find(({ header }) =>
      stems.every((term) => wordsOf(header).some((word) => word.stem === term)),
    ) ?? unit.cells.find(({ header }) => wordsOf(header).some((word) => word.stem === head));
  if (cell !== undefined && cell.value !== '') return cell.value;
  const stated = new RegExp(`\\b${attribute.name}\\s*[:=–-]\\s*([^;,()|]+)`, 'i').exec(unit.text)?.[1];
  if (stated !== undefined) return stated.trim();
  if (['who', 'owner', 'assigne', 'person', 'responsibl'].includes(head))
    return nameIn(unit.parent) ?? nameIn(unit.text);
  if (['when', 'dat', 'due', 'deadlin', 'day', 'tim'].includes(head)) return dateIn(unit.text);
  if (['cost', 'pric', 'amount', 'fe', 'fee', 'budget'].includes(head)) return amountIn(unit.text);
  if (['fil', 'document', 'sourc', 'modul'].includes(head)) {
    const heading = unit.headings.toReversed().find((title) => fileToken.test(title));
    return heading === undefined ? unit.file.name : (fileToken.exec(heading)?.[0] ?? null);
  }
  if (['section', 'heading', 'chapter', 'claus', 'articl', 'claus'].includes(head))
    return unit.headings.at(-1) ?? null;
  return null;
}

function attributeOf(entity: Entity, attribute: Attribute): { value: string; from: IndexedUnit[] } {
  const said = new Map<string, IndexedUnit>();
  for (const indexed of entity.listed) {
    const value = saidOf(indexed, attribute);
    if (value !== null && !said.has(value)) said.set(value, indexed);
  }
  return { value: [...said.keys()].join('; '), from: [...said.values()] };
}

const distinct = (evidence: Evidence[]): Evidence[] => [
  ...new Map(evidence.map((e) => [`${e.file.name}:${e.start}`, e])).values(),
];

/** Prefers where the thing is listed with a description over a bare row that repeats its name. */
const proseFirst = (a: IndexedUnit, b: IndexedUnit): number =>
  Number(a.unit.kind === 'row') - Number(b.unit.kind === 'row') || a.unit.start - b.unit.start;

/** Everything of the kind asked for that meets the condition, with the attributes asked for. */
export function findList(units: Unit[], question: Question): Finding {
  const indexed = units.map(indexUnit);
  const entities = entitiesOf(indexed, question.subject);
  const noun = question.subject.length === 0 ? 'item' : subjectText(question);
  if (entities.length === 0) return findLoose(indexed, question, noun);
  const idf = rarity(indexed);
  const terms = question.conditions.flat();
  const switched = new Set(terms.filter((term) => units.some((unit) => switchOf(unit, term) !== null)));
  const rows: FindingRow[] = [];
  const leftOut: Finding['leftOut'] = [];
  for (const entity of entities) {
    entity.listed.sort(proseFirst);
    const meeting = question.conditions.length === 0 ? null : meetingOf(entity, question, idf);
    if (!meets(entity, question, meeting, switched)) {
      if (meeting?.quantity) {
        leftOut.push({
          name: entity.name,
          reason: `“${meeting.unit.unit.text}” is a quantity, not the thing itself`,
        });
      }
      continue;
    }
    const attributes = question.attributes.map((attribute) => attributeOf(entity, attribute));
    const no = entity.units.filter(({ unit }) => terms.some((term) => switchOf(unit, term) === false));
    const why = question.negated ? no.slice(0, 1) : meeting === null ? [] : [meeting.unit];
    const where = attributes.flatMap(({ from }) => from);
    const evidence = [...why, ...where, ...entity.listed.slice(0, 1)].map(({ unit }) => unit);
    rows.push({
      name: entity.name,
      values: attributes.map(({ value }) => value),
      evidence: distinct(evidence).slice(0, 3),
    });
  }
  const columns = [noun, ...question.attributes.map(({ name }) => name)];
  const summary =
    rows.length === 0
      ? `None of the ${entities.length} entries listed as “${noun}” meets the condition.`
      : `${rows.length} of ${entities.length} entries listed as “${noun}” ${question.conditions.length === 0 ? 'were found' : 'meet the condition'}.`;
  return { question, summary, columns, rows, leftOut };
}

/** The subject in the person's own words. */
function subjectText(question: Question): string {
  const words = wordsOf(question.text);
  const at = words.findIndex((_, i) => question.subject.every((term, k) => words[i + k]?.stem === term));
  const found = words.slice(at, at + question.subject.length).map(({ text }) => text);
  const last = found.at(-1);
  return at === -1 || last === undefined
    ? question.subject.join(' ')
    : [...found.slice(0, -1), singular(last)].join(' ');
}

const singular = (word: string): string => {
  const cut = word.endsWith('ies') ? `${word.slice(0, -3)}y` : word.replace(/s$/, '');
  return stem(cut) === stem(word) ? cut : word;
};

/** No list is called what was asked for: the single statements that speak of it. */
function findLoose(indexed: IndexedUnit[], question: Question, noun: string): Finding {
  const stems = [...new Set([...question.subject, ...question.conditions.flat()])];
  const asked = new Set(stems);
  const holds = (unit: IndexedUnit): boolean =>
    question.conditions.length === 0 ||
    question.conditions.some((terms) => terms.every((term) => matchTerm(unit, term, asked).weight > 0));
  const ranked = rankUnits(indexed, stems).filter((found) => found.coverage >= 0.55 && holds(found.indexed));
  const top = ranked[0]?.score ?? 0;
  const kept = ranked.filter(({ score }) => score >= top * 0.4).slice(0, 25);
  const ordered = kept.toSorted(
    (a, b) =>
      a.indexed.unit.file.name.localeCompare(b.indexed.unit.file.name) ||
      a.indexed.unit.start - b.indexed.unit.start,
  );
  const rows = ordered.map(({ indexed: found }) => ({
    name: '',
    values: question.attributes.map((attribute) => saidOf(found, attribute) ?? ''),
    evidence: [found.unit],
  }));
  const summary = `No list is called “${noun}”; ${rows.length} passages speak of it.`;
  return {
    question,
    summary: rows.length === 0 ? '' : summary,
    columns:
      question.attributes.length === 0 ? [] : ['passage', ...question.attributes.map(({ name }) => name)],
    rows,
    leftOut: [],
  };
}
