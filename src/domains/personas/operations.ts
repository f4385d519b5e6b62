import { defineOperation, type Operation } from '../../operations/index.ts';
import { personasContract as contract } from './contract.ts';
import type { PersonaService } from './service.ts';

export function personaOperations(service: PersonaService): Operation[] {
  return [
    defineOperation(contract.list, (context, input) => service.list(context, input)),
    defineOperation(contract.categories, (context) => service.categories(context)),
    defineOperation(contract.create, (context, input) => service.create(context, input)),
    defineOperation(contract.get, (context, input) => service.get(context, input.persona_id)),
    defineOperation(contract.update, (context, input) => service.update(context, input)),
    defineOperation(contract.delete, (context, input) => service.delete(context, input.persona_id)),
    defineOperation(contract.listKnowledge, (context, input) =>
      service.listKnowledge(context, input.persona_id),
    ),
    defineOperation(contract.addKnowledge, (context, input) => service.addKnowledge(context, input)),
    defineOperation(contract.removeKnowledge, (context, input) => service.removeKnowledge(context, input)),
  ];
}
