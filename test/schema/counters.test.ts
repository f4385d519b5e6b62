import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestUser, openTestDatabase, type TestDatabase } from '../harness/database.ts';
import { rowOverrides } from './row-values.ts';
import { makeRows, type Values } from './rows.ts';
import { plain } from './worlds.ts';

/**
 * What triggers count stays right when many write at once. Each writer stays in its transaction for a moment after its
 * statement, so that on real Postgres all of them overlap; the embedded database takes them one after another.
 */
const writers = 8;

let opened: TestDatabase;
let rows: Map<string, Values>;
const people: string[] = [];

beforeAll(async () => {
  opened = await openTestDatabase();
  // The first person is the administrator.
  await createTestUser(opened.database);
  const owner = await createTestUser(opened.database);
  for (let i = 0; i < writers; i++) people.push((await createTestUser(opened.database)).user_id);
  rows = await opened.database.withOwner(async (client) => {
    const { rows: projects } = await client.query<{ id: string }>(
      `insert into meta_projects (name, status, owner_id) values ('Counted', 'active', $1) returning id`,
      [owner.user_id],
    );
    const made = await makeRows(
      client,
      { owner: owner.user_id, project: projects[0]?.id ?? '' },
      rowOverrides,
    );
    await client.query(`update skills set visibility = 'public'; update personas set visibility = 'public';
      update marketplace_listings set status = 'published'`);
    return made;
  });
});
afterAll(() => opened.close());

const id = (table: string): unknown => rows.get(table)?.id;
const filled = (text: string): string => text.replace(/{(\w+)}/g, (_, table) => `'${id(table)}'`);

/** Inserts a copy of the row of that table. */
async function copy(client: pg.ClientBase, table: string, changes: Values): Promise<void> {
  const { rows: columns } = await client.query<{ name: string; is_json: boolean }>(
    `select attname as name, atttypid = 'jsonb'::regtype as is_json from pg_attribute where attrelid = $1::regclass
       and attnum > 0 and not attisdropped and attgenerated = '' and attidentity = '' and attname <> 'id'`,
    [`public.${table}`],
  );
  const row: Values = { ...rows.get(table), ...changes };
  const used = columns.filter(({ name }) => row[name] !== null && row[name] !== undefined);
  await client.query(
    `insert into public."${table}" (${used.map(({ name }) => `"${name}"`).join(', ')})
     values (${used.map((_, i) => `$${i + 1}`).join(', ')})`,
    used.map(({ name, is_json }) => (is_json ? JSON.stringify(row[name]) : plain(row[name]))),
  );
}

interface Case {
  /** Rows to copy, or a statement with $1, the number of the writer. */
  write: [table: string, changes?: (n: number) => Values] | string;
  /** The number that is kept, and the same counted anew. */
  kept: string;
  counted: string;
}

