import { defineOperation, type Operation } from '../../operations/index.ts';
import { filesContract as contract } from './contract.ts';
import type { FileService } from './service.ts';

/** Everything but moving bytes, which has routes of its own. */
export function fileOperations(service: FileService): Operation[] {
  return [
    defineOperation(contract.list, (context, input) => service.list(context, input)),
    defineOperation(contract.get, (context, input) => service.get(context, input.id)),
    defineOperation(contract.text, (context, input) => service.text(context, input)),
    defineOperation(contract.update, (context, input) => service.update(context, input)),
    defineOperation(contract.delete, (context, input) => service.delete(context, input.id)),
    defineOperation(contract.retry, (context, input) => service.retry(context, input.id)),
    defineOperation(contract.search, (context, input) => service.search(context, input)),
    defineOperation(contract.quota, (context) => service.quota(context)),
  ];
}
