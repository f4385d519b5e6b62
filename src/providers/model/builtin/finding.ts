import type { Evidence } from './corpus.ts';
import type { Question } from './question.ts';

/** One answer: a thing with what was asked of it, and the verbatim text it stands on. */
export interface FindingRow {
  name: string;
  /** One for each of the finding's columns after the first; empty when the text does not say. */
  values: string[];
  evidence: Evidence[];
}

/** What was found for one question. With columns it is a table, without it is a list of quotes. */
export interface Finding {
  question: Question;
  /** One sentence that says what the rows are, by a fixed pattern. */
  summary: string;
  columns: string[];
  rows: FindingRow[];
  /** Near misses and why they are not rows. */
  leftOut: { name: string; reason: string }[];
}
