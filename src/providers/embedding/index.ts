export { openBundledEmbedding } from './bundled.ts';
export type { EmbeddingProvider } from './port.ts';
export { type EmbeddingConnection, type EmbeddingKind, openRemoteEmbedding } from './remote.ts';
