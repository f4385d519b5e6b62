/** The text of a document, made by `TextExtractor.extract`. */
export interface ExtractedText {
  /** Markdown where the source has structure (headings, lists, tables), plain otherwise. No NUL characters. */
  text: string;
  /** Decided from the bytes, never from the name. */
  mimeType: string;
  /** Character ranges of pages in `text`, for paged formats. */
  pages?: PageRange[];
  title?: string;
}

export interface PageRange {
  /** From 1. */
  page: number;
  start: number;
  /** Exclusive. */
  end: number;
}

export interface ExtractionLimits {
  pages: number;
  characters: number;
  /** Bytes that a compressed container (DOCX, XLSX, PPTX) may unpack to. */
  unpackedBytes: number;
  timeoutMs: number;
  memoryMb: number;
}

/** A piece of a text: `text.slice(charStart, charEnd) === content`. */
export interface Chunk {
  ordinal: number;
  /** Titles of the headings above, outermost first. */
  headingPath: string[];
  /** Page on which the chunk begins. */
  page: number | null;
  charStart: number;
  charEnd: number;
  content: string;
}

export interface ChunkOptions {
  /** Headings are only read as such in `text/markdown` and `text/html`-made text; others are split by paragraphs. */
  mimeType: string;
  pages?: PageRange[];
  /** Characters a chunk aims at (default 1200). */
  size?: number;
  /** Characters of whole blocks repeated from the chunk before within one section (default 0). */
  overlap?: number;
}
