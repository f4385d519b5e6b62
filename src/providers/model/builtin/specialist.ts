import { answer } from './answer.ts';
import { filesOf, gatherCalls, lookupCalls } from './gather.ts';
import { groupBy } from './group.ts';
import { partsOf, type Question } from './question.ts';
import {
  type Citation,
  label,
  Numbering,
  parseSections,
  renderSections,
  renderSources,
  type Section,
  sectionsOf,
} from './report.ts';
import { argumentOf, doneOf, isObject, type Step, type Transcript, type Wanted } from './transcript.ts';
import { contentWords } from './words.ts';

/** The parts of the goal that the task speaks of; else what the task itself asks; else the whole goal. */
export function questionsOf({ brief }: Transcript): Question[] {
  const goal = partsOf(brief.goal);
  const task = brief.task === undefined ? '' : `${brief.task.title}\n${brief.task.description}`;
  const stems = new Set(contentWords(task).map((word) => word.stem));
  const meant = goal.filter(({ text }) => {
    const own = contentWords(text);
    return own.length > 0 && own.filter((word) => stems.has(word.stem)).length >= 0.8 * own.length;
  });
  const asked = meant.length > 0 ? meant : partsOf(brief.task?.description ?? '');
  const missed = brief.feedback.flatMap((reason) =>
    [...reason.matchAll(/“([^”]+)”/g)].flatMap((match) => partsOf(match[1] ?? '')),
  );
  const known = asked.length > 0 ? asked : goal;
  return [...known, ...missed.filter(({ text }) => !known.some((question) => question.text === text))];
}

/** Sections that name the same question are one, and so are rows of one name; each attribute is counted. */
function merged(sections: Section[]): Section[] {
  return [...groupBy(sections, ({ question }) => question).values()].map((same) => {
    const all = same.flatMap(({ rows }) => rows);
    const rows = [
      ...groupBy(all, (row) =>
        row.name === ''
          ? row.citations.map(({ marker }) => marker).join()
          : [row.name, ...row.values].join('\n'),
      ).values(),
    ].flatMap((group) => {
      const [first, ...rest] = group;
      if (first === undefined) return [];
      const citations = [...new Set([...first.citations, ...rest.flatMap((row) => row.citations)])];
      return [{ ...first, citations }];
    });
    const [first] = same;
    const columns = first?.columns ?? [];
    const counts = columns.slice(1).flatMap((column, i) =>
      countBy(
        column,
        rows.map((row) => row.values[i] ?? ''),
      ),
    );
    const said = first?.summary ?? '';
    const summary = [said, ...counts.filter((count) => !said.includes(count))]
      .filter((part) => part !== '')
      .join(' ');
    return {
      question: first?.question ?? '',
      summary,
      columns,
      rows,
      leftOut: [...new Set(same.flatMap(({ leftOut }) => leftOut))],
    };
  });
}

/** "By schema file: a 4, b 1." where some value repeats; prose columns are not counted. */
function countBy(column: string, values: string[]): string[] {
  const groups = [
    ...groupBy(
      values.filter((value) => value !== ''),
      (value) => value,
    ),
  ];
  if (groups.length < 2 || groups.length === values.length || groups.some(([value]) => value.length > 60))
    return [];
  const counts = groups.map(([value, group]) => [value, group.length] as const).sort((a, b) => b[1] - a[1]);
  return [`By ${column}: ${counts.map(([value, count]) => `${value} ${count}`).join(', ')}.`];
}

const slug = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[^\p{L}\d]+/gu, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 60)
    .replace(/-$/, '');

function artifactCall(transcript: Transcript, content: string, citations: Citation[]): Wanted {
  const { enum: allowed } = argumentOf(transcript, 'write_artifact', 'type');
  const types = Array.isArray(allowed) ? allowed.filter((one) => typeof one === 'string') : [];
  const type =
    ['report', 'document', 'markdown'].find((one) => types.includes(one)) ?? types[0] ?? 'document';
  return {
    name: 'write_artifact',
    input: {
      name: `${slug(transcript.brief.task?.title ?? 'answer') || 'answer'}.md`,
      type,
      content,
      citations: citations.map(({ marker, passageId, quote }) => ({ marker, passage_id: passageId, quote })),
    },
  };
}

