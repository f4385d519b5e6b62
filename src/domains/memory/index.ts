export { memoryOperations } from './operations.ts';
export type { FactRow as Fact } from './queries.ts';
export { MemoryService } from './service.ts';
export { MemorySource } from './source.ts';
