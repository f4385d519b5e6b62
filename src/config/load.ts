import { existsSync, readFileSync } from 'node:fs';
import { AppError } from '../kernel/errors.ts';
import { type Config, type SettingName, settings } from './settings.ts';

type Layer = Partial<Record<SettingName, unknown>>;

export interface ConfigSources {
  /** Values given on the command line, by setting name. */
  flags?: Layer;
  env?: Record<string, string | undefined>;
  /** A `KEY=value` file read below the environment. Default `.env` in the working folder. */
  envFile?: string;
}

/**
 * Resolves every setting: flag, then environment, then the `.env` file, then the default.
 * All faults are reported at once. Errors: `invalid_input` naming each bad or unknown setting.
 */
export function loadConfig(sources: ConfigSources = {}): Config {
  const env = { ...readEnvFile(sources.envFile ?? '.env'), ...(sources.env ?? process.env) };
  const faults: string[] = unknownNames(env);
  const config: Record<string, unknown> = {};
  for (const name of Object.keys(settings) as SettingName[]) {
    const setting = settings[name];
    const given = sources.flags?.[name] ?? env[setting.env];
    const parsed = setting.schema.safeParse(given === '' ? undefined : given);
    if (parsed.success) config[name] = parsed.data;
    else faults.push(`${setting.env}: ${parsed.error.issues.map((issue) => issue.message).join('; ')}`);
  }
  if (config.initEmail !== undefined && config.initPassword === undefined)
    faults.push('META_AGENT_INIT_EMAIL is set but META_AGENT_INIT_PASSWORD is not (12 characters or more).');
  if (
    config.storage === 's3' &&
    !(config.s3Endpoint && config.s3Bucket && config.s3AccessKeyId && config.s3SecretAccessKey)
  )
    faults.push(
      'META_AGENT_STORAGE is s3: set META_AGENT_S3_ENDPOINT, _BUCKET, _ACCESS_KEY_ID and _SECRET_ACCESS_KEY.',
    );
  if (config.storage === 'supabase' && !(config.supabaseUrl && config.supabaseServiceKey))
    faults.push(
      'META_AGENT_STORAGE is supabase: set META_AGENT_SUPABASE_URL and META_AGENT_SUPABASE_SERVICE_KEY.',
    );
  if (config.embedding !== 'bundled' && !config.embeddingModel)
    faults.push(`META_AGENT_EMBEDDING is ${config.embedding}: set META_AGENT_EMBEDDING_MODEL.`);
  if (faults.length > 0)
    throw new AppError('invalid_input', `The settings are not right:\n  ${faults.join('\n  ')}`, {
      fix: 'Correct them in the environment or in .env; .env.example lists every setting.',
    });
  return config as Config;
}

function readEnvFile(path: string): Record<string, string> {
  if (!existsSync(path)) return {};
  const values: Record<string, string> = {};
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const match = /^\s*([A-Z][A-Z0-9_]*)\s*=\s*(.*?)\s*$/.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined)
      values[match[1]] = match[2].replace(/^(["'])(.*)\1$/, '$2');
  }
  return values;
}

function unknownNames(env: Record<string, string | undefined>): string[] {
  const known = Object.values(settings).map((setting) => setting.env);
  return (
    Object.keys(env)
      // META_AGENT_TEST_* steers the test harness, not the product.
      .filter(
        (name) =>
          name.startsWith('META_AGENT_') && !name.startsWith('META_AGENT_TEST_') && !known.includes(name),
      )
      .map((name) => `${name} is not a setting. Did you mean ${nearest(name, known)}?`)
  );
}

function nearest(name: string, known: string[]): string {
  return known.reduce((best, candidate) =>
    editDistance(name, candidate) < editDistance(name, best) ? candidate : best,
  );
}

/** Levenshtein distance, for names of a few dozen characters. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++)
      next[j] = Math.min(
        (next[j - 1] ?? 0) + 1,
        (row[j] ?? 0) + 1,
        (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1),
      );
    row = next;
  }
  return row[b.length] ?? 0;
}
