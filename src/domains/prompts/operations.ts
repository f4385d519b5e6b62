import { defineOperation, type Operation } from '../../operations/index.ts';
import { promptsContract as contract } from './contract.ts';
import type { PromptService } from './service.ts';

export function promptOperations(service: PromptService): Operation[] {
  return [
    defineOperation(contract.list, (context, input) => service.list(context, input)),
    defineOperation(contract.search, (context, input) => service.search(context, input)),
    defineOperation(contract.exportFile, (context) => service.exportFile(context)),
    defineOperation(contract.importFile, (context, input) => service.importFile(context, input)),
    defineOperation(contract.listCategories, (context) => service.listCategories(context)),
    defineOperation(contract.createCategory, (context, input) => service.createCategory(context, input)),
    defineOperation(contract.updateCategory, (context, input) => service.updateCategory(context, input)),
    defineOperation(contract.deleteCategory, (context, input) =>
      service.deleteCategory(context, input.category_id),
    ),
    defineOperation(contract.create, (context, input) => service.create(context, input)),
    defineOperation(contract.get, (context, input) => service.get(context, input.prompt_id)),
    defineOperation(contract.update, (context, input) => service.update(context, input)),
    defineOperation(contract.delete, (context, input) => service.delete(context, input.prompt_id)),
    defineOperation(contract.use, (context, input) => service.use(context, input.prompt_id)),
    defineOperation(contract.versions, (context, input) => service.versions(context, input)),
    defineOperation(contract.restore, (context, input) => service.restore(context, input)),
  ];
}
