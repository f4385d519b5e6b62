import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database, UserPrincipal } from '../../src/database/index.ts';
import { createTestUser, openTestDatabase, type TestDatabase } from '../harness/database.ts';
import { asService, asUser, createProject, withAgent } from './support.ts';

let opened: TestDatabase;
let database: Database;
let admin: UserPrincipal;
let maker: UserPrincipal;
let other: UserPrincipal;

beforeAll(async () => {
  opened = await openTestDatabase();
  database = opened.database;
  admin = await createTestUser(database);
  maker = await createTestUser(database);
  other = await createTestUser(database);
});
afterAll(() => opened.close());

const insert = async (
  who: UserPrincipal,
  statement: ReturnType<typeof sql<{ id: string }>>,
): Promise<string> => {
  const [row] = await asUser(database, who, statement);
  return row?.id ?? '';
};

describe('settings', () => {
  test('four presets for everybody, and a history without secrets to go back by', async () => {
    const presets = await asUser(
      database,
      maker,
      sql`select name, (model_parameters ->> 'temperature')::float8 as t, reasoning_config ->> 'thinking_budget' as b from parameter_presets order by name`,
    );
    expect(presets).toEqual([
      { name: 'Balanced', t: 0.7, b: '10000' },
      { name: 'Creative', t: 1.2, b: '8000' },
      { name: 'Maximum Reasoning', t: 0.5, b: '50000' },
      { name: 'Precise', t: 0.3, b: '15000' },
    ]);
    await asUser(
      database,
      maker,
      sql`insert into mcp_configs (server_id, server_name, secrets_encrypted) values ('github', 'GitHub', 'ciphertext')`,
    );
    await asUser(database, maker, sql`update mcp_configs set enabled = true`);
    await asService(
      database,
      sql`update mcp_configs set health_status = 'healthy', last_health_check = now()`,
    );
    const history = await asUser(
      database,
      maker,
      sql<{
        action: string;
        new_value: Record<string, unknown>;
      }>`select action, new_value from settings_history order by changed_at`,
    );
    expect(history.map(({ action }) => action)).toEqual(['create', 'update']);
    expect(JSON.stringify(history)).not.toContain('ciphertext');
    expect(await asUser(database, other, sql`select * from settings_history`)).toEqual([]);
    await expect(
      asUser(database, maker, sql`update mcp_configs set config = '{"api_key": "x"}'`),
    ).rejects.toMatchObject({ code: 'invalid_input' });
    await expect(
      asUser(database, withAgent(maker), sql`update mcp_configs set enabled = false`),
    ).rejects.toMatchObject({ code: 'forbidden' });
  });
});

