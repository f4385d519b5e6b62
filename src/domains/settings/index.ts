export { type Connections, Models, type ModelTier, nextTier, type ResolvedModel } from './models.ts';
export { settingsOperations } from './operations.ts';
export { listPrices } from './queries.ts';
export { SettingsService } from './service.ts';
