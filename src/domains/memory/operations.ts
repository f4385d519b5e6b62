import { defineOperation, type Operation } from '../../operations/index.ts';
import { memoryContract as contract } from './contract.ts';
import type { MemoryService } from './service.ts';

export function memoryOperations(service: MemoryService): Operation[] {
  return [
    defineOperation(contract.list, (context, input) => service.list(context, input)),
    defineOperation(contract.create, (context, input) => service.create(context, input)),
    defineOperation(contract.update, (context, input) => service.update(context, input)),
    defineOperation(contract.delete, (context, input) => service.delete(context, input.id)),
    defineOperation(contract.restore, (context, input) => service.restore(context, input.id)),
    defineOperation(contract.merge, (context, input) => service.merge(context, input)),
    defineOperation(contract.clear, (context, input) => service.clear(context, input)),
    defineOperation(contract.search, (context, input) => service.search(context, input)),
    defineOperation(contract.recall, (context, input) => service.recall(context, input)),
    defineOperation(contract.candidates, (context, input) => service.candidates(context, input)),
    defineOperation(contract.accept, (context, input) => service.accept(context, input)),
    defineOperation(contract.reject, (context, input) => service.reject(context, input.candidate_id)),
    defineOperation(contract.settings, (context) => service.settings(context)),
    defineOperation(contract.updateSettings, (context, input) => service.updateSettings(context, input)),
  ];
}
