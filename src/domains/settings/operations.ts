import { defineOperation, type Operation } from '../../operations/index.ts';
import { settingsContract as contract } from './contract.ts';
import type { SettingsService } from './service.ts';

export function settingsOperations(service: SettingsService): Operation[] {
  return [
    defineOperation(contract.listProviders, (context) => service.listProviders(context)),
    defineOperation(contract.createProvider, (context, input) => service.createProvider(context, input)),
    defineOperation(contract.updateProvider, (context, input) => service.updateProvider(context, input)),
    defineOperation(contract.deleteProvider, (context, input) => service.deleteProvider(context, input.id)),
    defineOperation(contract.testProvider, (context, input) => service.testProvider(context, input.id)),
    defineOperation(contract.discoverProviders, (context) => service.discover(context)),
  ];
}
