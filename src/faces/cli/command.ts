import { type Command, Option } from 'commander';
import { type Config, loadConfig, type SettingName, settings } from '../../config/index.ts';

/** A command that takes every setting that has a flag. */
export function command(parent: Command, name: string, description: string): Command {
  const made = parent.command(name).description(description);
  for (const setting of Object.values(settings))
    if ('flag' in setting && setting.flag)
      made.addOption(new Option(`--${setting.flag} <value>`, setting.description));
  return made;
}

/** How commander names the value of a flag. */
export const camel = (flag: string): string =>
  flag.replace(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** Flags above environment above file above default. */
export function configOf(command: Command): Config {
  const options = command.opts() as Record<string, string | undefined>;
  const flags: Partial<Record<SettingName, unknown>> = {};
  for (const [name, setting] of Object.entries(settings))
    if ('flag' in setting && setting.flag) {
      const value = options[camel(setting.flag)];
      if (value !== undefined) flags[name as SettingName] = value;
    }
  return loadConfig({ flags });
}
