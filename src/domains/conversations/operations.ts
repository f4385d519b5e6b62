import { defineOperation, type Operation } from '../../operations/index.ts';
import type { Asking } from './asking.ts';
import { conversationsContract as contract } from './contract.ts';
import type { ConversationEvents } from './events.ts';
import type { Previewing } from './preview.ts';
import type { ConversationService } from './service.ts';
import type { Sharing } from './sharing/sharing.ts';
import type { Approvals } from './tools/approvals.ts';
import type { Importing } from './transfer/importing.ts';

interface Services {
  conversations: ConversationService;
  asking: Asking;
  approvals: Approvals;
  previewing: Previewing;
  sharing: Sharing;
  importing: Importing;
  events: ConversationEvents;
}

export function conversationOperations({
  conversations,
  asking,
  previewing,
  approvals,
  sharing,
  importing,
  events,
}: Services): Operation[] {
  return [
    defineOperation(contract.list, (context, input) => conversations.list(context, input)),
    defineOperation(contract.create, (context, input) => conversations.create(context, input)),
    defineOperation(contract.get, (context, input) => conversations.get(context, input.conversation_id)),
    defineOperation(contract.update, (context, input) => conversations.update(context, input)),
    defineOperation(contract.delete, (context, input) => conversations.delete(context, input)),
    defineOperation(contract.restore, (context, input) =>
      conversations.restore(context, input.conversation_id),
    ),
    defineOperation(contract.emptyTrash, (context, input) => conversations.emptyTrash(context, input)),
    defineOperation(contract.tree, (context, input) => conversations.tree(context, input.conversation_id)),
    defineOperation(contract.send, (context, input) => asking.send(context, input)),
    defineOperation(contract.preview, (context, input) => previewing.preview(context, input)),
    defineOperation(contract.previewFirst, (context, input) => previewing.previewFirst(context, input)),
    defineOperation(contract.edit, (context, input) => asking.edit(context, input)),
    defineOperation(contract.regenerate, (context, input) => asking.regenerate(context, input)),
    defineOperation(contract.show, (context, input) => asking.show(context, input)),
    defineOperation(contract.deleteBranch, (context, input) => asking.deleteBranch(context, input)),
    defineOperation(contract.facts, (context, input) => conversations.facts(context, input.message_id)),
    defineOperation(contract.rate, (context, input) => conversations.rate(context, input)),
    defineOperation(contract.search, (context, input) => conversations.search(context, input)),
    defineOperation(contract.follow, (context, input) => events.follow(context, input)),
    defineOperation(contract.stop, (context, input) => asking.stop(context, input.conversation_id)),
    defineOperation(contract.listTools, (context, input) => approvals.list(context, input)),
    defineOperation(contract.setToolPermission, (context, input) => approvals.set(context, input)),
    defineOperation(contract.decide, (context, input) => approvals.decide(context, input)),
    defineOperation(contract.listShares, (context, input) => sharing.list(context, input.conversation_id)),
    defineOperation(contract.createShare, (context, input) => sharing.create(context, input)),
    defineOperation(contract.revokeShare, (context, input) => sharing.revoke(context, input.share_id)),
    defineOperation(contract.listImports, (context) => importing.list(context)),
    defineOperation(contract.cancelImport, (context, input) => importing.cancel(context, input)),
    defineOperation(contract.openShare, (context, input) => sharing.open(context, input)),
  ];
}
