import { type Evidence, type Passage, passageOf, type SourceFile } from './corpus.ts';
import { groupBy } from './group.ts';
import { sensesOf } from './lexicon.ts';
import { keywordsOf, type Question } from './question.ts';
import { atMost, doneOf, isObject, rowsIn, type Transcript, type Wanted } from './transcript.ts';
import { contentWords } from './words.ts';

/**
 * Bounds of one task's reading, so that a large library neither makes a turn slow nor fills a budget. Pages and
 * searches stay below what a tool result may hold as JSON.
 */
const mostFiles = 6;
const mostCharacters = 120_000;
const mostTotal = 300_000;
const pageSize = 16_000;
const pagesAtOnce = 4;
const passagesAtOnce = 12;
const mostSearches = 6;
const mostLookups = 40;
const passagesOfLookup = 4;
const neighbourhood = 800;
const triesPerNeighbourhood = 2;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const number = (value: unknown): number => (typeof value === 'number' ? value : 0);

function passageFrom(row: Record<string, unknown>): Passage {
  return {
    id: text(row.id),
    file: text(row.file_name ?? row.file),
    fileId: typeof row.file_id === 'string' ? row.file_id : null,
    headings: Array.isArray(row.heading_path) ? row.heading_path.map(text) : [],
    page: typeof row.page === 'number' ? row.page : null,
    text: text(row.text),
    start: number(row.char_start),
    end: number(row.char_end),
  };
}

interface Listed {
  id: string;
  name: string;
}

const listedFiles = (transcript: Transcript): Listed[] =>
  doneOf(transcript, 'list_files')
    .flatMap(({ value }) => rowsIn(value))
    .map((row) => ({ id: text(row.id ?? row.file_id), name: text(row.file_name ?? row.file ?? row.name) }))
    .filter(({ id, name }) => id !== '' && name !== '');

/** Passages of all searches, best files first by their reciprocal ranks. */
function found(transcript: Transcript): { passages: Passage[]; files: Listed[] } {
  const passages = new Map<string, Passage>();
  const scores = new Map<string, { file: Listed; score: number }>();
  for (const { value, failed } of doneOf(transcript, 'search_files')) {
    if (failed) continue;
    for (const [rank, row] of rowsIn(value).entries()) {
      const passage = passageFrom(row);
      passages.set(passage.id, passage);
      const id = passage.fileId ?? listedFiles(transcript).find((file) => file.name === passage.file)?.id;
      if (id === undefined) continue;
      const entry = scores.get(id) ?? { file: { id, name: passage.file }, score: 0 };
      entry.score += 1 / (rank + 5);
      scores.set(id, entry);
    }
  }
  const files = [...scores.values()].sort((a, b) => b.score - a.score).map(({ file }) => file);
  return { passages: [...passages.values()], files };
}

/** Searches for each question: its own words, and its words with their near synonyms. */
function searches(questions: Question[]): string[] {
  const variants = questions.flatMap((question) => {
    const keywords = keywordsOf(question);
    const kin = contentWords(question.text, { verbs: false }).flatMap(({ stem }) =>
      sensesOf(stem)
        .filter(({ weight }) => weight >= 0.8 && weight < 1)
        .slice(0, 4)
        .map(({ stems }) => stems.join(' ')),
    );
    return kin.length === 0 ? [keywords] : [keywords, `${keywords} ${kin.join(' ')}`];
  });
  return [...new Set(variants.filter((query) => query !== ''))].slice(0, mostSearches);
}

/** Names in the passages that hold a word of the question, `access_token` for `token`: the corpus' own vocabulary. */
function vocabulary(passages: Passage[], questions: Question[]): string {
  const asked = new Set(questions.flatMap((question) => question.conditions.flat()));
  const names = passages.flatMap((passage) => passage.text.match(/\b[A-Za-z]+(?:_[A-Za-z]+)+\b/g) ?? []);
  const kin = names.filter((name) => contentWords(name).some(({ stem }) => asked.has(stem)));
  return [...new Set(kin)].slice(0, 12).join(' ');
}

interface Reading {
  text: string;
  /** Length of the whole file; unknown before the first page. */
  total: number | null;
  failed: boolean;
  /** Pages that came back cut, so that the next are asked shorter. */
  cut: number;
}

function readSoFar(transcript: Transcript, id: string): Reading {
  const reading: Reading = { text: '', total: null, failed: false, cut: 0 };
  const pages = doneOf(transcript, 'read_file').filter(({ input }) => input.file_id === id);
  for (const { input, value, failed } of pages.toSorted(
    (a, b) => number(a.input.offset) - number(b.input.offset),
  )) {
    if (failed) reading.failed = true;
    else if (!isObject(value)) reading.cut += 1;
    else if (number(value.offset ?? input.offset) === reading.text.length) {
      reading.text += text(value.text);
      reading.total = number(value.total);
    }
  }
  return reading;
}

