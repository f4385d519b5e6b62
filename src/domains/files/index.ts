export { fileOperations } from './operations.ts';
export { FileService, type StoredContent } from './service.ts';
export { EmbeddingSource, FileSource } from './sources.ts';
