import { defineOperation, type Operation } from '../../operations/index.ts';
import { canvasContract as contract } from './contract.ts';
import type { CanvasEvents } from './events.ts';
import type { CanvasService } from './service.ts';
import type { CanvasSharing } from './sharing.ts';

export function canvasOperations(
  service: CanvasService,
  sharing: CanvasSharing,
  events: CanvasEvents,
): Operation[] {
  return [
    defineOperation(contract.list, (context, input) => service.list(context, input)),
    defineOperation(contract.create, (context, input) => service.create(context, input)),
    defineOperation(contract.get, (context, input) => service.get(context, input.artifact_id)),
    defineOperation(contract.update, (context, input) => service.update(context, input)),
    defineOperation(contract.delete, (context, input) => service.delete(context, input.artifact_id)),
    defineOperation(contract.versions, (context, input) => service.versions(context, input)),
    defineOperation(contract.version, (context, input) => service.version(context, input)),
    defineOperation(contract.restore, (context, input) => service.restore(context, input)),
    defineOperation(contract.follow, (context, input) => events.follow(context, input.artifact_id)),
    defineOperation(contract.listShares, (context, input) => sharing.list(context, input.artifact_id)),
    defineOperation(contract.createShare, (context, input) => sharing.create(context, input)),
    defineOperation(contract.revokeShare, (context, input) => sharing.revoke(context, input.share_id)),
    defineOperation(contract.openShare, (_context, input) => sharing.open(input.token)),
  ];
}
