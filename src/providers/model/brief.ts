/**
 * The brief of a task, the one user message that starts an agent's loop: written by the agents domain, read by every
 * model, and parsed back by the built-in one, which is why both directions live here.
 *
 * Sections are tags on lines of their own. Whatever is put between them is data: a line of it that looks like one of
 * our tags gets a space after its `<`, so that no document or earlier result can open or close a section.
 */
export interface BriefCitation {
  /** Like `1`, written `[1]` in the content. */
  marker: string;
  passageId: string;
  file: string;
  headingPath?: string[];
  page?: number | null;
  /** Verbatim text of the passage. */
  quote: string;
}

export interface BriefResult {
  /** Title of the task that made it. */
  task: string;
  agent: string;
  /** Name of the artifact. */
  artifact: string;
  content: string;
  citations: BriefCitation[];
}

export interface Brief {
  goal: string;
  /** Absent when there is no task yet: the supervisor plans from the goal alone. */
  task?: { title: string; description: string };
  definitionOfDone: string[];
  /** What the tasks this one depends on have made. */
  earlierResults: BriefResult[];
  /** What the verifier is to judge. */
  work: BriefResult[];
  /** Reasons of the last verdict, and answers of people, to act on. */
  feedback: string[];
}

const tags = [
  'goal',
  'task',
  'definition_of_done',
  'earlier_results',
  'work',
  'result',
  'citations',
  'feedback',
];
const tagLine = new RegExp(`^(\\s*)<(\\s*/?\\s*(?:${tags.join('|')})\\b)`, 'gim');

const guarded = (text: string): string => text.replace(tagLine, '$1< $2').trim();
const attribute = (text: string): string => JSON.stringify(text.replace(/\s+/g, ' ').replace(/[<>]/g, ''));
const section = (tag: string, body: string): string => (body === '' ? '' : `<${tag}>\n${body}\n</${tag}>\n`);
const bullets = (items: string[]): string =>
  items.map((item) => `- ${guarded(item.replace(/\s*\n\s*/g, ' '))}`).join('\n');

function renderResult(result: BriefResult): string {
  const citations = result.citations.map(
    ({ marker, passageId, file, headingPath, page, quote }) =>
      `[${marker}] ${JSON.stringify({ passage_id: passageId, file, heading_path: headingPath, page, quote })}`,
  );
  const head = `<result task=${attribute(result.task)} agent=${attribute(result.agent)} artifact=${attribute(result.artifact)}>`;
  return `${head}\n${guarded(result.content)}\n${section('citations', citations.join('\n'))}</result>`;
}

/** The text of the message. */
export function renderBrief(brief: Brief): string {
  const task = brief.task;
  return [
    section('goal', guarded(brief.goal)),
    task === undefined
      ? ''
      : section(
          'task',
          `${guarded(task.title.replace(/\s*\n\s*/g, ' '))}\n${guarded(task.description)}`.trim(),
        ),
    section('definition_of_done', bullets(brief.definitionOfDone)),
    section('earlier_results', brief.earlierResults.map(renderResult).join('\n')),
    section('work', brief.work.map(renderResult).join('\n')),
    section('feedback', bullets(brief.feedback)),
  ].join('');
}

function sectionOf(text: string, tag: string): string {
  return new RegExp(`^<${tag}>\\n([\\s\\S]*?)\\n</${tag}>$`, 'm').exec(text)?.[1] ?? '';
}

const itemsOf = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('- '))
    .map((line) => line.slice(2));

function citationFrom(row: Record<string, unknown>): Omit<BriefCitation, 'marker'> {
  return {
    passageId: String(row.passage_id),
    file: String(row.file),
    headingPath: Array.isArray(row.heading_path) ? row.heading_path.map(String) : undefined,
    page: typeof row.page === 'number' ? row.page : undefined,
    quote: String(row.quote),
  };
}

function parseResults(text: string): BriefResult[] {
  const pattern =
    /^<result task=("(?:[^"\\]|\\.)*") agent=("(?:[^"\\]|\\.)*") artifact=("(?:[^"\\]|\\.)*")>\n([\s\S]*?)<\/result>$/gm;
  return [...text.matchAll(pattern)].map((match) => {
    const body = match[4] ?? '';
    const citations = sectionOf(body, 'citations');
    return {
      task: JSON.parse(match[1] ?? '""') as string,
      agent: JSON.parse(match[2] ?? '""') as string,
      artifact: JSON.parse(match[3] ?? '""') as string,
      content: body.replace(/^<citations>\n[\s\S]*?\n<\/citations>$/m, '').trim(),
      citations: citations.split('\n').flatMap((line) => {
        const found = /^\[([^\]]+)\] (\{.*\})$/.exec(line);
        if (found?.[1] === undefined || found[2] === undefined) return [];
        return [{ marker: found[1], ...citationFrom(JSON.parse(found[2]) as Record<string, unknown>) }];
      }),
    };
  });
}

/** Reads what `renderBrief` wrote. A text without its tags is a goal and nothing else (a plain chat message). */
export function parseBrief(text: string): Brief {
  const goal = sectionOf(text, 'goal');
  const task = sectionOf(text, 'task');
  const [title = '', ...description] = task.split('\n');
  return {
    goal: goal === '' && task === '' ? text.trim() : goal,
    task: task === '' ? undefined : { title, description: description.join('\n') },
    definitionOfDone: itemsOf(sectionOf(text, 'definition_of_done')),
    earlierResults: parseResults(sectionOf(text, 'earlier_results')),
    work: parseResults(sectionOf(text, 'work')),
    feedback: itemsOf(sectionOf(text, 'feedback')),
  };
}
