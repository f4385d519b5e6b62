export { preferencesOperations } from './operations.ts';
export { type Preferences, PreferencesService } from './service.ts';
