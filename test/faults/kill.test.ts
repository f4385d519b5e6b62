import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTestServer, type TestServer } from '../harness/server.ts';
import { until } from '../harness/until.ts';

// SIGKILL at random moments of a run. The run goes on; nothing acknowledged is lost, nothing happens twice.
const kills = 20;
const document = readFileSync(new URL('../fixtures/DATABASE_SCHEMA.md', import.meta.url), 'utf8');
const goals = [
  'List every table that stores a secret or a token, and which schema file defines it',
  'Which functions are defined for scheduled tasks? What are the default roles? Which buckets are public?',
];

let server: TestServer;
const onPostgres = Boolean(process.env.META_AGENT_TEST_DATABASE_URL);
beforeAll(async () => {
  server = await openTestServer({
    settings: { META_AGENT_LEASE_SECONDS: '2', ...(onPostgres ? { META_AGENT_WORKERS: '0' } : {}) },
  });
}, 120_000);
afterAll(() => server.close());

test(`${kills} kills during a run lose and repeat nothing`, { timeout: 600_000 }, async () => {
  const { client } = server;
  const projects: string[] = [];
  for (const goal of goals) {
    const { id } = await client.projects.create({ name: goal.slice(0, 40), goal });
    projects.push(id);
    const response = await fetch(`${server.url}/api/files?file_name=schema.md&project_id=${id}`, {
      method: 'POST',
      body: document,
      headers: { authorization: `Bearer ${server.key}` },
    });
    expect(response.status).toBe(201);
  }
  let workers = onPostgres ? [await server.startWorker(), await server.startWorker()] : [];
  const acknowledged: string[] = [];
  const planned = new Set<string>();
  const started = new Set<string>();

  /** What a person does meanwhile; each step may meet a dead server, and is then simply done again later. */
  const act = async (): Promise<boolean> => {
    for (const project_id of projects) {
      const { tasks } = await client.projects.graph({ project_id });
      if (tasks.length === 0 && !planned.has(project_id)) {
        await client.projects.plan({ project_id });
        planned.add(project_id);
      } else if (tasks.length > 1 && tasks[0]?.status === 'done' && !started.has(project_id)) {
        await client.projects.start({ project_id });
        started.add(project_id);
      }
    }
    const text = `note ${acknowledged.length} ${Math.random()}`;
    await client.projects.createDecision({ project_id: projects[0] ?? '', decision_text: text });
    acknowledged.push(text);
    const states = await Promise.all(projects.map((project_id) => client.projects.get({ project_id })));
    return states.every((project) => project.status === 'completed');
  };

  /** What the agents have kept so far: their steps, and tasks that ended. */
  const kept = async (): Promise<number> => {
    let count = 0;
    for (const project_id of projects)
      for (const { id, status } of (await client.projects.graph({ project_id })).tasks)
        count +=
          (await client.projects.listSteps({ id, limit: 200 })).items.length + Number(status === 'done');
    return count;
  };

  let done = false;
  for (let kill = 0; kill < kills; kill++) {
    const before = await kept().catch(() => 0);
    const end = Date.now() + 100 + Math.random() * 1_200;
    // Every second life lasts until something is kept, however slow the machine: a task is given up when it loses
    // twenty workers without one step between them.
    const mustKeep = kill % 2 === 1;
    const latest = end + 60_000;
    for (let moved = !mustKeep; Date.now() < end || (!moved && !done && Date.now() < latest); ) {
      done = (await act().catch(() => false)) || done;
      moved ||= (await kept().catch(() => before)) > before;
    }
    if (onPostgres) {
      const victim = Math.floor(Math.random() * 3);
      if (victim === 2) {
        await server.kill();
        await server.start();
      } else {
        workers[victim]?.kill('SIGKILL');
        const fresh = await server.startWorker();
        workers = workers.map((worker, index) => (index === victim ? fresh : worker));
      }
    } else {
      await server.kill();
      await server.start();
    }
  }
  let trouble: unknown;
  await until(
    async () => {
      // Below the requests a minute that a key allows.
      await new Promise((resolve) => setTimeout(resolve, 500));
      return (
        done ||
        act().catch((error: unknown) => {
          trouble = error;
          return false;
        })
      );
    },
    'both projects are completed',
    180_000,
  ).catch(async (error: unknown) => {
    const graphs = await Promise.all(projects.map((project_id) => client.projects.graph({ project_id })));
    const stand = graphs.map(({ tasks }) => tasks.map(({ status, last_error }) => [status, last_error]));
    throw new Error(`${String(error)}, last ${String(trouble)}: ${JSON.stringify(stand)}`);
  });

  for (const project_id of projects) {
    const { tasks } = await client.projects.graph({ project_id });
    expect(tasks.map((task) => task.status)).toEqual(tasks.map(() => 'done'));
    const { items } = await client.projects.listArtifacts({ project_id, limit: 200 });
    // One version each: a second would be a tool effect that happened twice.
    expect(items.map((artifact) => `${artifact.task_id} v${artifact.version}`).sort()).toEqual(
      [...new Set(items.map((artifact) => artifact.task_id))].map((id) => `${id} v1`).sort(),
    );
    expect(items.some((artifact) => artifact.status === 'promoted')).toBe(true);
  }
  const { items: decisions } = await client.projects.listDecisions({
    project_id: projects[0] ?? '',
    limit: 200,
  });
  const texts = decisions.map((decision) => decision.decision_text);
  for (const text of acknowledged) expect(texts.filter((other) => other === text)).toHaveLength(1);

  await server.kill();
  await server.inspect((database) =>
    database.withOwner(async (owner) => {
      const repeated = await owner.query(`
        select conversation_id, metadata ->> 'phase', tool_call_id, count(*) from meta_messages
        where role = 'tool' group by 1, 2, 3 having count(*) > 1`);
      expect(repeated.rows).toEqual([]);
      const halves = await owner.query(`select id from meta_messages where status = 'streaming'`);
      expect(halves.rows).toEqual([]);
      const doubled = await owner.query(`
        select task_id, decision_text, count(*) from meta_decisions
        where made_by_agent is not null group by 1, 2 having count(*) > 1`);
      expect(doubled.rows).toEqual([]);
      const plans = await owner.query(`
        select project_id, title, count(*) from meta_tasks group by 1, 2 having count(*) > 1`);
      expect(plans.rows).toEqual([]);
      const running = await owner.query(`select id from meta_task_runs where status = 'running'`);
      expect(running.rows).toEqual([]);
    }),
  );
});