describe('marketplace and ratings', () => {
  let listing: string;
  const seen = () =>
    asUser(
      database,
      other,
      sql`select title, install_count, rating_count, rating_average::float8 as average from search_marketplace('summaries')`,
    );
  beforeAll(async () => {
    const skill = await insert(
      maker,
      sql<{
        id: string;
      }>`insert into skills (name, slug, description, implementation) values ('Summarise', 'summarise', 'd', '{"type": "prompt", "prompt": "v1"}') returning id`,
    );
    listing = await insert(
      maker,
      sql<{
        id: string;
      }>`insert into marketplace_listings (kind, item_id, slug, title, summary) values ('skill', ${skill}, 'summarise', 'Summaries', 'Makes summaries') returning id`,
    );
  });
  const install = async () =>
    (await asUser(database, other, sql<{ id: string }>`select install_listing(${listing}) as id`))[0]?.id ??
    '';

  test('a draft is hidden, and is published by publishing alone', async () => {
    expect(await seen()).toEqual([]);
    await expect(install()).rejects.toMatchObject({ code: 'not_found' });
    await expect(
      asUser(database, maker, sql`update marketplace_listings set status = 'published'`),
    ).rejects.toMatchObject({ code: 'forbidden' });
    await expect(
      asUser(database, withAgent(maker), sql`select publish_listing(${listing})`),
    ).rejects.toMatchObject({ code: 'forbidden' });
    await expect(asUser(database, other, sql`select publish_listing(${listing})`)).rejects.toMatchObject({
      code: 'not_found',
    });
    expect(await asUser(database, maker, sql`select publish_listing(${listing}) as v`)).toEqual([{ v: 1 }]);
    expect(await seen()).toMatchObject([{ title: 'Summaries', install_count: 0 }]);
  });

  test('an installed copy is its own, until it is updated', async () => {
    const copy = await install();
    expect(await install()).toBe(copy);
    await asUser(
      database,
      maker,
      sql`update skills set implementation = '{"type": "prompt", "prompt": "v2"}'`,
    );
    const prompt = async (id: string) =>
      (
        await asUser(
          database,
          other,
          sql<{ p: string }>`select implementation ->> 'prompt' as p from skills where id = ${id}`,
        )
      )[0]?.p;
    expect(await prompt(copy)).toBe('v1');
    await asUser(database, maker, sql`select publish_listing(${listing})`);
    expect(await prompt(await install())).toBe('v2');
    expect(await seen()).toMatchObject([{ install_count: 1 }]);
  });

  test('every kind of thing can be published and installed', async () => {
    const workflow = await insert(
      maker,
      sql<{ id: string }>`insert into meta_workflows (name) values ('Flow') returning id`,
    );
    await asUser(
      database,
      maker,
      sql`with s as (insert into meta_workflow_states (workflow_id, name, state_type) values (${workflow}, 'a', 'start'), (${workflow}, 'b', 'end') returning id, name)
      insert into meta_workflow_transitions (workflow_id, from_state_id, to_state_id) select ${workflow}, x.id, y.id from s x, s y where x.name = 'a' and y.name = 'b'`,
    );
    const [config] = await asUser(database, maker, sql<{ id: string }>`select id from mcp_configs`);
    const items: Record<string, string> = {
      workflow,
      mcp_config: config?.id ?? '',
      persona: await insert(
        maker,
        sql<{
          id: string;
        }>`insert into personas (name, slug, description, system_prompt) values ('P', 'p', 'd', 's') returning id`,
      ),
      agent: await insert(
        maker,
        sql<{
          id: string;
        }>`insert into custom_agents (name, slug, yaml_config) values ('A', 'a', 'role: x') returning id`,
      ),
    };
    const tables: Record<string, string> = {
      workflow: 'meta_workflow_transitions',
      mcp_config: 'mcp_configs',
      persona: 'personas',
      agent: 'custom_agents',
    };
    for (const [kind, item] of Object.entries(items)) {
      const id = await insert(
        maker,
        sql<{
          id: string;
        }>`insert into marketplace_listings (kind, item_id, slug, title) values (${kind}, ${item}, ${kind.replace('_', '-')}, ${kind}) returning id`,
      );
      await asUser(database, maker, sql`select publish_listing(${id})`);
      await asUser(database, other, sql`select install_listing(${id})`);
      expect(
        await asUser(database, other, sql`select count(*)::int as n from ${sql.table(tables[kind] ?? '')}`),
        kind,
      ).toEqual([{ n: 1 }]);
    }
    expect(
      JSON.stringify(await asUser(database, other, sql`select payload from marketplace_versions`)),
    ).not.toContain('ciphertext');
    expect(await asUser(database, other, sql`select has_secrets from mcp_configs`)).toEqual([
      { has_secrets: false },
    ]);
  });

  test('one vote a person, not for oneself, and honest averages', async () => {
    const rate = (who: UserPrincipal, rating: number) =>
      asUser(
        database,
        who,
        sql<{
          id: string;
        }>`insert into ratings (target_type, target_id, rating) values ('listing', ${listing}, ${rating})
        on conflict (user_id, target_type, target_id) do update set rating = excluded.rating returning id`,
      );
    await expect(rate(maker, 5)).rejects.toThrow('their own work');
    await rate(other, 1);
    const [vote] = await rate(other, 4);
    await rate(admin, 5);
    expect(await seen()).toMatchObject([{ rating_count: 2, average: 4.5 }]);
    expect(await asUser(database, maker, sql`select histogram from rating_summaries`)).toEqual([
      { histogram: [0, 0, 0, 1, 1] },
    ]);
    expect(await asUser(database, maker, sql`select * from ratings`)).toEqual([]);
    await asUser(
      database,
      other,
      sql`insert into reviews (rating_id, body) values (${vote?.id ?? ''}, 'Good')`,
    );
    await expect(
      asUser(database, maker, sql`insert into reviews (rating_id, body) values (${vote?.id ?? ''}, 'Mine')`),
    ).rejects.toThrow('does not exist');
    await asUser(database, maker, sql`insert into review_votes (review_id) select id from reviews`);
    expect(await asUser(database, maker, sql`select body, helpful_count from reviews`)).toEqual([
      { body: 'Good', helpful_count: 1 },
    ]);
    await expect(rate(other, 6)).rejects.toMatchObject({ code: 'invalid_input' });
    await asUser(database, other, sql`delete from ratings`);
    expect(await seen()).toMatchObject([{ rating_count: 1, average: 5 }]);
  });

  test('administrators remove; what is removed stays with those who have it', async () => {
    await asUser(
      database,
      other,
      sql`insert into reports (target_type, target_id, reason) values ('listing', ${listing}, 'spam')`,
    );
    expect(await asUser(database, maker, sql`select * from reports`)).toEqual([]);
    await asUser(database, admin, sql`update reports set status = 'resolved', resolution = 'removed'`);
    expect(await asUser(database, other, sql`select status, resolved_by from reports`)).toEqual([
      { status: 'resolved', resolved_by: admin.user_id },
    ]);
    await asService(
      database,
      sql`update marketplace_listings set status = 'removed', status_reason = 'spam' where id = ${listing}`,
    );
    await expect(asUser(database, maker, sql`select publish_listing(${listing})`)).rejects.toThrow(
      'removed by an administrator',
    );
    await expect(
      asUser(database, maker, sql`update marketplace_listings set status = 'draft' where id = ${listing}`),
    ).rejects.toMatchObject({ code: 'forbidden' });
    expect(
      (await asUser(database, other, sql`select * from marketplace_installs where listing_id = ${listing}`))
        .length,
    ).toBe(1);
    await asUser(database, maker, sql`delete from marketplace_listings where id = ${listing}`);
    expect(await asService(database, sql`select * from ratings`)).toEqual([]);
    expect(await asService(database, sql`select * from rating_summaries`)).toEqual([]);
  });
});

