import type { Database } from '../../database/index.ts';
import { defineOperation, type Operation } from '../../operations/index.ts';
import { usageContract as contract } from './contract.ts';
import { Limits } from './limits.ts';
import { Prices } from './prices.ts';
import type { UsageService } from './service.ts';

export function usageOperations(database: Database, usage: UsageService): Operation[] {
  const limits = new Limits(database);
  const prices = new Prices(database);
  return [
    defineOperation(contract.summary, (context, input) => usage.summary(context, input)),
    defineOperation(contract.calls, (context, input) => usage.calls(context, input)),
    defineOperation(contract.listLimits, (context) => limits.list(context)),
    defineOperation(contract.setLimit, (context, input) => limits.set(context, input)),
    defineOperation(contract.deleteLimit, (context, input) => limits.delete(context, input.id)),
    defineOperation(contract.listPrices, (context) => prices.list(context)),
    defineOperation(contract.setPrice, (context, input) => prices.set(context, input)),
    defineOperation(contract.deletePrice, (context, input) => prices.delete(context, input.id)),
  ];
}
