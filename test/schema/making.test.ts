import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database, UserPrincipal } from '../../src/database/index.ts';
import { createTestUser, openTestDatabase, type TestDatabase } from '../harness/database.ts';
import { asService, asUser } from './support.ts';

let opened: TestDatabase;
let database: Database;
let admin: UserPrincipal;
let user: UserPrincipal;
let stranger: UserPrincipal;

beforeAll(async () => {
  opened = await openTestDatabase();
  database = opened.database;
  admin = await createTestUser(database);
  user = await createTestUser(database);
  stranger = await createTestUser(database);
});
afterAll(() => opened.close());

const insert = async (
  who: UserPrincipal,
  statement: ReturnType<typeof sql<{ id: string }>>,
): Promise<string> => {
  const [row] = await asUser(database, who, statement);
  return row?.id ?? '';
};

describe('thinking', () => {
  let session: string;
  const nodes: Record<string, string> = {};
  const node = async (name: string, parent: string | null, confidence: number, status = 'completed') => {
    nodes[name] = await insert(
      user,
      sql<{ id: string }>`insert into thought_nodes (session_id, parent_id, content, type, confidence, status)
        values (${session}, ${parent === null ? null : (nodes[parent] ?? null)}, ${name}, 'analysis', ${confidence}, ${status}) returning id`,
    );
  };
  beforeAll(async () => {
    session = await insert(
      user,
      sql<{ id: string }>`insert into thinking_sessions (query) values ('Why?') returning id`,
    );
    // Two branches below one root: one good, one poor, and a good one that was given up.
    await node('root', null, 90);
    await node('good', 'root', 90);
    await node('better', 'good', 95);
    await node('best', 'better', 99);
    await node('poor', 'root', 20);
    await node('poorer', 'poor', 20);
    await node('poorest', 'poorer', 20);
    await node('given up', 'better', 99, 'abandoned');
  });

  test('the first node is the root, and depth is counted', async () => {
    expect(
      await asUser(
        database,
        user,
        sql`select root_node_id, current_node_id from thinking_sessions where id = ${session}`,
      ),
    ).toEqual([{ root_node_id: nodes.root, current_node_id: nodes.root }]);
    expect(await asUser(database, user, sql`select depth from thought_nodes where content = 'best'`)).toEqual(
      [{ depth: 3 }],
    );
  });

  test('a path leads from the root to the node, a subtree to all below it', async () => {
    const path = await asUser(
      database,
      user,
      sql<{ content: string }>`select content from get_thinking_path(${nodes.best})`,
    );
    expect(path.map(({ content }) => content)).toEqual(['root', 'good', 'better', 'best']);
    const tree = await asUser(
      database,
      user,
      sql<{
        content: string;
        n: number;
      }>`select content, jsonb_array_length(children) as n from get_thinking_subtree(${nodes.good})`,
    );
    expect(tree.map(({ content, n }) => `${content} ${n}`)).toEqual([
      'good 1',
      'better 2',
      'best 0',
      'given up 0',
    ]);
    expect(await asUser(database, stranger, sql`select * from get_thinking_subtree(${nodes.root})`)).toEqual(
      [],
    );
  });

  test('branches are judged one by one, without what was given up', async () => {
    const branches = () =>
      asUser(
        database,
        user,
        sql`select node_id, path_text, avg_confidence::float8 as average, max_depth from find_high_confidence_branches(${session}, 80, 3)`,
      );
    expect(await branches()).toEqual([
      { node_id: nodes.best, path_text: 'root -> good -> better -> best', average: 93.5, max_depth: 3 },
    ]);
  });

  test('the statistics count every node once', async () => {
    await asUser(
      database,
      user,
      sql`insert into bookmarked_thoughts (session_id, node_id) values (${session}, ${nodes.best})`,
    );
    const [stats] = await asUser(
      database,
      user,
      sql<{ s: unknown }>`select calculate_session_stats(${session}) as s`,
    );
    expect(stats?.s).toEqual({
      totalNodes: 8,
      maxDepth: 3,
      avgConfidence: 66.63,
      nodesByType: { analysis: 8 },
      nodesByStatus: { completed: 7, abandoned: 1 },
      highConfidenceNodes: 5,
      lowConfidenceNodes: 3,
      bookmarkedNodes: 1,
    });
  });

  test('a node keeps its place, and a parent of another session is refused', async () => {
    await asUser(
      database,
      user,
      sql`update thought_nodes set parent_id = ${nodes.best} where id = ${nodes.poor}`,
    );
    expect(
      await asUser(database, user, sql`select parent_id from thought_nodes where id = ${nodes.poor}`),
    ).toEqual([{ parent_id: nodes.root }]);
    const other = await insert(
      user,
      sql<{ id: string }>`insert into thinking_sessions (query) values ('Else?') returning id`,
    );
    await expect(
      asUser(
        database,
        user,
        sql`insert into thought_nodes (session_id, parent_id, content, type, confidence)
        values (${other}, ${nodes.root}, 'x', 'analysis', 1)`,
      ),
    ).rejects.toThrow('does not exist');
    await expect(
      asUser(
        database,
        stranger,
        sql`insert into bookmarked_thoughts (session_id, node_id) values (${session}, ${nodes.best})`,
      ),
    ).rejects.toThrow('does not exist');
  });

  test('deleting a node takes its branch; the templates have their steps', async () => {
    await asUser(database, user, sql`delete from thought_nodes where id = ${nodes.poor}`);
    expect(await asUser(database, user, sql`select count(*)::int as n from thought_nodes`)).toEqual([
      { n: 5 },
    ]);
    const templates = await asUser(
      database,
      stranger,
      sql<{
        id: string;
        steps: string;
      }>`select id, (select string_agg(s ->> 'type' || (s ->> 'minConfidence'), ' ' order by (s ->> 'order')::int)
        from jsonb_array_elements(steps) s) as steps from thinking_templates where is_system order by id`,
    );
    expect(templates.map(({ id }) => id)).toEqual([
      'code-review',
      'creative',
      'debugging',
      'decision-making',
      'problem-solving',
      'research',
    ]);
    expect(templates[2]?.steps).toBe(
      'observation80 analysis70 hypothesis65 evidence75 conclusion80 critique85',
    );
    await expect(
      asUser(
        database,
        user,
        sql`insert into thinking_templates (user_id, name, steps) values (null, 'Mine', '[]')`,
      ),
    ).rejects.toMatchObject({ code: 'forbidden' });
    expect(
      await asUser(
        database,
        admin,
        sql`update thinking_templates set category = category where id = 'research' returning id`,
      ),
    ).toHaveLength(1);
    expect(
      await asUser(database, user, sql`delete from thinking_templates where is_system returning id`),
    ).toEqual([]);
  });
});

