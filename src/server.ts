import { serve } from '@hono/node-server';
import type { App } from './app.ts';
import type { Config } from './config/index.ts';
import { type DeployStep, ownDataDir } from './database/index.ts';
import { AppError } from './kernel/errors.ts';
import { openDatabase } from './open-database.ts';

export interface RunningServer {
  app: App;
  url: string;
  /** One-time link that creates the first administrator, while there is none. */
  setupUrl: string | undefined;
  stop(): Promise<void>;
}

/** Starts everything one process does: database, HTTP, workers. */
export async function startServer(
  config: Config,
  onDeploy?: (step: DeployStep) => void,
): Promise<RunningServer> {
  // The embedded database has one owner; with Postgres the folder holds only this server's keys and temporary files.
  const claim = config.databaseUrl ? undefined : ownDataDir(config.dataDir);
  // The database opens in its own thread or process while this one loads the rest of the program.
  const opening = openDatabase(config, onDeploy);
  // Awaited below; what fails before that must not end the process.
  opening.catch(() => {});
  let app: App | undefined;
  try {
    const [{ createApp }, { loadTokenizer }] = await Promise.all([
      import('./app.ts'),
      import('./providers/model/index.ts'),
    ]);
    // While the database still opens: later it would keep the first task or question waiting.
    loadTokenizer();
    const database = await opening;
    app = await createApp(config, {
      database,
      ...(claim ? { operatorToken: claim.owner.token } : {}),
    });
    if (config.initEmail && config.initPassword) await app.auth.init(config.initEmail, config.initPassword);
    await app.follow();
    const server = await listen(app.createHttp().fetch, config);
    const address = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${server.port}`;
    const url = config.publicUrl ?? address;
    claim?.listening(address);
    const worker = config.workers > 0 ? app.createWorker(config.workers) : undefined;
    await worker?.start();
    const stopHousekeeping = app.keepHouse();
    const token = await app.auth.setupToken();
    const running = app;
    return {
      app,
      url,
      setupUrl: token ? `${url}/setup?token=${token}` : undefined,
      async stop() {
        stopHousekeeping();
        await server.close();
        await worker?.stop();
        await running.close();
        claim?.release();
      },
    };
  } catch (error) {
    if (app) await app.close();
    else
      await opening.then(
        (database) => database.close(),
        () => {},
      );
    claim?.release();
    throw error;
  }
}

type Fetch = Parameters<typeof serve>[0]['fetch'];

function listen(fetch: Fetch, config: Config): Promise<{ port: number; close(): Promise<void> }> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch, hostname: config.host, port: config.port }, (info) =>
      resolve({
        port: info.port,
        close: () =>
          new Promise((closed) => {
            server.close(() => closed());
            // Open streams would hold the server; their readers reconnect.
            if ('closeAllConnections' in server) server.closeAllConnections();
          }),
      }),
    );
    server.on('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new AppError('conflict', `Port ${config.port} is in use.`, {
              fix: 'Stop what uses it, or start with --port and another number.',
            })
          : error,
      ),
    );
  });
}
