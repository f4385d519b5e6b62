export { countedEmbedding, type PersonalEmbedding, uncounted } from './embedding.ts';
export { type Account, openSpending, type Spending } from './metering.ts';
export { usageOperations } from './operations.ts';
export { countSearch } from './searches.ts';
export { UsageService } from './service.ts';