/** Calls still needed to know the files; none when everything worth reading is read. */
export function gatherCalls(transcript: Transcript, questions: Question[]): Wanted[] {
  const { tools } = transcript;
  const searched = doneOf(transcript, 'search_files');
  const limit = atMost(transcript, 'search_files', 'limit', passagesAtOnce);
  const search = (query: string): Wanted => ({ name: 'search_files', input: { query, limit } });
  if (searched.length === 0 && doneOf(transcript, 'list_files').length === 0) {
    return [
      ...(tools.has('list_files') ? [{ name: 'list_files', input: {} }] : []),
      ...(tools.has('search_files') ? searches(questions).map(search) : []),
    ];
  }
  const { passages, files } = found(transcript);
  const listed = listedFiles(transcript);
  const words = vocabulary(passages, questions);
  const wider = search(words);
  const asked = searched.some(({ input }) => input.query === words);
  if (tools.has('search_files') && listed.length > files.length && words !== '' && !asked) return [wider];
  return readCalls(transcript, wanted(files, listed));
}

/** Files that searches found; a small library is read whole. */
function wanted(files: Listed[], listed: Listed[]): Listed[] {
  const rest =
    listed.length <= mostFiles ? listed.filter(({ id }) => !files.some((file) => file.id === id)) : [];
  return [...files, ...rest].slice(0, mostFiles);
}

/** The next pages of every file in `files` that is not read to its end, or to the bounds. */
export function readCalls(transcript: Transcript, files: Listed[]): Wanted[] {
  if (!transcript.tools.has('read_file')) return [];
  let budget = mostTotal;
  return files.flatMap(({ id }) => {
    const { text: read, total, failed, cut } = readSoFar(transcript, id);
    const end = Math.min(total ?? pageSize, mostCharacters, budget);
    budget -= end;
    const limit = Math.max(1000, Math.floor(atMost(transcript, 'read_file', 'limit', pageSize) / 2 ** cut));
    if (failed || end <= 0 || (total !== null && read.length >= end)) return [];
    const pages = total === null ? 1 : Math.min(pagesAtOnce, Math.ceil((end - read.length) / limit));
    return Array.from({ length: pages }, (_, i) => ({
      name: 'read_file',
      input: { file_id: id, offset: read.length + i * limit, limit },
    }));
  });
}

/** What is known of the files: read text where there is some, else the passages found. */
export function filesOf(transcript: Transcript): SourceFile[] {
  const { passages, files } = found(transcript);
  return wanted(files, listedFiles(transcript)).map(({ id, name }) => {
    const own = passages.filter((passage) => passage.fileId === id || passage.file === name);
    const { text: read } = readSoFar(transcript, id);
    const pieces = own.toSorted((a, b) => a.start - b.start);
    const stretches =
      read === ''
        ? pieces.map((p) => ({ text: p.text, offset: p.start, headings: p.headings }))
        : [{ text: read, offset: 0, headings: [] }];
    return { name, id, stretches, passages: own };
  });
}

export const fileIdsByName = (transcript: Transcript): Map<string, string> =>
  new Map(listedFiles(transcript).map(({ id, name }) => [name, id]));

export const textOfFile = (transcript: Transcript, id: string): string => readSoFar(transcript, id).text;

/** A query that finds the passage around a piece of evidence: the words it stands among, since `| token |` says little. */
function lookupOf({ file, start, quote, headings }: Evidence): string {
  const stretch = file.stretches.find(({ offset, text: t }) => offset <= start && start < offset + t.length);
  const at = start - (stretch?.offset ?? 0);
  const around = stretch?.text.slice(Math.max(0, at - 150), at + quote.length + 150) ?? quote;
  return [...new Set(contentWords(`${headings.at(-1) ?? ''} ${around}`).map((word) => word.text))]
    .slice(0, 40)
    .join(' ');
}

/**
 * Searches for the passages of evidence that no search has shown yet. Evidence that stands close together mostly
 * shares a passage, so each neighbourhood asks once at a time, and gives up after two tries.
 */
export function lookupCalls(transcript: Transcript, evidence: Evidence[]): Wanted[] {
  if (!transcript.tools.has('search_files')) return [];
  const asked = new Set(doneOf(transcript, 'search_files').map(({ input }) => input.query));
  const near = groupBy(evidence, ({ file, start }) => `${file.name}\n${Math.floor(start / neighbourhood)}`);
  const open = [...near.values()].flatMap((members) => {
    const tries = new Set(members.map(lookupOf).filter((query) => asked.has(query))).size;
    const next = members.filter((one) => passageOf(one) === undefined).map(lookupOf);
    return tries >= triesPerNeighbourhood
      ? []
      : (next.find((query) => query !== '' && !asked.has(query)) ?? []);
  });
  const limit = atMost(transcript, 'search_files', 'limit', passagesOfLookup);
  const queries = [...new Set(open)].slice(0, mostLookups);
  return queries.map((query) => ({ name: 'search_files', input: { query, limit } }));
}
