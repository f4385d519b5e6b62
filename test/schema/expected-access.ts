import type pg from 'pg';
import type { Overrides } from './rows.ts';

/** The id a statement returns. */
async function idOf(client: pg.ClientBase, text: string, values: unknown[]): Promise<unknown> {
  const { rows } = await client.query<{ id: unknown }>(text, values);
  return rows[0]?.id;
}

/** What a row needs beside what the types of its columns say. */
export const rowOverrides: Overrides = {
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
  generated_images: () => ({ size: '512x512' }),
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
  user_rules: () => ({ rule_type: 'project' }),
  custom_functions: () => ({ name: 'function_name' }),
  meta_artifacts: (made) => ({ storage_path: `${made('users').id}/report.md` }),
  ratings: async (_made, client) => ({
    target_type: 'skill',
    target_id: await idOf(
      client,
      `insert into skills (creator_id, name, slug, visibility)
       select id, 'Rated', 'rated', 'public' from users where role = 'super_admin' returning id`,
      [],
    ),
  }),
  usage_limits: () => ({ user_id: null, organization_id: null, max_tokens: 1 }),
};

/**
 * Who may select, insert, update and delete one row that belongs to `o`wner and, where the table has projects, to a
 * project that `e`ditor and `v`iewer are members of and whose organization `m`ember belongs to (as editor). `a`dmin,
 * `s`tranger and a`n`onymous are in neither. An insert is a copy of the row, so nobody but the owner may make one in the
 * owner's name.
 */
export const expected: Record<string, string[]> = {
  // A person's own: administrators read it.
  'oa o o o': [
    'active_sessions',
    'agent_memory',
    'bookmarked_thoughts',
    'chat_histories',
    'collection_images',
    'collection_videos',
    'custom_agents',
    'custom_functions',
    'custom_voices',
    'embeddings',
    'export_jobs',
    'file_cursors',
    'ide_settings',
    'idea_project_templates',
    'image_collections',
    'image_favorites',
    'import_jobs',
    'local_repos',
    'machines',
    'marketplace_installs',
    'marketplace_listings',
    'mcp_configs',
    'meta_tool_permissions',
    'notification_preferences',
    'organization_invitations',
    'organization_themes',
    'organizations',
    'parameter_presets',
    'persona_conversations',
    'persona_knowledge',
    'persona_likes',
    'persona_messages',
    'personas',
    'prompt_assets',
    'prompt_categories',
    'prompt_embeddings',
    'prompt_templates',
    'ratings',
    'repo_registry',
    'review_votes',
    'saved_workflows',
    'skills',
    'themes',
    'thinking_templates',
    'user_settings',
    'user_skills',
    'user_themes',
    'video_collections',
    'video_favorites',
    'video_prompt_templates',
    'workflow_executions',
  ],
  // As the project or parent it belongs to.
  'oevma oem oem oem': [
    'computer_actions',
    'computer_downloads',
    'computer_task_executions',
    'element_interactions',
    'fact_contradictions',
    'fact_sources',
    'idea_conversation_messages',
    'idea_phase_artifacts',
    'idea_phase_conversations',
    'idea_project_decisions',
    'knowledge_nodes',
    'knowledge_relationships',
    'messages',
    'meta_artifact_citations',
    'meta_budgets',
    'meta_conversation_shares',
    'meta_decisions',
    'meta_file_chunks',
    'meta_message_attachments',
    'meta_messages',
    'meta_task_dependencies',
    'meta_tasks',
    'meta_workflow_schedules',
    'meta_workflow_states',
    'meta_workflow_transitions',
    'meta_workstreams',
    'research_citations',
    'research_facts',
    'research_follow_ups',
    'research_reports',
    'research_sources',
    'screen_snapshots',
    'thought_links',
    'thought_nodes',
    'voice_transcripts',
  ],
  // Of a project, written by the system alone.
  'oevma - - -': [
    'api_usage',
    'canvas_versions',
    'collaboration_sessions',
    'computer_session_analytics',
    'idea_artifact_revisions',
    'meta_budget_reservations',
    'meta_project_history',
    'meta_task_history',
    'meta_task_runs',
    'meta_workflow_logs',
    'meta_workflow_steps',
    'prompt_versions',
    'realtime_events',
    'realtime_operations',
    'realtime_resource_state',
    'research_events',
    'session_participants',
    'sync_conflicts',
    'usage_daily',
    'video_analytics',
  ],
  // A person's own, put into a project.
  'oevma o oem oem': [
    'canvas_artifacts',
    'computer_sessions',
    'conversations',
    'generated_images',
    'generated_videos',
    'idea_projects',
    'leads',
    'meta_artifacts',
    'meta_conversations',
    'meta_file_metadata',
    'meta_memory_facts',
    'meta_workflow_instances',
    'meta_workflows',
    'prompt_library',
    'research_sessions',
    'scheduled_tasks',
    'thinking_sessions',
    'user_rules',
    'voice_sessions',
  ],
  // A person's own, written by the system alone.
  'oa - - -': [
    'auth_audit_log',
    'google_sync_state',
    'google_workspace_actions',
    'google_workspace_analytics',
    'image_generation_stats',
    'import_items',
    'marketplace_versions',
    'notification_deliveries',
    'persona_stats',
    'settings_history',
    'voice_analytics',
  ],
  // A person's own, made by the system, theirs to delete.
  'oa - - o': [
    'files',
    'google_ai_features_usage',
    'google_oauth_tokens',
    'oauth_accounts',
    'presence_history',
  ],
  // Read by everybody signed in, written by administrators.
  'oevmas a a a': ['model_prices', 'permissions', 'role_permissions', 'roles'],
  // The service's.
  '- - - -': ['idempotency_keys', 'rate_limits', 'setup_tokens'],
  // Nobody's but the person's, not even an administrator's.
  'o - - o': ['google_calendar_events', 'google_drive_files', 'google_email_cache'],
  // Made by the system, theirs to change and delete.
  'oa - o o': ['api_keys', 'notifications', 'sessions'],
  'oevma o o o': ['meta_project_members', 'model_providers', 'presence_status'],
  'oevma oem oem -': ['meta_tool_approvals'],
  'oevma - oem -': ['idea_project_phases', 'video_generation_queue'],
  // Read by everybody signed in, written by the system alone.
  'oevmas - - -': ['rating_summaries', 'video_provider_performance'],
  'oa - a -': ['meta_storage_quotas'],
  'oa - oa -': ['users'],
  'oa a - a': ['user_roles'],
  'oa o - -': ['sync_events'],
  'oa o a o': ['reports'],
  'oema oem oem oem': ['canvas_shares'],
  'oevma - - oem': ['task_executions'],
  'oevma o oem o': ['meta_projects'],
  'oevma oa oa oa': ['usage_limits'],
  'oevma oem - oem': ['task_webhooks'],
  'oevmas o o o': ['reviews'],
  'oma o o om': ['organization_members'],
};
