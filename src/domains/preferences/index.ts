export type { ConversationSettings } from './contract.ts';
export { preferencesOperations } from './operations.ts';
export { instructionParts, type PromptPart, renderSystem, ruleParts } from './prompt.ts';
export { type Preferences, PreferencesService, type StoredPreferences } from './service.ts';
