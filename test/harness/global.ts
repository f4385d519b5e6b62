import { mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Database, deploy, hasImage, imageFolder, imageName, makeImage } from '../../src/database/index.ts';

/**
 * Runs once before all tests: deploys the schemas into one database that every test file copies.
 * Embedded: the image of the build or, where that is of other schema files, one in the temporary folder, named by their
 * content so that a second run starts at once. Postgres (META_AGENT_TEST_DATABASE_URL): a template database.
 */
export default async function setup(): Promise<void> {
  const version = imageName().slice(0, 16);
  const url = process.env.META_AGENT_TEST_DATABASE_URL;
  if (url) await prepareTemplate(url, version);
  else process.env.META_AGENT_TEST_IMAGE = await prepareImage(version);
}

async function prepareImage(version: string): Promise<string> {
  if (hasImage()) return imageFolder;
  const folder = join(tmpdir(), 'meta-agent-test', version);
  mkdirSync(dirname(folder), { recursive: true });
  if (!hasImage(folder)) await makeImage(() => {}, folder);
  return folder;
}

async function prepareTemplate(url: string, version: string): Promise<void> {
  const name = `meta_agent_template_${version}`;
  process.env.META_AGENT_TEST_TEMPLATE = name;
  const admin = await Database.open({ url });
  try {
    const exists = await admin.withOwner(async (client) => {
      const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name]);
      if (!rowCount) await client.query(`create database ${name}`);
      return Boolean(rowCount);
    });
    if (exists) return;
  } finally {
    await admin.close();
  }
  const target = new URL(url);
  target.pathname = `/${name}`;
  const database = await Database.open({ url: target.href });
  try {
    await deploy(database);
  } finally {
    await database.close();
  }
}
