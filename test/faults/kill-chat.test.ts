import { afterAll, beforeAll, expect, test } from 'vitest';
import { ScriptedModel } from '../harness/model.ts';
import { openTestServer, type TestServer } from '../harness/server.ts';
import { until } from '../harness/until.ts';

// SIGKILL at random moments while answers stream. No message is lost, doubled, or half written without being taken up.
const kills = Number(process.env.KILLS ?? 5);
const words = Array.from({ length: 60 }, (_, index) => `word${index} `);
const whole = words.join('');

let server: TestServer;
let model: ScriptedModel;
beforeAll(async () => {
  model = await ScriptedModel.start(({ role, messages }) => {
    if (role === 'titler') return { text: 'Killed' };
    // Every second question is answered by way of a tool.
    const asked = messages.filter((message) => message.role === 'user').length;
    if (asked % 2 === 0 && messages.at(-1)?.role !== 'tool')
      return { tool: 'remember', input: { content: `Fact ${asked}` } };
    return { slowly: words, everyMs: 15 };
  });
  server = await openTestServer({ settings: { META_AGENT_LEASE_SECONDS: '2' } });
  await model.connect({ client: server.client } as Parameters<ScriptedModel['connect']>[0]);
}, 120_000);
afterAll(async () => {
  await server.close();
  await model.close();
});

test(`${kills} kills while answers stream lose and repeat nothing`, { timeout: 1_800_000 }, async () => {
  const { client } = server;
  const chats: { id: string; acknowledged: string[] }[] = [];
  for (let index = 0; index < 3; index++)
    chats.push({ id: (await client.conversations.create({})).id, acknowledged: [] });

  /** Asks in each chat whose answer has ended. A send that meets a dead server is sent again with the same key. */
  const open = new Map<string, { key: string; content: string }>();
  const speak = async (): Promise<void> => {
    for (const { id, acknowledged } of chats) {
      const { messages } = await client.conversations.get({ conversation_id: id });
      if (messages.some(({ status }) => status === 'streaming') && !open.has(id)) continue;
      const say = open.get(id) ?? {
        key: `key-${Math.random()}`,
        content: `Question ${id} ${acknowledged.length}`,
      };
      open.set(id, say);
      await client.conversations.send(
        { conversation_id: id, content: say.content },
        { idempotencyKey: say.key },
      );
      open.delete(id);
      acknowledged.push(say.content);
    }
  };

  for (let kill = 0; kill < kills; kill++) {
    const end = Date.now() + 300 + Math.random() * 1_200;
    while (Date.now() < end) {
      await speak().catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await server.kill();
    await server.start();
  }
  await until(
    async () => {
      if (open.size > 0) await speak().catch(() => {});
      const shown = await Promise.all(
        chats.map(({ id }) => client.conversations.get({ conversation_id: id })),
      );
      return (
        open.size === 0 &&
        shown.every(({ messages }) => messages.every(({ status }) => status === 'complete'))
      );
    },
    'every answer is complete',
    300_000,
  );

  for (const { id, acknowledged } of chats) {
    const { messages } = await client.conversations.get({ conversation_id: id });
    expect(messages.filter(({ role }) => role === 'user').map(({ content }) => content)).toEqual(
      acknowledged,
    );
    const answers = messages.filter(({ role }) => role === 'assistant');
    expect(answers.map(({ content }) => content)).toEqual(acknowledged.map(() => whole));
    // One path: each message follows the one before it.
    const turns = messages.filter(({ role }) => role !== 'tool');
    expect(turns.map(({ parent_message_id }) => parent_message_id)).toEqual([
      null,
      ...turns.slice(0, -1).map((turn) => turn.id),
    ]);
  }
  await server.kill();
  await server.inspect((database) =>
    database.withOwner(async (owner) => {
      const repeated = await owner.query(`
        select parent_message_id, tool_call_id, count(*) from meta_messages where role = 'tool' group by 1, 2 having count(*) > 1`);
      expect(repeated.rows).toEqual([]);
      const facts = await owner.query(
        `select content, count(*) from meta_memory_facts group by 1 having count(*) > 1`,
      );
      expect(facts.rows).toEqual([]);
    }),
  );
});
