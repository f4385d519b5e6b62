import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folder of this package. Sources and what is built of them lie at different depths below it. */
export const packageRoot = ((folder: string): string => {
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return folder;
})(dirname(fileURLToPath(import.meta.url)));

/** Version of this program. */
export const version: string = (
  JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string }
).version;