describe('prompts, leads, machines', () => {
  test('a prompt’s vector of another model, or of a content it had, is kept and comes back with it', async () => {
    const owner = await createTestUser(database);
    const id = await insert(
      owner,
      sql`insert into prompt_library (title, content) values ('Sum up', 'In three lines') returning id`,
    );
    const embed = (vector: string, model: string) =>
      asService(
        database,
        sql`update prompt_library set embedding = ${vector}::extensions.vector, embedding_model = ${model} where id = ${id}`,
      );
    const restored = async (model: string) => {
      await asService(database, sql`select restore_prompt_embeddings(${model}, array[${id}]::uuid[])`);
      const [row] = await asUser(
        database,
        owner,
        sql<{ model: string | null; vector: string | null }>`
          select embedding_model as model, embedding::text as vector from prompt_library where id = ${id}`,
      );
      return row;
    };
    await embed('[1,2]', 'small');
    await embed('[3,4,5]', 'large');
    expect(await restored('small')).toEqual({ model: 'small', vector: '[1,2]' });
    expect(await restored('large')).toEqual({ model: 'large', vector: '[3,4,5]' });
    const write = (content: string) =>
      asUser(database, owner, sql`update prompt_library set content = ${content} where id = ${id}`);
    await write('In two lines');
    // Nothing is kept of this text by any model.
    expect(await restored('large')).toEqual({ model: null, vector: null });
    await write('In three lines');
    expect(await restored('large')).toEqual({ model: 'large', vector: '[3,4,5]' });
    await asUser(database, owner, sql`update prompt_library set title = 'Shorten' where id = ${id}`);
    expect(await restored('large')).toEqual({ model: null, vector: null });
  });

  test('a prompt keeps its versions, is found by words, and is used by those who see it', async () => {
    const id = await insert(
      maker,
      sql<{
        id: string;
      }>`insert into prompt_library (title, content) values ('Translate', 'Translate into {{language}}') returning id`,
    );
    await asUser(
      database,
      maker,
      sql`update prompt_library set content = 'Translate well into {{language}}'`,
    );
    expect(
      await asUser(database, maker, sql`select version, content from prompt_versions order by version`),
    ).toEqual([
      { version: 1, content: 'Translate into {{language}}' },
      { version: 2, content: 'Translate well into {{language}}' },
    ]);
    expect(await asUser(database, maker, sql`select id from search_text('prompts', 'translating')`)).toEqual([
      { id },
    ]);
    expect(await asUser(database, other, sql`select id from search_text('prompts', 'translating')`)).toEqual(
      [],
    );
    await asUser(database, other, sql`select use_prompt(${id})`);
    await asUser(database, maker, sql`update prompt_library set is_public = true`);
    await asUser(database, other, sql`select use_prompt(${id})`);
    expect(await asUser(database, maker, sql`select usage_count from prompt_library`)).toEqual([
      { usage_count: 1 },
    ]);
  });

  test("a visitor's messages are counted until they are read; rows of a project are its members'", async () => {
    const project = await createProject(database, maker);
    await asUser(
      database,
      maker,
      sql`insert into meta_project_members (project_id, user_id, role) values (${project.id}, ${other.user_id}, 'viewer')`,
    );
    const lead = await insert(
      maker,
      sql<{ id: string }>`insert into leads (name, project_id) values ('Ann', ${project.id}) returning id`,
    );
    const chat = await insert(
      maker,
      sql<{
        id: string;
      }>`insert into conversations (lead_id, project_id) values (${lead}, ${project.id}) returning id`,
    );
    await asService(
      database,
      sql`insert into messages (conversation_id, role, content) values (${chat}, 'visitor', 'Hi'), (${chat}, 'visitor', 'Anyone?')`,
    );
    expect(await asUser(database, other, sql`select message_count, unread_count from conversations`)).toEqual(
      [{ message_count: 2, unread_count: 2 }],
    );
    expect((await asUser(database, other, sql`select * from messages`)).length).toBe(2);
    await asUser(database, other, sql`select mark_conversation_read(${chat})`);
    await asUser(
      database,
      maker,
      sql`insert into messages (conversation_id, role, content) values (${chat}, 'person', 'Hello Ann')`,
    );
    expect(
      await asUser(
        database,
        maker,
        sql`select unread_count, last_contact_at is not null as contacted from conversations join leads l on l.id = lead_id`,
      ),
    ).toEqual([{ unread_count: 0, contacted: true }]);
    await asUser(database, maker, sql`update conversations set project_id = null`);
    expect(await asUser(database, other, sql`select * from messages`)).toEqual([]);
  });

  test('machines catch up by the log, without what they did themselves', async () => {
    const [a, b] = await asUser(
      database,
      maker,
      sql<{ id: string }>`insert into machines (name) values ('a'), ('b') returning id`,
    );
    await asUser(
      database,
      maker,
      sql`insert into sync_events (machine_id, entity_type) values (${a?.id ?? ''}, 'one'), (${b?.id ?? ''}, 'two'), (${a?.id ?? ''}, 'three')`,
    );
    const events = (who: UserPrincipal) =>
      asUser(
        database,
        who,
        sql<{ entity_type: string }>`select entity_type from get_sync_events(0, ${b?.id ?? ''})`,
      );
    expect((await events(maker)).map((e) => e.entity_type)).toEqual(['one', 'three']);
    expect(await events(other)).toEqual([]);
    await expect(
      asUser(database, other, sql`insert into local_repos (machine_id, path) values (${a?.id ?? ''}, '/x')`),
    ).rejects.toThrow('does not exist');
    await asUser(database, maker, sql`delete from machines`);
    expect(await asUser(database, maker, sql`select * from sync_events`)).toEqual([]);
  });
});

