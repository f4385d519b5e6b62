export { type ConfigSources, loadConfig } from './load.ts';
export { openSecretBox } from './secret-key.ts';
export { type Config, type Setting, type SettingName, settings } from './settings.ts';
