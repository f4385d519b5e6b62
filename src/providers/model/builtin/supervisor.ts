import { partsOf, type Question } from './question.ts';
import { doneOf, type Step, type Transcript } from './transcript.ts';

/** A goal's parts beyond this are answered together. */
const mostParts = 5;

interface PlannedTask {
  key: string;
  title: string;
  description: string;
  agent: 'researcher' | 'analyst' | 'writer';
  model_tier: 'haiku' | 'sonnet' | 'opus';
  priority: number;
  definition_of_done: string[];
  depends_on: string[];
}

const short = (text: string, length: number): string =>
  text.length <= length ? text : `${text.slice(0, length - 1).replace(/\s+\S*$/, '')}…`;

/** Parts that share a task, at most `mostParts` groups. */
function groupsOf(questions: Question[]): Question[][] {
  const groups = questions.slice(0, mostParts).map((question) => [question]);
  groups.at(-1)?.push(...questions.slice(mostParts));
  return groups;
}

function evidenceTask(questions: Question[], index: number): PlannedTask {
  const asked = questions.map(({ text }) => text);
  return {
    key: `find-${index + 1}`,
    title: short(`Find the evidence: ${asked[0] ?? ''}`, 120),
    description: `Search and read the project's files and quote what answers:\n${asked.map((text) => `- ${text}`).join('\n')}`,
    agent: 'researcher',
    model_tier: 'haiku',
    priority: 8,
    definition_of_done: [
      ...asked.map((text) => `Answered from the files, or said to be unanswered: ${short(text, 300)}`),
      'Every finding is a verbatim quote with a citation',
    ],
    depends_on: [],
  };
}

/** Evidence for every part of the goal, then one table of it, then the cited deliverable. */
export function planStep(transcript: Transcript): Step {
  const planned = doneOf(transcript, 'propose_plan').at(-1);
  if (planned !== undefined) {
    return {
      say: planned.failed
        ? `The plan was refused: ${JSON.stringify(planned.value)}`
        : 'The plan is proposed: evidence for every part of the goal, one table of it, and the cited deliverable.',
    };
  }
  const { goal } = transcript.brief;
  const found = partsOf(goal);
  const tasks = groupsOf(found).map(evidenceTask);
  if (tasks.length === 0) {
    return {
      say: 'The goal asks for nothing that can be looked up in documents. State what to list, find, compare, count or summarise.',
    };
  }
  const finds = tasks.map(({ key }) => key);
  const comparing = found.some(({ kind }) => kind === 'compare');
  const answered = found.map(({ text }) => `Answers, or says that nothing answers: ${short(text, 300)}`);
  const analyse: PlannedTask = {
    key: 'analyse',
    title: comparing ? 'Compare and tabulate the evidence' : 'Tabulate the evidence',
    description: `Bring the quoted evidence into one table for each part of the goal, merge what is named twice and count it.\n\n${goal}`,
    agent: 'analyst',
    model_tier: 'sonnet',
    priority: 6,
    definition_of_done: [
      'Every row carries a citation whose quote is verbatim',
      'Nothing that was found is lost',
    ],
    depends_on: finds,
  };
  const write: PlannedTask = {
    key: 'write',
    title: short(`Write the cited answer: ${found[0]?.text ?? goal}`, 120),
    description: `Compose the deliverable from the tables: an answer to each part of the goal, its citations, what was left out, and the sources.\n\n${goal}`,
    agent: 'writer',
    model_tier: 'sonnet',
    priority: 5,
    definition_of_done: [
      ...answered.slice(0, 10),
      'Every statement carries a citation whose quote is verbatim',
    ],
    depends_on: ['analyse'],
  };
  const workstreams = [
    {
      name: 'Evidence',
      description: 'Find and quote what the files say about each part of the goal.',
      lead_agent: 'researcher',
      tasks,
    },
    {
      name: 'Deliverable',
      description: 'Tabulate the evidence and compose the cited answer.',
      lead_agent: 'writer',
      tasks: [analyse, write],
    },
  ];
  return { call: [{ name: 'propose_plan', input: { workstreams } }] };
}
