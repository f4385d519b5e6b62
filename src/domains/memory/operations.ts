import { defineOperation, type Operation } from '../../operations/index.ts';
import { memoryContract as contract } from './contract.ts';
import type { MemoryService } from './service.ts';

export function memoryOperations(service: MemoryService): Operation[] {
  return [
    defineOperation(contract.list, (context, input) => service.list(context, input)),
    defineOperation(contract.create, (context, input) => service.create(context, input)),
    defineOperation(contract.update, (context, input) => service.update(context, input)),
    defineOperation(contract.delete, (context, input) => service.delete(context, input.id)),
    defineOperation(contract.clear, (context, input) => service.clear(context, input)),
    defineOperation(contract.search, (context, input) => service.search(context, input)),
  ];
}