describe('research', () => {
  test('credibility is scored, counters follow, and facts point to sources of their own research', async () => {
    const id = await insert(
      user,
      sql<{ id: string }>`insert into research_sessions (query) values ('Tea') returning id`,
    );
    const source = await insert(
      user,
      sql<{
        id: string;
      }>`insert into research_sources (session_id, url, title, provider, authority_score, recency_score, bias_score, is_used)
        values (${id}, 'https://example.org/tea', 'Tea', 'files', 1, 0.5, 0.2, true) returning id`,
    );
    const fact = await insert(
      user,
      sql<{ id: string }>`insert into research_facts (session_id, statement, verification_status)
      values (${id}, 'Tea is a drink', 'verified') returning id`,
    );
    const second = await insert(
      user,
      sql<{
        id: string;
      }>`insert into research_facts (session_id, statement) values (${id}, 'Tea is food') returning id`,
    );
    await asUser(
      database,
      user,
      sql`insert into fact_sources (fact_id, source_id, quote) values (${fact}, ${source}, 'a drink')`,
    );
    await asUser(
      database,
      user,
      sql`insert into fact_contradictions (session_id, fact_id_1, fact_id_2) values (${id}, ${fact}, ${second})`,
    );
    await expect(
      asUser(
        database,
        user,
        sql`insert into fact_contradictions (session_id, fact_id_1, fact_id_2) values (${id}, ${second}, ${fact})`,
      ),
    ).rejects.toMatchObject({ code: 'conflict' });
    const [summary] = await asUser(
      database,
      user,
      sql<{
        top_sources: { credibility: number }[];
      }>`select total_sources, verified_facts, contradictions, top_sources from get_research_summary(${id})`,
    );
    expect(summary).toMatchObject({ total_sources: 1, verified_facts: 1, contradictions: 1 });
    expect(summary?.top_sources[0]?.credibility).toBeCloseTo(0.79);
    expect(
      await asUser(
        database,
        user,
        sql`select sources_searched, sources_used, facts_extracted, contradictions_found from research_sessions where id = ${id}`,
      ),
    ).toEqual([{ sources_searched: 1, sources_used: 1, facts_extracted: 2, contradictions_found: 1 }]);
    expect(
      await asUser(database, user, sql`select verification_count from research_facts where id = ${fact}`),
    ).toEqual([{ verification_count: 1 }]);
    const other = await insert(
      user,
      sql<{ id: string }>`insert into research_sessions (query) values ('Coffee') returning id`,
    );
    const foreign = await insert(
      user,
      sql<{
        id: string;
      }>`insert into research_facts (session_id, statement) values (${other}, 'x') returning id`,
    );
    await expect(
      asUser(
        database,
        user,
        sql`insert into fact_sources (fact_id, source_id) values (${foreign}, ${source})`,
      ),
    ).rejects.toThrow('does not exist');
    await asUser(database, user, sql`delete from research_sessions where id = ${id}`);
    expect(await asService(database, sql`select from research_facts where session_id = ${id}`)).toEqual([]);
    expect(await asUser(database, stranger, sql`select * from get_research_summary(${other})`)).toEqual([]);
  });
});

