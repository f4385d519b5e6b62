import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SecretBox } from '../kernel/secret-box.ts';
import type { Config } from './settings.ts';

/** The key of stored secrets: the setting, or the key file (mode 0600) that the first start makes. */
export function openSecretBox(config: Pick<Config, 'secretKey' | 'dataDir'>): SecretBox {
  if (config.secretKey)
    return new SecretBox(config.secretKey.split(',').map((key) => Buffer.from(key, 'base64')));
  const path = join(config.dataDir, 'secret.key');
  if (!existsSync(path)) {
    mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
    writeFileSync(path, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx' });
  }
  // One key a line, the current one first: rotation puts a new line on top.
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '');
  return new SecretBox(lines.map((line) => Buffer.from(line.trim(), 'base64')));
}
