import { findComparison } from './compare.ts';
import type { SourceFile } from './corpus.ts';
import { findCount, findPassages } from './facts.ts';
import type { Finding } from './finding.ts';
import { findList } from './list.ts';
import type { Question } from './question.ts';
import { findSummary } from './summary.ts';
import { type Unit, unitsOf } from './units.ts';
import { contentWords, wordsOf } from './words.ts';

/** Answers each question from the files by the rule of its kind. */
export function answer(files: SourceFile[], questions: Question[]): Finding[] {
  const read = files.map((file) => {
    const units = unitsOf(file);
    return {
      file,
      units,
      stems: new Set(units.flatMap((unit) => wordsOf(unit.text)).map((word) => word.stem)),
    };
  });
  return questions.map((question) => {
    const meant =
      question.kind === 'compare' ? [] : read.filter(({ file }) => namesFile(question, file, read));
    return findFor(
      (meant.length > 0 ? meant : read).flatMap(({ units }) => units),
      question,
    );
  });
}

/** The question speaks of this file: a word of its name that neither other names nor other texts use. */
function namesFile(
  question: Question,
  file: SourceFile,
  all: { file: SourceFile; stems: Set<string> }[],
): boolean {
  const asked = new Set(contentWords(question.text).map((word) => word.stem));
  const others = all.filter((other) => other.file !== file);
  return contentWords(file.name.replace(/\.\w+$/, '')).some(
    ({ stem }) =>
      asked.has(stem) &&
      others.length > 0 &&
      others.every(
        (other) => !other.stems.has(stem) && !wordsOf(other.file.name).some((word) => word.stem === stem),
      ),
  );
}

function findFor(units: Unit[], question: Question): Finding {
  switch (question.kind) {
    case 'list':
      return findList(units, question);
    case 'count':
      return findCount(units, question);
    case 'compare':
      return findComparison(units, question);
    case 'summary':
      return findSummary(units, question);
    default:
      return findPassages(units, question);
  }
}