describe('pictures and films', () => {
  test('a finished picture counts once, in its day; a template counts its use', async () => {
    const template = await insert(
      user,
      sql<{
        id: string;
      }>`insert into prompt_templates (name, prompt_template) values ('Cat', 'a {x}') returning id`,
    );
    const image = await insert(
      user,
      sql<{ id: string }>`insert into generated_images (prompt, provider, model, size, template_id)
        values ('a cat', 'builtin', 'm', '64x64', ${template}) returning id`,
    );
    for (const status of ['generating', 'completed', 'completed'])
      await asService(
        database,
        sql`update generated_images set status = ${status}, cost_usd = 0.04, generation_time_ms = 100 where id = ${image}`,
      );
    expect(
      await asUser(
        database,
        user,
        sql`select total_generations, successful_generations, total_cost_usd::float8 as cost, avg_generation_time_ms from image_generation_stats`,
      ),
    ).toEqual([{ total_generations: 1, successful_generations: 1, cost: 0.04, avg_generation_time_ms: 100 }]);
    expect(await asUser(database, user, sql`select usage_count from prompt_templates`)).toEqual([
      { usage_count: 1 },
    ]);
    expect(
      await asUser(database, user, sql`select completed_images::int as n from user_generation_summary`),
    ).toEqual([{ n: 1 }]);
    expect(await asUser(database, stranger, sql`select * from recent_generations`)).toEqual([]);
    expect(await asUser(database, stranger, sql`select * from provider_performance`)).toEqual([]);
  });

  test("a public album shows its pictures, and cannot hold another's", async () => {
    const [image] = await asUser(database, user, sql<{ id: string }>`select id from generated_images`);
    const theirs = await insert(
      stranger,
      sql<{
        id: string;
      }>`insert into image_collections (name, is_public) values ('Stolen', true) returning id`,
    );
    await expect(
      asUser(
        database,
        stranger,
        sql`insert into collection_images (collection_id, image_id) values (${theirs}, ${image?.id ?? ''})`,
      ),
    ).rejects.toThrow('does not exist');
    const album = await insert(
      user,
      sql<{ id: string }>`insert into image_collections (name) values ('Cats') returning id`,
    );
    await asUser(
      database,
      user,
      sql`insert into collection_images (collection_id, image_id) values (${album}, ${image?.id ?? ''})`,
    );
    const seen = async () => (await asUser(database, stranger, sql`select id from generated_images`)).length;
    expect(await seen()).toBe(0);
    await asUser(database, user, sql`update image_collections set is_public = true`);
    expect(await seen()).toBe(1);
    await asUser(database, stranger, sql`insert into image_favorites (image_id) values (${image?.id ?? ''})`);
    await asUser(database, user, sql`delete from collection_images`);
    expect(await seen()).toBe(0);
    await expect(
      asUser(database, user, sql`update generated_images set is_public = true`),
    ).rejects.toMatchObject({ code: 'forbidden' });

    // Two albums closed at once, and one closed while it gains a picture, leave nothing open.
    const second = await insert(
      user,
      sql<{ id: string }>`insert into image_collections (name) values ('More cats') returning id`,
    );
    const both = (isPublic: boolean) =>
      [album, second].map((id) =>
        asUser(database, user, sql`update image_collections set is_public = ${isPublic} where id = ${id}`),
      );
    const collect = (id: string) =>
      asUser(
        database,
        user,
        sql`insert into collection_images (collection_id, image_id) values (${id}, ${image?.id ?? ''})`,
      );
    for (let times = 0; times < 20; times++) {
      await Promise.all([collect(album), ...both(true)]);
      await collect(second);
      expect(await seen()).toBe(1);
      await Promise.all(both(false));
      expect(await seen()).toBe(0);
      await asUser(database, user, sql`delete from collection_images`);
      await Promise.all(both(true));
      await Promise.all([collect(album), ...both(false)]);
      expect(await seen()).toBe(0);
      await asUser(database, user, sql`delete from collection_images`);
    }
  });

  test('a film goes through the queue, in order of priority, and its status follows', async () => {
    const film = (prompt: string) =>
      insert(
        user,
        sql<{
          id: string;
        }>`insert into generated_videos (prompt, provider, duration_seconds) values (${prompt}, 'x', 5) returning id`,
      );
    const low = await film('low');
    const high = await film('high');
    await asUser(
      database,
      user,
      sql`update video_generation_queue set priority = 9 where video_id = ${high}`,
    );
    const [job] = await asService(database, sql<{ id: string }>`select * from claim_work('videos', 'w')`);
    const status = async (id: string) =>
      (await asUser(database, user, sql`select status, progress from generated_videos where id = ${id}`))[0];
    expect(await status(high)).toEqual({ status: 'processing', progress: 0 });
    await asService(database, sql`select release_work('videos', ${job?.id ?? ''}, 'w', 1, 'completed')`);
    expect(await status(high)).toEqual({ status: 'completed', progress: 100 });
    await asUser(database, user, sql`update generated_videos set status = 'cancelled' where id = ${low}`);
    expect(await asService(database, sql`select * from claim_work('videos', 'w')`)).toEqual([]);
    await asUser(database, user, sql`select track_video_event(${high}, 'view')`);
    await expect(asUser(database, stranger, sql`select track_video_event(${high}, 'view')`)).rejects.toThrow(
      'does not exist',
    );
    await asUser(database, user, sql`insert into video_favorites (video_id) values (${high})`);
    expect(await asUser(database, user, sql`select * from get_video_stats(${high})`)).toEqual([
      { total_views: 1, total_downloads: 0, total_shares: 0, is_favorited: true },
    ]);
    for (const [ok, seconds] of [
      [true, 10],
      [true, 20],
      [false, 99],
    ] as const)
      await asService(database, sql`select update_provider_performance('x', null, ${ok}, ${seconds}, 0.3)`);
    expect(
      await asUser(
        database,
        user,
        sql`select total_requests, successful_requests, avg_generation_time_seconds::float8 as t, total_cost::float8 as c from video_provider_performance`,
      ),
    ).toEqual([{ total_requests: 3, successful_requests: 2, t: 15, c: 0.9 }]);
  });
});

