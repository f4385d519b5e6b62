import type { BriefCitation, BriefResult } from '../brief.ts';
import { passageOf } from './corpus.ts';
import type { Finding } from './finding.ts';
import { cellsOf } from './units.ts';

/** A citation as `write_artifact` takes it. */
export interface Citation {
  marker: number;
  passageId: string;
  file: string;
  /** Where in the file, for people: `013_auth_schema.sql - Authentication, p. 3`. */
  place: string;
  quote: string;
}

export interface ReportRow {
  name: string;
  values: string[];
  citations: Citation[];
}

/** One question with its cited answer: what the researcher hands to the analyst and the analyst to the writer. */
export interface Section {
  question: string;
  summary: string;
  columns: string[];
  rows: ReportRow[];
  leftOut: string[];
}

export const label = 'Built-in extractive model (finds and quotes, does not write)';
export const nothingFound = 'Nothing in the files answers this.';

/** Numbers citations through a report; the same quote of the same passage keeps its number. */
export class Numbering {
  readonly citations: Citation[] = [];

  add(citation: Omit<Citation, 'marker'>): Citation {
    const same = this.citations.find((c) => c.passageId === citation.passageId && c.quote === citation.quote);
    if (same !== undefined) return same;
    const added = { ...citation, marker: this.citations.length + 1 };
    this.citations.push(added);
    return added;
  }
}

const placeOf = (headings: string[], page: number | null): string =>
  [headings.at(-1) ?? '', page === null ? '' : `p. ${page}`].filter((part) => part !== '').join(', ');

/** Findings as sections. Evidence that no stored passage holds is not cited, and a row without any is left out. */
export function sectionsOf(findings: Finding[], numbering: Numbering): Section[] {
  return findings.map((finding) => {
    const leftOut = finding.leftOut.map(({ name, reason }) => `${name}: ${reason}`);
    const rows = finding.rows.flatMap((row) => {
      const citations = row.evidence.flatMap((evidence) => {
        const passage = passageOf(evidence);
        if (passage === undefined) return [];
        const place = [evidence.headings.at(-1) ?? '', passage.page === null ? '' : `p. ${passage.page}`];
        const { quote, file } = evidence;
        return [
          numbering.add({
            passageId: passage.id,
            file: file.name,
            place: place.filter(Boolean).join(', '),
            quote,
          }),
        ];
      });
      if (citations.length === 0) leftOut.push(`${row.name}: no stored passage holds its quote`);
      return citations.length === 0 ? [] : [{ name: row.name, values: row.values, citations }];
    });
    return {
      question: finding.question.text,
      summary: finding.summary,
      columns: finding.columns,
      rows,
      leftOut,
    };
  });
}

/** On one line and without what would end a bullet, a cell or a quotation. */
const inline = (text: string): string => text.replace(/\s+/g, ' ').replace(/[“”]/g, '"').trim();
const cell = (text: string): string => inline(text).replace(/\|/g, '\\|');
const quotes = (row: ReportRow): string =>
  row.citations.map(({ quote, marker }) => `“${inline(quote)}” [${marker}]`).join(' ');

function bullets(section: Section): string[] {
  const groups = new Map<string, string[]>();
  const noun = section.columns[0] === undefined ? '' : ` (${inline(section.columns[0])})`;
  for (const row of section.rows) {
    const first = row.citations.at(-1);
    const under = [first?.file ?? '', first?.place ?? ''].filter(Boolean).join(' › ');
    const said = section.columns
      .slice(1)
      .map((name, i) => ` · ${name}: ${inline(row.values[i] ?? '') || '—'}`);
    const head =
      row.name === '' ? '' : `**${inline(row.name).replace(/\*/g, '')}**${noun}${said.join('')} — `;
    groups.set(under, [...(groups.get(under) ?? []), `- ${head}${quotes(row)}`]);
  }
  return [...groups].flatMap(([under, lines]) => [`${inline(under)}:`, '', ...lines, '']);
}

