import { defineOperation, type Operation } from '../../operations/index.ts';
import { preferencesContract as contract } from './contract.ts';
import type { PreferencesService } from './service.ts';

export function preferencesOperations(service: PreferencesService): Operation[] {
  return [
    defineOperation(contract.get, (context) => service.get(context)),
    defineOperation(contract.update, (context, input) => service.update(context, input)),
    defineOperation(contract.effective, (context, input) => service.effective(context, input)),
    defineOperation(contract.history, (context, input) => service.history(context, input)),
    defineOperation(contract.undo, (context, input) => service.undo(context, input.id)),
    defineOperation(contract.getConversation, (context, input) => service.getConversation(context, input)),
    defineOperation(contract.setConversation, (context, input) => service.setConversation(context, input)),
    defineOperation(contract.listPresets, (context) => service.listPresets(context)),
    defineOperation(contract.createPreset, (context, input) => service.createPreset(context, input)),
    defineOperation(contract.updatePreset, (context, input) => service.updatePreset(context, input)),
    defineOperation(contract.deletePreset, (context, input) => service.deletePreset(context, input.id)),
    defineOperation(contract.applyPreset, (context, input) => service.applyPreset(context, input.id)),
    defineOperation(contract.listRules, (context, input) => service.listRules(context, input)),
    defineOperation(contract.createRule, (context, input) => service.createRule(context, input)),
    defineOperation(contract.updateRule, (context, input) => service.updateRule(context, input)),
    defineOperation(contract.deleteRule, (context, input) => service.deleteRule(context, input.id)),
  ];
}
