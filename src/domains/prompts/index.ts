export { promptOperations } from './operations.ts';
export { PromptService } from './service.ts';
