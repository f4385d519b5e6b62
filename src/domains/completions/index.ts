export { type Completion, type CompletionRequest, Completions, providerFailed } from './completions.ts';
export { Embeddings } from './embeddings.ts';
export { ImageLoader, readDataUrl } from './images.ts';
