import { hostname } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { type Config, openSecretBox } from './config/index.ts';
import type { Database, DeployStep, Session, UserPrincipal } from './database/index.ts';
import { type AgentDeps, TaskSource } from './domains/agents/index.ts';
import { Authenticator, AuthService, authOperations, requestsPerMinute } from './domains/auth/index.ts';
import { CanvasEvents, CanvasService, CanvasSharing, canvasOperations } from './domains/canvas/index.ts';
import { Completions, Embeddings, ImageLoader } from './domains/completions/index.ts';
import {
  AnswerSource,
  Approvals,
  Asking,
  ConversationEvents,
  ConversationService,
  chatTools,
  conversationOperations,
  Exporting,
  Importing,
  ImportSource,
  LiveText,
  Previewing,
  ReadAhead,
  Sharing,
} from './domains/conversations/index.ts';
import {
  type ExtensionDeps,
  extensionsOf,
  extensionsOperations,
  Functions,
  McpServers,
  Skills,
  Web,
} from './domains/extensions/index.ts';
import { EmbeddingSource, FileService, FileSource, fileOperations } from './domains/files/index.ts';
import { MemoryService, MemorySource, memoryOperations } from './domains/memory/index.ts';
import { OrganizationService, organizationOperations } from './domains/organizations/index.ts';
import { PersonaService, personaOperations } from './domains/personas/index.ts';
import { PreferencesService, preferencesOperations } from './domains/preferences/index.ts';
import { ProjectEvents, ProjectService, projectOperations } from './domains/projects/index.ts';
import { PromptService, promptOperations } from './domains/prompts/index.ts';
import { Models, SettingsService, settingsOperations } from './domains/settings/index.ts';
import { countedEmbedding, UsageService, uncounted, usageOperations } from './domains/usage/index.ts';
import { createHttpApp, IdempotencyStore, RateLimiter } from './faces/http/index.ts';
import { Worker } from './jobs/index.ts';
import { systemClock } from './kernel/clock.ts';
import { AppError } from './kernel/errors.ts';
import { newToken } from './kernel/ids.ts';
import { createLog } from './kernel/log.ts';
import { version } from './kernel/package.ts';
import { openDatabase } from './open-database.ts';
import { Registry } from './operations/index.ts';
import {
  type EmbeddingProvider,
  openBundledEmbedding,
  openRemoteEmbedding,
} from './providers/embedding/index.ts';
import { createTextExtractor } from './providers/extraction/index.ts';
import { openSandbox } from './providers/sandbox/index.ts';
import { openStorage, type StorageProvider } from './providers/storage/index.ts';

export interface AppOptions {
  /** Told about each schema file that is deployed. */
  onDeploy?: (step: DeployStep) => void;
  /** An open, deployed database; otherwise the one of the settings is opened. */
  database?: Database;
  /** Token of the data folder's owner file, with which the command line acts as operator. */
  operatorToken?: string;
}

/** Answers one process produces at the same time: each mostly waits for its vendor. */
const answersAtOnce = 1_000;

export type App = Awaited<ReturnType<typeof createApp>>;

