import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestApp, type Person, type TestApp } from '../harness/app.ts';
import { plannedProject, runToEnd } from '../harness/project.ts';

// The main job, without a browser: documents and a goal in, finished and cited work out.
let app: TestApp;
let ada: Person;
beforeAll(async () => {
  app = await openTestApp();
  ada = await app.person('ada@example.org');
  await app.work();
});
afterAll(() => app.close());

const goal = 'List every table that stores a secret or a token, and which schema file defines it';
const document = readFileSync(new URL('../fixtures/DATABASE_SCHEMA.md', import.meta.url), 'utf8');

test('a goal and a document become a cited deliverable', { timeout: 120_000 }, async () => {
  const project_id = await plannedProject(ada, goal, { 'DATABASE_SCHEMA.md': document });
  await runToEnd(ada, project_id);

  const { items } = await ada.client.projects.listArtifacts({ project_id });
  const deliverable = items.find((artifact) => artifact.status === 'promoted');
  const artifact = await ada.client.projects.getArtifact({ id: deliverable?.id ?? '' });
  for (const table of ['google_oauth_tokens', 'sessions', 'api_keys', 'oauth_accounts'])
    expect(artifact.content).toContain(table);
  expect(artifact.content).toContain('011_google_workspace_schema.sql');
  expect(artifact.citations.length).toBeGreaterThan(3);
  for (const citation of artifact.citations) {
    const { text } = await ada.client.files.text({
      id: citation.file_id ?? '',
      offset: citation.char_start,
      limit: Math.max(1, citation.char_end - citation.char_start),
    });
    expect(text).toBe(citation.quote);
    expect(document).toContain(citation.quote);
  }
});
