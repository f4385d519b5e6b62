export { type ConfigSources, loadConfig } from './load.ts';
export { type Config, type Setting, type SettingName, settings } from './settings.ts';