describe('canvas, notifications, themes, portability', () => {
  test('every text of a canvas is kept and comes back', async () => {
    const id = await insert(
      maker,
      sql<{ id: string }>`insert into canvas_artifacts (title, content) values ('Note', 'one') returning id`,
    );
    await asUser(database, maker, sql`update canvas_artifacts set content = 'two'`);
    expect(await asUser(database, other, sql`select restore_canvas_version(${id}, 1) as v`)).toEqual([
      { v: null },
    ]);
    expect(await asUser(database, maker, sql`select restore_canvas_version(${id}, 1) as v`)).toEqual([
      { v: 3 },
    ]);
    expect(await asUser(database, maker, sql`select content, version from canvas_artifacts`)).toEqual([
      { content: 'one', version: 3 },
    ]);
    await asUser(
      database,
      maker,
      sql`insert into canvas_shares (artifact_id, share_token_hash, expires_at) values (${id}, 'h', now() + interval '1 hour'), (${id}, 'old', now() - interval '1 hour')`,
    );
    const find = (hash: string) =>
      asService(database, sql`select artifact_id from find_canvas_share(${hash})`);
    expect([await find('h'), await find('old')]).toEqual([[{ artifact_id: id }], []]);
  });

  test('a person is told once, by the channels they chose', async () => {
    await asUser(database, maker, sql`insert into notification_preferences (channel) values ('email')`);
    await asUser(
      database,
      maker,
      sql`insert into notification_preferences (kind, channel, enabled) values ('task.done', 'email', false), ('noise', 'in_app', false)`,
    );
    const tell = async (kind: string, key: string) =>
      (
        await asService(
          database,
          sql<{
            id: string | null;
          }>`select notify(${maker.user_id}, ${kind}, 'Title', p_dedupe_key => ${key}) as id`,
        )
      )[0]?.id ?? null;
    expect(await tell('budget.warning', 'k')).not.toBeNull();
    expect(await tell('budget.warning', 'k')).toBeNull();
    expect(await tell('task.done', 'l')).not.toBeNull();
    expect(await tell('noise', 'm')).toBeNull();
    expect(
      await asUser(
        database,
        maker,
        sql`select kind, (select count(*)::int from notification_deliveries d where d.notification_id = n.id) as mails from notifications n order by kind`,
      ),
    ).toEqual([
      { kind: 'budget.warning', mails: 1 },
      { kind: 'task.done', mails: 0 },
    ]);
    expect(await asUser(database, maker, sql`select mark_all_notifications_read() as n`)).toEqual([{ n: 2 }]);
    await expect(
      asUser(database, maker, sql`select notify(${other.user_id}, 'x', 'x')`),
    ).rejects.toMatchObject({ code: 'forbidden' });
  });

  test("the theme is one's own choice, else the organization's, else the system's", async () => {
    const theme = async () =>
      (
        await asUser(
          database,
          other,
          sql<{ tokens: { light: { accent: string } } }>`select tokens from get_theme()`,
        )
      )[0]?.tokens.light.accent;
    expect(await theme()).toBe('#4f46e5');
    const org = await insert(
      maker,
      sql<{ id: string }>`insert into organizations (name) values ('Brand') returning id`,
    );
    await asUser(
      database,
      maker,
      sql`insert into organization_members (org_id, user_id) values (${org}, ${other.user_id})`,
    );
    const brand = await insert(
      maker,
      sql<{
        id: string;
      }>`insert into themes (name, tokens) values ('Brand', '{"light": {"accent": "#00ff00"}}') returning id`,
    );
    await asUser(
      database,
      maker,
      sql`insert into organization_themes (org_id, theme_id) values (${org}, ${brand})`,
    );
    expect(await theme()).toBe('#00ff00');
    await asUser(
      database,
      other,
      sql`insert into user_themes (theme_id) select id from themes where name = 'High contrast'`,
    );
    expect(await theme()).toBe('#0000c8');
  });

  test("an export holds one's own rows without secrets; an import makes nothing twice", async () => {
    const tables = await asService(
      database,
      sql<{ name: string }>`select split_part(table_name, '.', 2) as name from private.access_declarations
        where write_rule is not null and kind <> 'catalog' and table_name like 'public.%'`,
    );
    const rows: unknown[] = [];
    for (const { name } of tables)
      rows.push(...(await asUser(database, maker, sql`select export_rows(${name}) as row`)));
    expect(rows.length).toBeGreaterThan(20);
    expect(JSON.stringify(rows)).not.toContain('ciphertext');
    const seenByAdmin = await asUser(database, admin, sql`select export_rows('prompt_library')`);
    expect(seenByAdmin).toEqual([]);
    await expect(asUser(database, maker, sql`select export_rows('users')`)).rejects.toMatchObject({
      code: 'invalid_input',
    });

    const job = () =>
      insert(
        maker,
        sql<{
          id: string;
        }>`insert into import_jobs (source, storage_path) values ('chatgpt', 'x') returning id`,
      );
    const first = await job();
    await asService(
      database,
      sql`insert into import_items (job_id, kind, external_id, item_id, outcome) values (${first}, 'conversation', '1', ${first}, 'created'), (${first}, 'conversation', '2', null, 'failed')`,
    );
    expect(await asUser(database, maker, sql`select created_count, failed_count from import_jobs`)).toEqual([
      { created_count: 1, failed_count: 1 },
    ]);
    expect(
      await asUser(
        database,
        maker,
        sql`select find_imported(${maker.user_id}, 'chatgpt', 'conversation', '1') as id`,
      ),
    ).toEqual([{ id: first }]);
    const second = await job();
    await expect(
      asService(
        database,
        sql`insert into import_items (job_id, kind, external_id, item_id, outcome) values (${second}, 'conversation', '1', ${second}, 'created')`,
      ),
    ).rejects.toMatchObject({ code: 'conflict' });
  });
});
