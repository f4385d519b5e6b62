export { memoryOperations } from './operations.ts';
export { MemoryService } from './service.ts';
export { MemorySource } from './source.ts';
