export { AnswerSource } from './answer-source.ts';
export { Approvals } from './approvals.ts';
export { Asking } from './asking.ts';
export { ConversationEvents } from './events.ts';
export { conversationOperations } from './operations.ts';
export { ConversationService } from './service.ts';
export { Sharing } from './sharing.ts';
export { chatTools } from './turn.ts';