describe('personas', () => {
  test('private, unlisted and public; talks are counted and stay private', async () => {
    const persona = await insert(
      user,
      sql<{
        id: string;
      }>`insert into personas (name, slug, description, system_prompt, category) values ('Tutor', 'tutor', 'Teaches physics', 'p', 'education') returning id`,
    );
    const get = () => asUser(database, stranger, sql`select id from get_persona('tutor')`);
    const list = () =>
      asUser(database, stranger, sql`select slug, likes_count from search_personas('physics')`);
    const talk = () =>
      asUser(
        database,
        stranger,
        sql<{ id: string }>`insert into persona_conversations (persona_id) values (${persona}) returning id`,
      );
    expect(await get()).toEqual([]);
    await expect(talk()).rejects.toThrow('does not exist');
    await asUser(database, user, sql`update personas set visibility = 'unlisted'`);
    expect([await get(), await list()]).toEqual([[{ id: persona }], []]);
    await asUser(database, user, sql`update personas set visibility = 'public', system_prompt = 'q'`);
    const [conversation] = await talk();
    await asUser(
      database,
      stranger,
      sql`insert into persona_messages (conversation_id, role, content) values (${conversation?.id ?? ''}, 'user', 'Hi')`,
    );
    await asUser(database, stranger, sql`insert into persona_likes (persona_id) values (${persona})`);
    expect(await list()).toEqual([{ slug: 'tutor', likes_count: 1 }]);
    expect(
      await asUser(database, user, sql`select slug, recent_conversations from get_trending_personas()`),
    ).toEqual([{ slug: 'tutor', recent_conversations: 1 }]);
    expect(await asUser(database, user, sql`select * from get_persona_categories()`)).toEqual([
      { category: 'education', count: 1 },
    ]);
    expect(await asUser(database, user, sql`select * from persona_messages`)).toEqual([]);
    expect(
      await asUser(
        database,
        user,
        sql`select conversations_count, messages_count, version from persona_stats join personas on id = persona_id`,
      ),
    ).toEqual([{ conversations_count: 1, messages_count: 1, version: 2 }]);
    await asUser(database, stranger, sql`delete from persona_conversations`);
    expect(
      await asUser(database, user, sql`select conversations_count, messages_count from persona_stats`),
    ).toEqual([{ conversations_count: 0, messages_count: 0 }]);
  });
});

