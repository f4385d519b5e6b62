import { z } from 'zod';

/**
 * Every setting of the product, declared once. The environment name is the declaration's key;
 * the flag is its kebab-case `flag`. `.env.example` and docs/reference/settings.md are generated from here.
 */
export interface Setting {
  env: string;
  flag?: string;
  description: string;
  schema: z.ZodType;
  /** Shown in `.env.example`; undefined means "empty". */
  example?: string;
  secret?: boolean;
}

const integer = (min: number, max: number) => z.coerce.number().int().min(min).max(max);
const optionalText = z.string().min(1).optional();
const httpUrl = z
  .url({ protocol: /^https?$/ })
  .transform((url) => url.replace(/\/+$/, ''))
  .optional();

export const settings = {
  host: {
    env: 'META_AGENT_HOST',
    flag: 'host',
    description: 'Address the server listens on.',
    schema: z.string().min(1).default('127.0.0.1'),
  },
  port: {
    env: 'META_AGENT_PORT',
    flag: 'port',
    description: 'Port the server listens on.',
    schema: integer(0, 65_535).default(3100),
  },
  publicUrl: {
    env: 'META_AGENT_PUBLIC_URL',
    description: 'The address people open, when a proxy stands in front. Decides links and cookie security.',
    schema: httpUrl,
    example: 'https://agents.example.org',
  },
  dataDir: {
    env: 'META_AGENT_DATA_DIR',
    flag: 'data-dir',
    description: 'Folder for the embedded database, file content and the key file.',
    schema: z.string().min(1).default('.meta-agent'),
  },
  databaseUrl: {
    env: 'META_AGENT_DATABASE_URL',
    flag: 'database-url',
    description:
      'Postgres or Supabase connection string. Empty means the embedded database in the data folder.',
    schema: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
    example: 'postgres://user:password@localhost:5432/meta_agent',
    secret: true,
  },
  mcpCommands: {
    env: 'META_AGENT_MCP_COMMANDS',
    description:
      'Commands, separated by commas, that people may start as MCP servers over stdio. They run as this server does: name only what every user may run. Empty allows none.',
    schema: z
      .string()
      .default('')
      .transform((list) => list.split(',').flatMap((command) => command.trim() || [])),
    example: 'npx,uvx',
  },
  privateAddresses: {
    env: 'META_AGENT_PRIVATE_ADDRESSES',
    description:
      'Whether addresses that people give (MCP servers, functions) may lie on this machine or its network: allow, deny, or auto, which allows them while the server itself is only reachable from this machine.',
    schema: z.enum(['auto', 'allow', 'deny']).default('auto'),
  },
  deployUrl: {
    env: 'META_AGENT_DEPLOY_URL',
    description:
      'Connection string of the role that owns the schema, when the server itself signs in as `authenticator`.',
    schema: z.url({ protocol: /^postgres(ql)?$/ }).optional(),
    secret: true,
  },
  poolSize: {
    env: 'META_AGENT_POOL_SIZE',
    description: 'Largest number of Postgres connections of one process.',
    schema: integer(2, 500).default(10),
  },
  statementTimeoutMs: {
    env: 'META_AGENT_STATEMENT_TIMEOUT_MS',
    description: 'A statement that runs longer than this is cancelled, in milliseconds.',
    schema: integer(100, 600_000).default(15_000),
  },
  initEmail: {
    env: 'META_AGENT_INIT_EMAIL',
    description:
      'With META_AGENT_INIT_PASSWORD: creates this first administrator at start, instead of the set-up link.',
    schema: z.email().optional(),
    example: 'admin@example.org',
  },
  initPassword: {
    env: 'META_AGENT_INIT_PASSWORD',
    description: 'Password of the first administrator, at least 12 characters.',
    schema: z.string().min(12).optional(),
    secret: true,
  },
  secretKey: {
    env: 'META_AGENT_SECRET_KEY',
    description:
      'Key that encrypts stored secrets: 32 bytes in base64. Empty means the key file in the data folder, made at first start.',
    schema: optionalText,
    secret: true,
  },
  workers: {
    env: 'META_AGENT_WORKERS',
    flag: 'workers',
    description:
      'Tasks that one process runs at the same time. 0 leaves the work to `meta-agent worker` processes.',
    schema: integer(0, 64).default(2),
  },
  leaseSeconds: {
    env: 'META_AGENT_LEASE_SECONDS',
    description: 'A worker that is silent for this long loses its task to another one, in seconds.',
    schema: integer(2, 600).default(15),
  },
  storage: {
    env: 'META_AGENT_STORAGE',
    description: 'Where file content is kept: local, s3 or supabase.',
    schema: z.enum(['local', 's3', 'supabase']).default('local'),
  },
  s3Endpoint: { env: 'META_AGENT_S3_ENDPOINT', description: 'S3-compatible endpoint.', schema: httpUrl },
  s3Region: {
    env: 'META_AGENT_S3_REGION',
    description: 'S3 region.',
    schema: z.string().default('us-east-1'),
  },
  s3Bucket: {
    env: 'META_AGENT_S3_BUCKET',
    description: 'S3 bucket that holds all content.',
    schema: optionalText,
  },
  s3AccessKeyId: {
    env: 'META_AGENT_S3_ACCESS_KEY_ID',
    description: 'S3 access key id.',
    schema: optionalText,
  },
  s3SecretAccessKey: {
    env: 'META_AGENT_S3_SECRET_ACCESS_KEY',
    description: 'S3 secret access key.',
    schema: optionalText,
    secret: true,
  },
  supabaseUrl: {
    env: 'META_AGENT_SUPABASE_URL',
    description: 'Supabase project address: its storage is used and its sign-in tokens are accepted.',
    schema: httpUrl,
    example: 'https://project.supabase.co',
  },
  supabaseServiceKey: {
    env: 'META_AGENT_SUPABASE_SERVICE_KEY',
    description: 'Supabase service key, for storage.',
    schema: optionalText,
    secret: true,
  },
  supabaseJwtSecret: {
    env: 'META_AGENT_SUPABASE_JWT_SECRET',
    description:
      'Shared secret that signs Supabase sign-in tokens. Empty means the keys the project publishes.',
    schema: optionalText,
    secret: true,
  },
  embedding: {
    env: 'META_AGENT_EMBEDDING',
    description:
      'What turns text into vectors for search: bundled, or the models of openai, google, openai-compatible or ollama. After a change, rows are embedded again in the background while search goes on by words.',
    schema: z.enum(['bundled', 'openai', 'google', 'openai-compatible', 'ollama']).default('bundled'),
  },
  embeddingModel: {
    env: 'META_AGENT_EMBEDDING_MODEL',
    description: 'Embedding model, when it is not the bundled one.',
    schema: optionalText,
    example: 'text-embedding-3-small',
  },
  embeddingUrl: {
    env: 'META_AGENT_EMBEDDING_URL',
    description: 'Address of the embedding API, when it is not the vendor’s own.',
    schema: httpUrl,
  },
  embeddingKey: {
    env: 'META_AGENT_EMBEDDING_KEY',
    description: 'API key for the embedding model.',
    schema: optionalText,
    secret: true,
  },
  ollamaUrl: {
    env: 'META_AGENT_OLLAMA_URL',
    description: 'Where a running Ollama is looked for.',
    schema: z.url({ protocol: /^https?$/ }).default('http://127.0.0.1:11434'),
  },
  trustProxy: {
    env: 'META_AGENT_TRUST_PROXY',
    description: 'true when a proxy sets X-Forwarded-For, so that limits count the real address.',
    schema: z.stringbool().default(false),
  },
  key: {
    env: 'META_AGENT_KEY',
    description: 'API key that the command line acts with.',
    schema: optionalText,
    secret: true,
  },
  logLevel: {
    env: 'META_AGENT_LOG_LEVEL',
    flag: 'log-level',
    description: 'silent, error, warn, info or debug.',
    schema: z.enum(['silent', 'error', 'warn', 'info', 'debug']).default('info'),
  },
} satisfies Record<string, Setting>;

export type SettingName = keyof typeof settings;
export type Config = { [K in SettingName]: z.output<(typeof settings)[K]['schema']> };
