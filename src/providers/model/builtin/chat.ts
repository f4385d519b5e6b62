import { answer } from './answer.ts';
import { filesOf, gatherCalls, lookupCalls } from './gather.ts';
import { parseQuestion, partsOf, type Question } from './question.ts';
import { type Citation, label, Numbering, nothingFound, renderSections, sectionsOf } from './report.ts';
import { doneOf, rowsIn, type Step, type Transcript, type Wanted } from './transcript.ts';
import { contentWords, stemsOf } from './words.ts';

const ability = `${label}: it lists, counts, compares, summarises and quotes what your files say. Ask what they say about something, or connect a language model in Settings for free conversation.`;

/** The question, with what the one before it spoke of when it says "it" or "they". */
function questionsOf({ brief, previous }: Transcript): Question[] {
  const questions = partsOf(brief.goal);
  const [first, ...rest] = questions;
  const before = partsOf(previous).at(-1);
  if (
    first === undefined ||
    before === undefined ||
    !/\b(?:it|its|they|their|them|those|that|this)\b/i.test(first.text)
  )
    return questions;
  return [parseQuestion(first.text, before), ...rest];
}

/** "Remember that ..." is the one thing a chat does besides answering. */
function rememberCall({ brief, tools }: Transcript): Wanted | null {
  const content = /^\s*(?:please\s+)?remember\s+(?:that\s+|this:?\s+)?(.{3,})$/is
    .exec(brief.goal)?.[1]
    ?.trim();
  if (content === undefined || !tools.has('remember')) return null;
  const category = /\b(?:prefer|like|dislike|favou?rite|rather)\b/i.test(content)
    ? 'preference'
    : /^(?:always|never|do not|don['’]t|use)\b/i.test(content)
      ? 'instruction'
      : 'fact';
  return { name: 'remember', input: { content: content.slice(0, 2000), category } };
}

/** Facts in memory that share most of the question's words. */
function remembered(transcript: Transcript): string[] {
  const asked = contentWords(transcript.brief.goal, { verbs: false }).map((word) => word.stem);
  const facts = doneOf(transcript, 'search_memory').flatMap(({ value }) => rowsIn(value));
  return facts.flatMap(({ content }) => {
    if (typeof content !== 'string' || asked.length === 0) return [];
    const stems = stemsOf(content);
    return asked.filter((stem) => stems.has(stem)).length * 2 > asked.length
      ? [`From memory: ${content}`]
      : [];
  });
}

/** The lines a chat ends with, from which its citations are stored: `[1] passage_id "quote"`. */
const sources = (citations: Citation[]): string =>
  citations
    .map(({ marker, passageId, quote }) => `[${marker}] ${passageId} "${quote.replace(/\s+/g, ' ').trim()}"`)
    .join('\n');

/** Answers one message from the files, with quotes and citations, or says plainly that they hold nothing. */
export function chatStep(transcript: Transcript): Step {
  const remember = rememberCall(transcript);
  if (remember !== null) {
    const kept = doneOf(transcript, 'remember').at(-1);
    if (kept === undefined) return { call: [remember] };
    return {
      say: kept.failed ? 'That could not be remembered.' : `Remembered: ${String(remember.input.content)}`,
    };
  }
  const questions = questionsOf(transcript);
  if (questions.length === 0) return { say: ability };
  const calls = gatherCalls(transcript, questions);
  const recall = transcript.tools.has('search_memory') && doneOf(transcript, 'search_memory').length === 0;
  if (recall) calls.push({ name: 'search_memory', input: { query: transcript.brief.goal.slice(0, 400) } });
  if (calls.length > 0) return { call: calls };
  const findings = answer(filesOf(transcript), questions);
  const lookups = lookupCalls(
    transcript,
    findings.flatMap(({ rows }) => rows.flatMap(({ evidence }) => evidence)),
  );
  if (lookups.length > 0) return { call: lookups };
  const numbering = new Numbering();
  const sections = sectionsOf(findings, numbering);
  const facts = remembered(transcript);
  if (numbering.citations.length === 0) {
    return { say: facts.length > 0 ? facts.join('\n\n') : `${nothingFound}\n\n${ability}` };
  }
  const single =
    sections.length === 1
      ? renderSections(sections, 'table').replace(/^## .*\n\n/, '')
      : renderSections(sections, 'table');
  return {
    say: [...facts, single.trim(), sources(numbering.citations)].filter((part) => part !== '').join('\n\n'),
  };
}