/** The rows with most evidence, as sentences that stand alone. */
function rememberCalls(sections: Section[]): Wanted[] {
  const rows = sections.flatMap((section) => section.rows.map((row) => ({ section, row })));
  const strongest = rows
    .filter(({ row }) => row.name !== '')
    .toSorted((a, b) => b.row.citations.length - a.row.citations.length);
  return strongest.slice(0, 3).map(({ section, row }) => {
    const said = section.columns
      .slice(1)
      .flatMap((name, i) => (row.values[i] ? [`${name}: ${row.values[i]}`] : []));
    const noun = section.columns[0] === undefined ? '' : ` (${section.columns[0]})`;
    const [cited] = row.citations;
    const content = `${row.name}${noun}${said.length === 0 ? '' : `, ${said.join(', ')}`} — “${cited?.quote.replace(/\s+/g, ' ').trim() ?? ''}” (${cited?.file ?? ''}); asked: ${section.question}`;
    return { name: 'remember', input: { content: content.slice(0, 1000), category: 'fact' } };
  });
}

function decisionCall(sections: Section[], files: string[]): Wanted {
  const kept = sections.reduce((sum, { rows }) => sum + rows.length, 0);
  const left = sections.flatMap(({ leftOut }) => leftOut);
  return {
    name: 'record_decision',
    input: {
      decision: `${kept} findings are included and ${left.length} near misses left out.`,
      rationale:
        `Read ${files.length === 0 ? 'no file' : files.join(', ')}. Included is what a list, a table or a statement says of the question's own words or of near synonyms.${left.length === 0 ? '' : ` Left out: ${left.slice(0, 8).join('; ')}.`}`.slice(
          0,
          2000,
        ),
      alternatives:
        left.length === 0
          ? []
          : [
              `Include the near misses too: ${left
                .slice(0, 8)
                .map((line) => line.split(':')[0])
                .join(', ')}`,
            ],
    },
  };
}

const offered = (transcript: Transcript, calls: Wanted[]): Wanted[] =>
  calls.filter(({ name }) => transcript.tools.has(name));

/** What this task has to say: what earlier results carry, brought together; else its own search and reading. */
function material(
  transcript: Transcript,
): { calls: Wanted[] } | { sections: Section[]; numbering: Numbering; files: string[] } {
  const numbering = new Numbering();
  const handed =
    transcript.role === 'researcher'
      ? []
      : transcript.brief.earlierResults.flatMap((result) => parseSections(result, numbering));
  if (handed.length > 0) {
    return {
      sections: merged(handed),
      numbering,
      files: [...new Set(numbering.citations.map(({ file }) => file))],
    };
  }
  const questions = questionsOf(transcript);
  const gather = gatherCalls(transcript, questions);
  if (gather.length > 0) return { calls: gather };
  const files = filesOf(transcript);
  const findings = answer(files, questions);
  const lookups = lookupCalls(
    transcript,
    findings.flatMap(({ rows }) => rows.flatMap(({ evidence }) => evidence)),
  );
  if (lookups.length > 0) return { calls: lookups };
  const sections = sectionsOf(findings, numbering);
  return {
    sections: transcript.role === 'researcher' ? sections : merged(sections),
    numbering,
    files: files.map(({ name }) => name),
  };
}

/** The loop of researcher, analyst, writer and the other specialists: gather, find, write one cited artifact, stop. */
export function specialistStep(transcript: Transcript): Step {
  const written = doneOf(transcript, 'write_artifact').at(-1);
  if (written !== undefined) return { say: closing(written.failed, written.value) };
  const stuff = material(transcript);
  if ('calls' in stuff) return { call: stuff.calls };
  const { sections, numbering, files } = stuff;
  const finds = transcript.role === 'researcher';
  const title = finds
    ? 'Findings'
    : transcript.role === 'analyst'
      ? 'Tables'
      : (transcript.brief.goal.split('\n')[0] ?? 'Answer');
  const content = [
    `# ${title}`,
    '',
    `> ${label}. Every quotation is verbatim.`,
    '',
    files.length === 0 ? 'There is no file to read: upload documents to the project first.\n' : '',
    renderSections(sections, finds ? 'bullets' : 'table'),
    finds ? '' : renderSources(numbering.citations),
  ].join('\n');
  const extras = finds ? [decisionCall(sections, files), ...rememberCalls(sections)] : [];
  const calls = offered(transcript, [...extras, artifactCall(transcript, content, numbering.citations)]);
  return transcript.tools.has('write_artifact') ? { call: calls } : { say: content };
}

function closing(failed: boolean, value: unknown): string {
  if (!failed) return 'The artifact is written.';
  const said = isObject(value) ? JSON.stringify(value) : String(value);
  return `The artifact was refused: ${said}`;
}
