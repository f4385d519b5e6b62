import type { z } from 'zod';
import type {
  modelTier,
  providerKind,
  testResult,
  tierModels,
} from '../../../../src/domains/settings/contract.ts';

export type { Provider } from '../../../../src/domains/settings/contract.ts';
export type ModelTier = z.output<typeof modelTier>;
export type ProviderKind = Exclude<z.output<typeof providerKind>, 'builtin'>;
export type TestResult = z.output<typeof testResult>;
export type TierModels = z.output<typeof tierModels>;