function table(section: Section): string[] {
  if (section.columns.length === 0) {
    return [
      ...section.rows.map((row) => `- ${row.name === '' ? '' : `**${inline(row.name)}** — `}${quotes(row)}`),
      '',
    ];
  }
  const line = (cells: string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line([...section.columns, 'evidence'].map(cell)),
    line([...section.columns, 'evidence'].map(() => '---')),
    ...section.rows.map((row) =>
      line([
        cell(row.name),
        ...section.columns.slice(1).map((_, i) => cell(row.values[i] ?? '')),
        quotes(row).replace(/\|/g, '\\|'),
      ]),
    ),
    '',
  ];
}

/** Markdown of the sections, as a list grouped by source or as tables. */
export function renderSections(sections: Section[], form: 'bullets' | 'table'): string {
  return sections
    .flatMap((section) => [
      `## ${inline(section.question)}`,
      '',
      section.rows.length === 0 ? [nothingFound, section.summary].filter(Boolean).join(' ') : section.summary,
      '',
      ...(form === 'bullets' ? bullets(section) : table(section)),
      ...(section.leftOut.length === 0
        ? []
        : ['Left out:', '', ...section.leftOut.map((line) => `- ${inline(line)}`), '']),
    ])
    .join('\n');
}

/** The list of sources that closes a deliverable. */
export function renderSources(citations: Citation[]): string {
  const lines = citations.map(
    ({ marker, file, place, quote }) =>
      `${marker}. ${[file, place].filter(Boolean).join(' › ')}: “${inline(quote)}”`,
  );
  return lines.length === 0 ? '' : `## Sources\n\n${lines.join('\n')}\n`;
}

function rowFrom(
  line: string,
  byMarker: Map<number, Citation>,
): { row: ReportRow; columns: string[] } | null {
  const markers = [...line.matchAll(/” \[(\d+)\]/g)].map((match) => Number(match[1]));
  const citations = markers.flatMap((marker) => byMarker.get(marker) ?? []);
  if (citations.length === 0) return null;
  const head = /^- \*\*(.+?)\*\*(?: \(([^)]*)\))?(.*?) — “/.exec(line);
  const said = [...(head?.[3] ?? '').matchAll(/ · ([^:]+): (.*?)(?= · [^:·]+: |$)/g)];
  const values = said.map((match) => (match[2] === '—' ? '' : (match[2] ?? '')));
  const columns = head?.[2] === undefined ? [] : [head[2], ...said.map((match) => match[1] ?? '')];
  return { row: { name: head?.[1] ?? '', values, citations }, columns };
}

/** Reads back what `renderSections` wrote, numbering anew; another model's text gives no sections. */
export function parseSections(result: BriefResult, numbering: Numbering): Section[] {
  const byMarker = new Map(
    result.citations.map((citation) => [Number(citation.marker), citedAgain(citation, numbering)]),
  );
  const sections: Section[] = [];
  let headers: string[] = [];
  let leftOut = false;
  for (const line of result.content.split('\n')) {
    const section = sections.at(-1);
    if (line.startsWith('## ')) {
      sections.push({ question: line.slice(3), summary: '', columns: [], rows: [], leftOut: [] });
      headers = [];
      leftOut = false;
    } else if (section === undefined || line.trim() === '') continue;
    else if (line === 'Left out:') leftOut = true;
    else if (leftOut) section.leftOut.push(line.replace(/^- /, ''));
    else if (line.startsWith('| ')) {
      const cells = cellsOf(line).map((value) => value.replaceAll('\\|', '|'));
      if (headers.length === 0) {
        headers = cells;
        section.columns = cells.slice(0, -1);
      } else {
        const found = rowFrom(`- ${cells.at(-1) ?? ''}`, byMarker);
        if (found !== null)
          section.rows.push({ ...found.row, name: cells[0] ?? '', values: cells.slice(1, -1) });
      }
    } else if (line.startsWith('- ')) {
      const found = rowFrom(line, byMarker);
      if (found !== null) section.rows.push(found.row);
      if (found !== null && found.columns.length > 0) section.columns = found.columns;
    } else if (section.summary === '' && section.rows.length === 0)
      section.summary = line.replace(nothingFound, '').trim();
  }
  return sections.filter(
    ({ question, rows, summary }) => question !== 'Sources' && (rows.length > 0 || summary !== ''),
  );
}

const citedAgain = (
  { passageId, file, headingPath = [], page = null, quote }: BriefCitation,
  numbering: Numbering,
): Citation => numbering.add({ passageId, file, place: placeOf(headingPath, page), quote });
