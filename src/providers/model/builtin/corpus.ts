/** A passage as `search_files` and `read_file` answer it. */
export interface Passage {
  id: string;
  file: string;
  fileId: string | null;
  headings: string[];
  page: number | null;
  text: string;
  start: number;
  end: number;
}

/** A stretch of a file's text: the whole of it when it was read, else the passages that were found. */
export interface Stretch {
  text: string;
  /** Offset of `text` in the file. */
  offset: number;
  /** Headings already open where it begins. */
  headings: string[];
}

export interface SourceFile {
  name: string;
  id: string | null;
  stretches: Stretch[];
  passages: Passage[];
}

/** Verbatim text of a file: what a citation is made from. */
export interface Evidence {
  file: SourceFile;
  quote: string;
  /** Offset in the file. */
  start: number;
  headings: string[];
}

/** The passage that holds the evidence: by place where places are known, else by its text. */
export function passageOf({ file, quote, start }: Evidence): Passage | undefined {
  const holds = file.passages.filter((passage) => passage.text.includes(quote));
  return holds.find((p) => p.start <= start && start + quote.length <= p.end) ?? holds[0];
}