/** The composition root: the one place that knows everybody. */
export async function createApp(config: Config, options: AppOptions = {}) {
  const log = createLog(config.logLevel);
  const database = options.database ?? (await openDatabase(config, options.onDeploy));
  const secrets = openSecretBox(config);
  const clock = systemClock;
  const supabase = Boolean(config.supabaseUrl || config.supabaseJwtSecret);

  const storage = storageOf(config);
  const encoder = embeddingOf(config);
  const embedding =
    config.embedding === 'bundled' || config.embedding === 'ollama'
      ? uncounted(encoder)
      : countedEmbedding({ database, clock }, encoder, {
          kind: config.embedding,
          model: config.embeddingModel ?? '',
          baseUrl: config.embeddingUrl ?? null,
        });
  const extractor = createTextExtractor();
  const models = new Models({ database, secrets, clock });
  const files = new FileService({ database, storage, embedding, tempDir: join(config.dataDir, 'tmp') });
  const memory = new MemoryService(database, embedding);
  const auth = new AuthService({ database, clock, version, supabase });
  const projects = new ProjectService(database);
  const projectEvents = new ProjectEvents(database);
  const conversations = new ConversationService(database, embedding);
  const importing = new Importing(database, files);
  const allowPrivate = mayReachInside(config);
  const sandbox = openSandbox(allowPrivate);
  const extensions: ExtensionDeps = {
    database,
    sandbox,
    servers: new McpServers({
      database,
      secrets,
      clock,
      commands: config.mcpCommands,
      allowPrivate,
      redirectUrl: `${config.publicUrl ?? `http://${config.host}:${config.port}`}/settings/servers/signed-in`,
    }),
    functions: new Functions(database, sandbox, clock),
    skills: new Skills(database),
    web: new Web({ database, secrets, clock, extractor, allowPrivate }),
  };
  const extensionsFor = (session: Session, principal: UserPrincipal) =>
    extensionsOf(extensions, session, principal);
  const approvals = new Approvals(database, async (principal) => [
    ...chatTools({ files, memory }),
    ...(await database.as(principal, (session) => extensionsFor(session, principal))).tools,
  ]);
  const live = new LiveText();
  const conversationEvents = new ConversationEvents(database, live);
  const canvasEvents = new CanvasEvents(database);
  const preferences = new PreferencesService(database, models);
  const usage = new UsageService(database);
  const settings = new SettingsService({ database, secrets, models, ollamaUrl: config.ollamaUrl });

  const agentDeps: AgentDeps = { database, clock, models, files, memory, preferences };
  const personas = new PersonaService(database, files);
  const turnDeps = {
    ...agentDeps,
    personas,
    extensions: extensionsFor,
  };
  const ahead = new ReadAhead(turnDeps, embedding);

  const registry = new Registry([
    ...authOperations(auth),
    ...settingsOperations(settings),
    ...usageOperations(database, usage),
    ...preferencesOperations(preferences),
    ...extensionsOperations(extensions),
    ...fileOperations(files),
    ...memoryOperations(memory),
    ...projectOperations(projects, projectEvents),
    ...organizationOperations(new OrganizationService(database)),
    ...conversationOperations({
      conversations,
      approvals,
      asking: new Asking(database, live, ahead),
      previewing: new Previewing(turnDeps),
      sharing: new Sharing(database),
      importing,
      events: conversationEvents,
    }),
    ...canvasOperations(new CanvasService(database), new CanvasSharing(database), canvasEvents),
    ...personaOperations(personas),
    ...promptOperations(new PromptService(database, embedding)),
  ]);

  const idempotency = new IdempotencyStore(database, secrets);

  const authenticator = new Authenticator({
    database,
    ...(options.operatorToken ? { operatorToken: options.operatorToken } : {}),
    supabase: { url: config.supabaseUrl, jwtSecret: config.supabaseJwtSecret },
  });

  const createWorker = (concurrency: number): Worker =>
    new Worker(
      {
        name: `${hostname()}:${process.pid}:${newToken(4)}`,
        clock,
        leaseSeconds: config.leaseSeconds,
        listen: (channel, wake) => database.listen(channel, wake),
        onError: (source, error) => log.error({ err: error, source }, 'work failed'),
      },
      [
        new TaskSource(agentDeps, concurrency),
        new AnswerSource(turnDeps, live, ahead, answersAtOnce),
        new FileSource(database, files, extractor),
        new MemorySource({ database, clock, models, memory }),
        new EmbeddingSource(database, embedding),
        new ImportSource({ database, files, tempDir: join(config.dataDir, 'tmp') }),
      ],
    );

  const createHttp = () =>
    createHttpApp({
      registry,
      authenticator,
      files: { files, projects },
      chats: { exporting: new Exporting(database), importing },
      usage,
      openai: {
        completions: new Completions({ database, clock, models, personas }),
        embeddings: new Embeddings(embedding),
        images: new ImageLoader(allowPrivate),
        clock,
      },
      skills: extensions.skills,
      idempotency,
      version,
      host: config.host,
      publicUrl: config.publicUrl,
      secureCookies: config.publicUrl?.startsWith('https:') ?? false,
      trustProxy: config.trustProxy,
      limiter: new RateLimiter(requestsPerMinute),
      ready: () => database.asService('readiness', async () => {}),
      log,
    });

  return {
    config,
    log,
    database,
    registry,
    authenticator,
    auth,
    createWorker,
    createHttp,
    /** Housekeeping that no request waits for: at once and each hour. Returns the way to stop. */
    keepHouse(): () => void {
      const sweep = () =>
        Promise.all([files.sweep(clock.now()), runRetention(database)]).catch((error: unknown) =>
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
      await canvasEvents.start();
    },
    async close(): Promise<void> {
      await extensions.servers.close();
      await sandbox.close();
      await extractor.close();
      await encoder.close();
      await database.close();
    },
  };
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

/** A server that only this machine reaches has people on it who may reach whatever it does. */
function mayReachInside({ privateAddresses, host, publicUrl }: Config): boolean {
  if (privateAddresses !== 'auto') return privateAddresses === 'allow';
  return publicUrl === undefined && ['127.0.0.1', '::1', 'localhost'].includes(host);
}
