import { serveCalls } from '../../kernel/worker-calls.ts';
import { extractDocument } from './extract.ts';
import type { ExtractionLimits } from './port.ts';

serveCalls({
  extract: ({ bytes, limits }: { bytes: Uint8Array; limits: ExtractionLimits }) =>
    extractDocument(bytes, limits),
});
