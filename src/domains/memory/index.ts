export { memoryOperations } from './operations.ts';
export { MemoryService } from './service.ts';
