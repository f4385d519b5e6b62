import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '../kernel/ids.ts';
import { packageRoot } from '../kernel/package.ts';
import { Database } from './database.ts';
import { type DeployStep, deploy, schemaFiles } from './deploy.ts';

/**
 * The image: an embedded database without rows of anybody, deployed by the build. A new data folder begins as a copy of
 * it, because making and deploying one takes twelve seconds and copying it one.
 */
export const imageFolder = join(packageRoot, 'dist', 'database-image');

/** What an image of the schema files of now is called. */
export const imageName = (): string =>
  sha256(
    schemaFiles()
      .map(({ checksum }) => checksum)
      .join(),
  );
const nameOf = (folder: string): string | null =>
  existsSync(join(folder, 'name')) ? readFileSync(join(folder, 'name'), 'utf8') : null;

/** Makes the image, in place of the one there is. */
export async function makeImage(onStep: (step: DeployStep) => void, folder = imageFolder): Promise<void> {
  const part = `${folder}.${process.pid}`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true });
  const database = await Database.open({ dataDir: join(part, 'database') });
  try {
    await deploy(database, onStep);
  } finally {
    await database.close();
  }
  writeFileSync(join(part, 'name'), imageName());
  rmSync(folder, { recursive: true, force: true });
  renameSync(part, folder);
}

/** Whether there is an image of the schema files of now. */
export const hasImage = (folder = imageFolder): boolean => nameOf(folder) === imageName();

/** Lets a database that does not exist begin as the image. False when it exists, or when there is no image for it. */
export function copyImage(dataDir: string, folder = imageFolder): boolean {
  if (existsSync(dataDir) || !hasImage(folder)) return false;
  const part = `${dataDir}.part`;
  rmSync(part, { recursive: true, force: true });
  cpSync(join(folder, 'database'), part, { recursive: true });
  renameSync(part, dataDir);
  return true;
}
