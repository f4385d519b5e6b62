export { AnswerSource } from './answer-source.ts';
export { ConversationEvents } from './events.ts';
export { conversationOperations } from './operations.ts';
export { ConversationService } from './service.ts';