const cases: Record<string, Case> = {
  'messages of a conversation': {
    write: ['meta_messages', (n) => ({ content: `${n}`, parent_message_id: null, sequence: null })],
    kept: 'select message_count from meta_conversations where id = {meta_conversations}',
    counted: 'select count(*) from meta_messages where conversation_id = {meta_conversations}',
  },
  'places of messages': {
    write: ['meta_messages', (n) => ({ content: `${n}`, parent_message_id: null, sequence: null })],
    kept: 'select last_sequence from meta_conversations where id = {meta_conversations}',
    counted:
      'select count(distinct sequence) from meta_messages where conversation_id = {meta_conversations}',
  },
  'bytes of a quota': {
    write: ['meta_file_metadata', (n) => ({ file_path: `${id('users')}/${n}.txt`, size_bytes: 10 + n })],
    kept: 'select used_bytes from meta_storage_quotas where user_id = {users}',
    counted: 'select sum(size_bytes) from meta_file_metadata where user_id = {users}',
  },
  'passages of a file': {
    write: ['meta_file_chunks', (n) => ({ ordinal: 100 + n })],
    kept: 'select chunk_count from meta_file_metadata where id = {meta_file_metadata}',
    counted: 'select count(*) from meta_file_chunks where file_metadata_id = {meta_file_metadata}',
  },
  'sources of a research': {
    write: ['research_sources', (n) => ({ url: `https://example.org/${n}` })],
    kept: 'select sources_searched from research_sessions where id = {research_sessions}',
    counted: 'select count(*) from research_sources where session_id = {research_sessions}',
  },
  'facts of a research': {
    write: ['research_facts', (n) => ({ statement: `Fact ${n}` })],
    kept: 'select facts_extracted from research_sessions where id = {research_sessions}',
    counted: 'select count(*) from research_facts where session_id = {research_sessions}',
  },
  'sources of a fact': {
    write: `insert into fact_sources (fact_id, source_id) select {research_facts}, id from research_sources
      where session_id = {research_sessions} order by id offset $1 limit 1 on conflict do nothing`,
    kept: 'select verification_count from research_facts where id = {research_facts}',
    counted: 'select count(*) from fact_sources where fact_id = {research_facts}',
  },
  'images of a day': {
    write: ['generated_images', () => ({ status: 'completed' })],
    kept: 'select coalesce(sum(total_generations), 0) from image_generation_stats where user_id = {users}',
    counted: `select count(*) from generated_images where user_id = {users} and status = 'completed'`,
  },
  'turns of a voice session': {
    write: ['voice_transcripts'],
    kept: 'select total_turns from voice_sessions where id = {voice_sessions}',
    counted: 'select count(*) from voice_transcripts where session_id = {voice_sessions}',
  },
  'actions of a browser': {
    write: ['computer_actions'],
    kept: 'select total_actions from computer_session_analytics where session_id = {computer_sessions}',
    counted: 'select count(*) from computer_actions where session_id = {computer_sessions}',
  },
  'replays of a workflow': {
    write: ['workflow_executions'],
    kept: 'select execution_count from saved_workflows where id = {saved_workflows}',
    counted: 'select count(*) from workflow_executions where workflow_id = {saved_workflows}',
  },
  'likes of a persona': {
    write: ['persona_likes', (n) => ({ user_id: people[n] })],
    kept: 'select likes_count from persona_stats where persona_id = {personas}',
    counted: 'select count(*) from persona_likes where persona_id = {personas}',
  },
  'talks with a persona': {
    write: ['persona_conversations', (n) => ({ user_id: people[n] })],
    kept: 'select conversations_count from persona_stats where persona_id = {personas}',
    counted: 'select count(*) from persona_conversations where persona_id = {personas}',
  },
  'messages with a persona': {
    write: ['persona_messages'],
    kept: 'select messages_count from persona_stats where persona_id = {personas}',
    counted: `select count(*) from persona_messages m join persona_conversations c on c.id = m.conversation_id
      where c.persona_id = {personas}`,
  },
  'messages of an idea': {
    write: ['idea_conversation_messages'],
    kept: 'select message_count from idea_phase_conversations where id = {idea_phase_conversations}',
    counted:
      'select count(*) from idea_conversation_messages where conversation_id = {idea_phase_conversations}',
  },
  'versions of an artifact of an idea': {
    write: `update idea_phase_artifacts set content = 'version ' || $1 where id = {idea_phase_artifacts}`,
    kept: 'select version from idea_phase_artifacts where id = {idea_phase_artifacts}',
    counted:
      'select count(distinct version) from idea_artifact_revisions where artifact_id = {idea_phase_artifacts}',
  },
  'versions of a prompt': {
    write: `update prompt_library set content = 'version ' || $1 where id = {prompt_library}`,
    kept: 'select version from prompt_library where id = {prompt_library}',
    counted: 'select count(distinct version) from prompt_versions where prompt_id = {prompt_library}',
  },
  'versions of a canvas': {
    write: `update canvas_artifacts set content = 'version ' || $1 where id = {canvas_artifacts}`,
    kept: 'select version from canvas_artifacts where id = {canvas_artifacts}',
    counted: 'select count(distinct version) from canvas_versions where artifact_id = {canvas_artifacts}',
  },
  'installs of a skill': {
    write: ['user_skills', (n) => ({ user_id: people[n] })],
    kept: 'select downloads from skills where id = {skills}',
    counted: 'select count(*) from user_skills where skill_id = {skills}',
  },
  'installs of a listing': {
    write: ['marketplace_installs', (n) => ({ user_id: people[n] })],
    kept: 'select install_count from marketplace_listings where id = {marketplace_listings}',
    counted: 'select count(*) from marketplace_installs where listing_id = {marketplace_listings}',
  },
  'ratings of a persona': {
    write: ['ratings', (n) => ({ user_id: people[n], target_type: 'persona', target_id: id('personas') })],
    kept: 'select coalesce(sum(rating_count), 0) from rating_summaries where target_id = {personas}',
    counted: 'select count(*) from ratings where target_id = {personas}',
  },
  'votes on a review': {
    write: ['review_votes', (n) => ({ user_id: people[n] })],
    kept: 'select helpful_count from reviews where id = {reviews}',
    counted: 'select count(*) from review_votes where review_id = {reviews}',
  },
  'messages of a lead': {
    write: ['messages'],
    kept: 'select message_count from conversations where id = {conversations}',
    counted: 'select count(*) from messages where conversation_id = {conversations}',
  },
  'people in a room': {
    write: ['session_participants', (n) => ({ user_id: people[n], is_active: true })],
    kept: 'select participant_count from collaboration_sessions where id = {collaboration_sessions}',
    counted: `select count(*) from session_participants where session_id = {collaboration_sessions} and is_active`,
  },
  'usage of a day': {
    write: ['api_usage', (n) => ({ input_tokens: n + 1, status: 'settled', reservation_id: null })],
    kept: 'select coalesce(sum(input_tokens), 0) from usage_daily where user_id = {users}',
    counted: `select coalesce(sum(input_tokens), 0) from api_usage where user_id = {users} and status = 'settled'`,
  },
  'rows of an import': {
    write: ['import_items', (n) => ({ external_id: `external ${n}`, outcome: 'created' })],
    kept: 'select created_count from import_jobs where id = {import_jobs}',
    counted: `select count(*) from import_items where job_id = {import_jobs} and outcome = 'created'`,
  },
};

describe(`${writers} writers at once leave right`, () => {
  test.each(Object.entries(cases))('%s', async (_what, { write, kept, counted }) => {
    const number = (text: string): Promise<number> =>
      opened.database.withOwner(async (client) => {
        const { rows: found } = await client.query({ text: filled(text), rowMode: 'array' });
        return Number((found as unknown[][])[0]?.[0]);
      });
    const [first_kept, first_counted] = [await number(kept), await number(counted)];
    await Promise.all(
      Array.from({ length: writers }, (_, n) =>
        opened.database.withOwner(async (client) => {
          await client.query('begin');
          try {
            if (typeof write === 'string') await client.query(filled(write), [n]);
            else await copy(client, write[0], write[1]?.(n) ?? {});
            await client.query('select pg_sleep(0.02)');
            await client.query('commit');
          } catch (error) {
            await client.query('rollback');
            throw error;
          }
        }),
      ),
    );
    const [now_kept, now_counted] = [await number(kept), await number(counted)];
    expect(now_counted).toBeGreaterThan(first_counted);
    expect(now_kept - first_kept).toBe(now_counted - first_counted);
  });
});
