export { openBundledEmbedding } from './bundled.ts';
export type { EmbeddingProvider } from './port.ts';
export { embedQuery } from './query.ts';
export { withRecentVectors } from './recent.ts';
export { type EmbeddingConnection, type EmbeddingKind, openRemoteEmbedding } from './remote.ts';
