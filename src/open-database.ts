import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from './config/index.ts';
import { copyImage, Database, type DeployStep, deploy, isDeployed, schemaFiles } from './database/index.ts';

/** Opens the database and deploys what is missing. Errors: `unavailable`, `unprocessable` naming the file. */
export async function openDatabase(
  config: Config,
  onDeploy: (step: DeployStep) => void = () => {},
): Promise<Database> {
  const dataDir = join(config.dataDir, 'database');
  if (!config.databaseUrl) {
    mkdirSync(config.dataDir, { recursive: true, mode: 0o700 });
    if (copyImage(dataDir))
      for (const { file } of schemaFiles()) onDeploy({ file, status: 'copied', duration_ms: 0 });
  }
  const common = { poolSize: config.poolSize, statementTimeoutMs: config.statementTimeoutMs };
  const database = await Database.open(
    config.databaseUrl ? { ...common, url: config.databaseUrl } : { ...common, dataDir },
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
