import type pg from 'pg';
import type { Overrides } from './rows.ts';

/** The id a statement returns. */
async function idOf(client: pg.ClientBase, text: string, values: unknown[]): Promise<unknown> {
  const { rows } = await client.query<{ id: unknown }>(text, values);
  return rows[0]?.id;
}

const newPerson = (client: pg.ClientBase): Promise<unknown> =>
  idOf(
    client,
    `insert into auth.users (email) values (gen_random_uuid() || '@example.org') returning id`,
    [],
  );

/** What a row needs beside what the types of its columns say. */
export const rowOverrides: Overrides = {
  meta_project_members: async (_made, client) => ({
    user_id: await newPerson(client),
    role: 'viewer',
    organization_id: null,
  }),
  organization_members: async (_made, client) => ({ user_id: await newPerson(client), role: 'member' }),
  meta_task_dependencies: async (made, client) => ({
    depends_on_task_id: await idOf(
      client,
      `insert into meta_tasks (workstream_id, title) values ($1, 'Other') returning id`,
      [made('meta_workstreams').id],
    ),
  }),
  files: () => ({ id: 'a'.repeat(64) }),
  thinking_templates: () => ({ steps: '[]' }),
  thought_links: async (made, client) => ({
    to_node_id: await idOf(
      client,
      `insert into thought_nodes (session_id, parent_id, content, type, confidence)
       values ($1, $2, 'Other', 'analysis', 50) returning id`,
      [made('thinking_sessions').id, made('thought_nodes').id],
    ),
  }),
  fact_contradictions: async (made, client) => ({
    fact_id_2: await idOf(
      client,
      `insert into research_facts (session_id, statement) values ($1, 'Other') returning id`,
      [made('research_sessions').id],
    ),
  }),
  // Templates, categories and personas are a person's own: who cannot see one cannot make a copy of a row that names it.
  thinking_sessions: () => ({ template_id: null }),
  generated_images: () => ({ size: '512x512', template_id: null }),
  generated_videos: () => ({ template_id: null }),
  idea_projects: () => ({ template_id: null }),
  prompt_library: () => ({ category_id: null }),
  meta_conversations: () => ({ persona_id: null }),
  meta_workflow_instances: async (made, client) => {
    await client.query(`update meta_workflows set status = 'active' where id = $1`, [
      made('meta_workflows').id,
    ]);
    return {};
  },
  meta_file_metadata: (made) => ({
    bucket: 'task-attachments',
    file_path: `${made('users').id}/file.txt`,
    file_id: null,
  }),
  collaboration_sessions: (made) => ({
    room_id: `project:${made('meta_projects').id}`,
    resource_type: 'project',
    resource_id: made('meta_projects').id,
  }),
  realtime_resource_state: (made) => ({ resource_id: made('meta_projects').id }),
  user_rules: () => ({ rule_type: 'project', conversation_id: null }),
  search_connections: () => ({ base_url: 'https://searx.example.org' }),
  custom_functions: () => ({ name: 'function_name' }),
  meta_artifacts: (made) => ({ storage_path: `${made('users').id}/report.md` }),
  marketplace_listings: (made) => ({ kind: 'skill', item_id: made('skills').id }),
  // A vote is for what is somebody else's.
  ratings: async (_made, client) => ({ target_type: 'skill', target_id: await publicSkill(client) }),
  usage_limits: () => ({ user_id: null, organization_id: null, max_tokens: 1 }),
};

function publicSkill(client: pg.ClientBase): Promise<unknown> {
  return idOf(
    client,
    `insert into skills (creator_id, name, slug, visibility)
     select id, 'Rated', 'rated', 'public' from users where role = 'super_admin'
     on conflict (slug) do update set name = 'Rated' returning id`,
    [],
  );
}
