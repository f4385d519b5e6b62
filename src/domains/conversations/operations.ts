import { defineOperation, type Operation } from '../../operations/index.ts';
import { conversationsContract as contract } from './contract.ts';
import type { ConversationEvents } from './events.ts';
import type { ConversationService } from './service.ts';

export function conversationOperations(
  service: ConversationService,
  events: ConversationEvents,
): Operation[] {
  return [
    defineOperation(contract.list, (context, input) => service.list(context, input)),
    defineOperation(contract.create, (context, input) => service.create(context, input)),
    defineOperation(contract.get, (context, input) => service.get(context, input.conversation_id)),
    defineOperation(contract.update, (context, input) => service.update(context, input)),
    defineOperation(contract.delete, (context, input) => service.delete(context, input.conversation_id)),
    defineOperation(contract.send, (context, input) => service.send(context, input)),
    defineOperation(contract.follow, (context, input) => events.follow(context, input)),
    defineOperation(contract.stop, (context, input) => service.stop(context, input.conversation_id)),
  ];
}