test('a voice session counts its turns, ends with its duration, and does not come back', async () => {
  const id = await insert(
    user,
    sql<{
      id: string;
    }>`insert into voice_sessions (status, started_at) values ('active', now() - interval '90 seconds') returning id`,
  );
  await asUser(
    database,
    user,
    sql`insert into voice_transcripts (session_id, role, text, duration_ms, confidence, was_interrupted)
    values (${id}, 'user', 'Hello', 800, 0.9, false), (${id}, 'assistant', 'Good mor', 400, null, true)`,
  );
  await asUser(database, user, sql`update voice_sessions set status = 'ended' where id = ${id}`);
  expect(
    await asUser(
      database,
      user,
      sql`select total_turns, user_speak_time_ms, ai_speak_time_ms, interruptions_count, duration_seconds from voice_sessions`,
    ),
  ).toEqual([
    {
      total_turns: 2,
      user_speak_time_ms: 800,
      ai_speak_time_ms: 400,
      interruptions_count: 1,
      duration_seconds: 90,
    },
  ]);
  await expect(asUser(database, user, sql`update voice_sessions set status = 'active'`)).rejects.toThrow(
    'cannot go on',
  );
  await asUser(
    database,
    user,
    sql`insert into voice_sessions (status, last_heartbeat_at) values ('active', now() - interval '1 hour')`,
  );
  expect(await asService(database, sql`select end_stale_voice_sessions() as n`)).toEqual([{ n: 1 }]);
});

test('a Google connection hides its tokens, counts its actions, and takes its caches along', async () => {
  await asService(
    database,
    sql`insert into google_oauth_tokens (user_id, access_token_encrypted, expires_at) values (${user.user_id}, 'x', now())`,
  );
  await asService(
    database,
    sql`insert into google_email_cache (user_id, email_id, subject) values (${user.user_id}, '1', 'Hi')`,
  );
  await asService(
    database,
    sql`insert into google_workspace_actions (user_id, service, action) values (${user.user_id}, 'gmail', 'email_sent'), (${user.user_id}, 'gmail', 'email_read')`,
  );
  expect(
    await asUser(
      database,
      user,
      sql`select emails_sent, emails_read, api_calls from google_workspace_analytics`,
    ),
  ).toEqual([{ emails_sent: 1, emails_read: 1, api_calls: 2 }]);
  await expect(
    asUser(database, user, sql`select access_token_encrypted from google_oauth_tokens`),
  ).rejects.toMatchObject({ code: 'forbidden' });
  expect(await asUser(database, admin, sql`select * from google_email_cache`)).toEqual([]);
  await asUser(database, user, sql`delete from google_oauth_tokens`);
  expect(await asService(database, sql`select * from google_email_cache`)).toEqual([]);
});
