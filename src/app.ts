import { mkdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { type Config, openSecretBox } from './config/index.ts';
import { Database, type DeployStep, deploy, isDeployed } from './database/index.ts';
import { type AgentDeps, TaskSource } from './domains/agents/index.ts';
import { Authenticator, AuthService, authOperations } from './domains/auth/index.ts';
import {
  AnswerSource,
  ConversationEvents,
  ConversationService,
  conversationOperations,
} from './domains/conversations/index.ts';
import { EmbeddingSource, FileService, FileSource, fileOperations } from './domains/files/index.ts';
        Promise.all([files.sweep(clock.now()), memory.tidy(), runRetention(database)]).catch((error: unknown) =>
          log.error({ err: error }, 'housekeeping failed'),
        );
      void sweep();
      const timer = setInterval(() => void sweep(), 3_600_000);
      return () => clearInterval(timer);
    },
    /** Begins to hand live changes to those who follow them. */
    async follow(): Promise<void> {
      await projectEvents.start();
      await conversationEvents.start();
    },
    async close(): Promise<void> {
      await extractor.close();
      await embedding.close();
      await database.close();
    },
  };
}

/** Opens the database and deploys what is missing. Errors: `unavailable`, `unprocessable` naming the file. */
export async function openDatabase(
  config: Config,
  onDeploy: (step: DeployStep) => void = () => {},
): Promise<Database> {
  if (!config.databaseUrl) mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
  const common = { poolSize: config.poolSize, statementTimeoutMs: config.statementTimeoutMs };
  const database = await Database.open(
    config.databaseUrl
      ? { ...common, url: config.databaseUrl }
      : { ...common, dataDir: join(config.dataDir, 'database') },
  );
  try {
    if (config.deployUrl) {
      const owner = await Database.open({ ...common, url: config.deployUrl });
      try {
        await deploy(owner, onDeploy);
      } finally {
        await owner.close();
      }
    } else if (!(await isDeployed(database))) await deploy(database, onDeploy);
    if (database.engine === 'embedded') await expireLeases(database);
    return database;
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Deletes what is older than its retention rule says, batch by batch, each in a transaction of its own. */
async function runRetention(database: Database): Promise<void> {
  const batch = 5_000;
  for (let full = true; full; )
    full = await database.asService('retention', async (session) => {
      const { rows } = await sql<{
        row_count: string;
      }>`select row_count from run_retention(${batch})`.execute(session);
      return rows.some(({ row_count }) => Number(row_count) >= batch);
    });
}

/** The embedded database has one process: whatever is leased when it opens belonged to one that is gone. */
function expireLeases(database: Database): Promise<void> {
  return database.asService('leases of the process before', async (session) => {
    for (const table of [
      'meta_tasks',
      'meta_messages',
      'meta_file_metadata',
      'meta_memory_extractions',
    ] as const)
      await session
        .updateTable(table)
        .set({ lease_expires_at: new Date(0) })
        .where('lease_expires_at', 'is not', null)
        .execute();
  });
}

function embeddingOf({ embedding, embeddingModel, embeddingUrl, embeddingKey }: Config): EmbeddingProvider {
  if (embedding === 'bundled') return openBundledEmbedding();
  return openRemoteEmbedding({
    kind: embedding,
    name: `embedding by ${embedding}`,
    model: embeddingModel ?? '',
    baseUrl: embeddingUrl ?? null,
    apiKey: embeddingKey ?? null,
  });
}

function storageOf(config: Config): StorageProvider {
  const { s3Endpoint, s3Bucket, s3AccessKeyId, s3SecretAccessKey, supabaseUrl, supabaseServiceKey } = config;
  if (config.storage === 's3' && s3Endpoint && s3Bucket && s3AccessKeyId && s3SecretAccessKey)
    return openStorage({
      kind: 's3',
      endpoint: s3Endpoint,
      region: config.s3Region,
      bucket: s3Bucket,
      accessKeyId: s3AccessKeyId,
      secretAccessKey: s3SecretAccessKey,
    });
  if (config.storage === 'supabase' && supabaseUrl && supabaseServiceKey)
    return openStorage({ kind: 'supabase', url: supabaseUrl, serviceKey: supabaseServiceKey });
  if (config.storage !== 'local')
    throw new AppError('invalid_input', `The storage ${config.storage} is not configured.`);
  return openStorage({ kind: 'local', root: join(config.dataDir, 'storage') });
}
