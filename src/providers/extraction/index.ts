export { chunkText } from './chunk.ts';
export { createTextExtractor, type TextExtractor } from './extractor.ts';
export { detectMimeType } from './mime.ts';
export type { Chunk, ChunkOptions, ExtractedText, ExtractionLimits, PageRange } from './port.ts';
