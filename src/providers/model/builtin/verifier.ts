import type { BriefResult } from '../brief.ts';
import { fileIdsByName, readCalls, textOfFile } from './gather.ts';
import { sensesOf } from './lexicon.ts';
import { nothingFound } from './report.ts';
import { doneOf, type Step, type Transcript } from './transcript.ts';
import { contentWords, stem } from './words.ts';

/** Words of a definition of done about the form of the work; form is checked by looking, not by finding the words. */
const formStems = new Set(
  'answer answered answers file files say said unanswered every each finding row table verbatim quote quoted citation cite cited carry whose statement nothing found lost source artifact record recorded search searched left include included complete deliverable'
    .split(' ')
    .map(stem),
);

/** Words of one condition that neither the work nor a synonym in it names. */
function uncovered(condition: string, stems: Set<string>): string[] {
  const terms = contentWords(condition).filter((word) => !formStems.has(word.stem));
  return terms
    .filter(({ stem: term }) => !sensesOf(term).some((sense) => sense.stems.every((one) => stems.has(one))))
    .map(({ text }) => text);
}

function reasonsOf(transcript: Transcript, result: BriefResult): string[] {
  const ids = fileIdsByName(transcript);
  const reasons: string[] = [];
  for (const { marker, file, quote } of result.citations) {
    const id = ids.get(file);
    if (id === undefined)
      reasons.push(`[${marker}] of ${result.artifact} cites ${file}, which is not among the files`);
    else if (!textOfFile(transcript, id).includes(quote)) {
      reasons.push(`[${marker}] of ${result.artifact} is not verbatim in ${file}: "${quote.slice(0, 120)}"`);
    }
  }
  const known = new Set(result.citations.map(({ marker }) => marker));
  const used = [...result.content.matchAll(/” \[(\d+)\]/g)].map((match) => match[1] ?? '');
  for (const marker of new Set(used)) {
    if (!known.has(marker)) reasons.push(`${result.artifact} uses [${marker}], which has no citation`);
  }
  for (const { marker } of result.citations) {
    if (!result.content.includes(`[${marker}]`))
      reasons.push(`${result.artifact} lists citation [${marker}] but nothing rests on it`);
  }
  return reasons;
}

function judge(transcript: Transcript): { passed: boolean; reasons: string[] } {
  const { work, definitionOfDone } = transcript.brief;
  if (work.length === 0) return { passed: false, reasons: ['There is no artifact.'] };
  const failures = work.flatMap((result) => reasonsOf(transcript, result));
  const cited = work.reduce((sum, { citations }) => sum + citations.length, 0);
  const honest = work.some(({ content }) => content.includes(nothingFound));
  if (cited === 0 && !honest) failures.push('No artifact carries a citation.');
  const stems = new Set(contentWords(work.map(({ content }) => content).join('\n')).map((word) => word.stem));
  for (const condition of definitionOfDone) {
    const missing = uncovered(condition, stems);
    const terms = contentWords(condition).filter((word) => !formStems.has(word.stem)).length;
    if (terms > 0 && missing.length * 2 > terms)
      failures.push(`Not covered: “${missing.join(' ')}” (asked: ${condition})`);
  }
  if (failures.length > 0) return { passed: false, reasons: failures.slice(0, 20) };
  const passed =
    honest && cited === 0
      ? 'The work says plainly that nothing was found.'
      : `All ${cited} citations are verbatim in their files.`;
  return {
    passed: true,
    reasons: [passed, ...(definitionOfDone.length === 0 ? [] : ['The definition of done is covered.'])],
  };
}

/** Reads every cited file, looks each quote up in it, and judges. */
export function verifyStep(transcript: Transcript): Step {
  const verdict = doneOf(transcript, 'submit_verdict').at(-1);
  if (verdict !== undefined) return { say: 'The verdict is submitted.' };
  if (transcript.tools.has('list_files') && doneOf(transcript, 'list_files').length === 0) {
    return { call: [{ name: 'list_files', input: {} }] };
  }
  const cited = new Set(transcript.brief.work.flatMap(({ citations }) => citations.map(({ file }) => file)));
  const files = [...fileIdsByName(transcript)]
    .filter(([name]) => cited.has(name))
    .map(([name, id]) => ({ name, id }));
  const reads = readCalls(transcript, files);
  if (reads.length > 0) return { call: reads };
  const input = judge(transcript);
  return transcript.tools.has('submit_verdict')
    ? { call: [{ name: 'submit_verdict', input }] }
    : { say: JSON.stringify(input) };
}
