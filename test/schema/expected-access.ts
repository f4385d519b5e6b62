/**
 * Who may do what, written from the specification alone:
 *
 *   "Users can only access their own data. Admins can access all data. Public items are accessible to all. Shared items
 *   respect share settings." Ownerless rows are not public: those of the installation are read by everybody signed in
 *   and written by the service and administrators only. A project is shared by role: viewers read, editors write, owners
 *   share and delete. Nobody can point to what they cannot see. An agent at work for an administrator is no administrator.
 *
 * The rights are five groups of letters (worlds.ts): who may read the owner's row, insert a copy of it in the owner's
 * name, insert one in their own name beside it (in the same project, below the same parent), change it, delete it. What
 * the service may is not said: everything, everywhere. Administrators read; they write only where it is said.
 */
const members = 'ocevgm';
const editors = 'ocegm';
const everybody = 'ocevgmaxs';
/** Reading in person: a project's members, and administrators. */
const readers = `${members}a`;

export interface Rule {
  what: string;
  rights: string;
  tables: string[];
}

export const rules: Rule[] = [
  // ------------------------------------------------------------------------------------------- a person's own
  {
    what: "A person's own, and everybody may have one",
    rights: `oa o ${everybody} o o`,
    tables: [
      'custom_agents',
      'custom_voices',
      'idea_project_templates',
      'machines',
      // A draft names a thing; its content is taken when its owner publishes it.
      'marketplace_listings',
      'notification_preferences',
      'parameter_presets',
      'personas',
      'prompt_categories',
      'prompt_templates',
      'repo_registry',
      'saved_workflows',
      'skills',
      'themes',
      'thinking_templates',
      'user_settings',
      'video_collections',
      'video_prompt_templates',
    ],
  },
  {
    what: "A person's own that could reach outside or bind agents: agents may not make one",
    rights: 'oa o ocevgmas o o',
    tables: ['custom_functions', 'mcp_configs', 'meta_memory_settings', 'search_connections'],
  },
  {
    what: "A person's own about something in a project: whoever sees that may have one",
    rights: `oa o ${readers} o o`,
    tables: [
      'bookmarked_thoughts',
      'export_jobs',
      'image_favorites',
      'import_jobs',
      'meta_memory_candidates',
      'meta_tool_permissions',
      'prompt_assets',
      'prompt_embeddings',
      'video_favorites',
    ],
  },
  {
    what: "A person's own about something else of theirs: whoever sees that may have one",
    rights: 'oa o oa o o',
    tables: [
      'active_sessions',
      'agent_memory',
      'chat_histories',
      'embeddings',
      'file_cursors',
      'ide_settings',
      'local_repos',
      'marketplace_installs',
      'user_skills',
      'user_themes',
    ],
  },
  {
    what: "A person's own made of other things of theirs, or below one that is private",
    rights: 'oa o o o o',
    tables: [
      'collection_images',
      'collection_videos',
      'image_collections',
      'persona_conversations',
      'persona_knowledge',
      'persona_likes',
      'persona_messages',
      'workflow_executions',
    ],
  },
  {
    what: 'A log of what a person did on their machines: nobody rewrites it',
    rights: 'oa o oa - -',
    tables: ['sync_events'],
  },
  {
    what: 'What a person forgot: kept and taken back, never changed',
    rights: `oa o ${everybody} - o`,
    tables: ['meta_memory_trash'],
  },
  {
    what: "A person's own, written by the system alone",
    rights: 'oa - - - -',
    tables: [
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
  },
  {
    what: "A person's own, made by the system, theirs to delete",
    rights: 'oa - - - o',
    tables: [
      'files',
      'google_ai_features_usage',
      'google_oauth_tokens',
      'oauth_accounts',
      'presence_history',
    ],
  },
  {
    what: 'Made by the system, theirs to change (a name, read, revoked) and delete',
    rights: 'oa - - o o',
    tables: ['api_keys', 'notifications', 'sessions'],
  },
  {
    what: "A mailbox: nobody else's, not even an administrator's; a cache, so theirs to clear",
    rights: 'o - - - o',
    tables: ['google_calendar_events', 'google_drive_files', 'google_email_cache'],
  },
  {
    what: "A person's vote on what is somebody else's: here an administrator's skill",
    rights: 'oa o ocevgms o o',
    tables: ['ratings'],
  },
  { what: "A person's vote on a visible review", rights: `oa o ${everybody} o o`, tables: ['review_votes'] },
  {
    what: 'A review: public, below the vote it explains',
    rights: `${everybody} o o o o`,
    tables: ['reviews'],
  },
  {
    what: 'A report to the administrators, who resolve it',
    rights: `oa o ${everybody} a o`,
    tables: ['reports'],
  },
  {
    what: 'Presence: seen by those one works with',
    rights: `${readers} o ${everybody} o o`,
    tables: ['presence_status'],
  },
  { what: 'A profile, which sign-up makes', rights: 'oa - - oa -', tables: ['users'] },
  { what: 'A quota, which administrators set', rights: 'oa - - a -', tables: ['meta_storage_quotas'] },
  { what: "A person's roles, which administrators grant", rights: 'oa a a - a', tables: ['user_roles'] },

  // ------------------------------------------------------------------------------------------------ projects
  {
    what: 'A project: everybody may start one, in an organization its members; owners delete it',
    rights: `${readers} o ogm ${editors} ocg`,
    tables: ['meta_projects'],
  },
  {
    what: "Who belongs to a project is its owners' to say; members see each other",
    rights: `${readers} ocg ocg ocg ocg`,
    tables: ['meta_project_members'],
  },
  {
    what: "Limits of a project: seen by those they hold for, set by the project's owners and administrators",
    rights: `${readers} ocga ocga ocga ocga`,
    tables: ['usage_limits'],
  },
  {
    what: "A project's, or below something of a project: viewers read, editors write",
    rights: `${readers} ${editors} ${editors} ${editors} ${editors}`,
    tables: [
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
  },
  {
    what: "A person's own, put into a project: viewers read, editors write, each adds in their own name",
    rights: `${readers} o ${editors} ${editors} ${editors}`,
    tables: [
      'canvas_artifacts',
      'computer_sessions',
      'conversations',
      'generated_images',
      'generated_videos',
      'idea_projects',
      'leads',
      // Its path begins with whose it is.
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
  },
  {
    what: "A person's connection to a model, lent to a project: its members use it, its owner keeps it",
    rights: `${readers} o ${editors} o o`,
    tables: ['model_providers'],
  },
  {
    what: 'Of a project, written by the system alone: history, runs, logs, statistics, what rooms hold',
    rights: `${readers} - - - -`,
    tables: [
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
  },
  {
    what: 'A question of an answer in a project: seen by members, put by editors, for good',
    rights: `${readers} ${editors} ${editors} ${editors} -`,
    tables: ['meta_tool_approvals'],
  },
  {
    what: 'Of a project, made by the system, steered by editors',
    rights: `${readers} - - ${editors} -`,
    tables: ['idea_project_phases', 'video_generation_queue'],
  },
  {
    what: 'Of a project, made by the system, cleared by editors',
    rights: `${readers} - - - ${editors}`,
    tables: ['task_executions'],
  },
  {
    what: 'A secret address of a project: made and removed, never changed',
    rights: `${readers} ${editors} ${editors} - ${editors}`,
    tables: ['task_webhooks'],
  },
  {
    what: 'Links to what may be published: for those who may edit it',
    rights: `${editors}a ${editors} ${editors} ${editors} ${editors}`,
    tables: ['canvas_shares'],
  },

  // ------------------------------------------------------------------------------------------- organizations
  {
    what: 'An organization: members see it, admins change it, its owner deletes it, everybody in person may found one',
    rights: 'ogma o ocevgmas og o',
    tables: ['organizations'],
  },
  {
    what: "Who belongs to an organization is its admins' to say; members see each other",
    rights: 'ogma og og og og',
    tables: ['organization_members'],
  },
  { what: "Invitations are the admins'", rights: 'oga og og og og', tables: ['organization_invitations'] },
  {
    what: 'Branding: members see it, admins choose it, among themes they see themselves',
    rights: 'ogma o o og og',
    tables: ['organization_themes'],
  },

  // --------------------------------------------------------------------------------------- the installation's
  {
    what: 'Read by everybody signed in, written by administrators',
    rights: `${everybody} a a a a`,
    tables: ['model_prices', 'permissions', 'role_permissions', 'roles'],
  },
  {
    what: 'Read by everybody signed in, written by the system alone',
    rights: `${everybody} - - - -`,
    tables: ['rating_summaries', 'video_provider_performance'],
  },
  {
    what: 'Read by everybody signed in; administrators set the periods',
    rights: `${everybody} - - a -`,
    tables: ['retention_rules'],
  },
  {
    what: "The service's alone",
    rights: '- - - - -',
    tables: ['idempotency_keys', 'meta_memory_extractions', 'rate_limits', 'setup_tokens'],
  },
];

/** The column that opens a row to everybody signed in, and the value that does. */
export const opened: Record<string, [column: string, value: string]> = {
  canvas_artifacts: ['is_published', 'true'],
  custom_agents: ['visibility', 'public'],
  custom_voices: ['is_public', 'true'],
  generated_images: ['is_public', 'true'],
  generated_videos: ['is_public', 'true'],
  idea_project_templates: ['is_public', 'true'],
  image_collections: ['is_public', 'true'],
  marketplace_listings: ['status', 'published'],
  meta_workflows: ['is_template', 'true'],
  personas: ['visibility', 'public'],
  prompt_categories: ['is_shared', 'true'],
  prompt_library: ['is_public', 'true'],
  prompt_templates: ['is_public', 'true'],
  reviews: ['is_visible', 'true'],
  saved_workflows: ['is_public', 'true'],
  skills: ['visibility', 'public'],
  themes: ['visibility', 'public'],
  video_collections: ['is_public', 'true'],
  video_prompt_templates: ['is_public', 'true'],
};

/** Tables that also hold rows of the installation, and the column that names the owner of the others. */
export const system: Record<string, string> = {
  idea_project_templates: 'created_by',
  meta_workflows: 'user_id',
  model_providers: 'user_id',
  parameter_presets: 'user_id',
  prompt_templates: 'user_id',
  themes: 'user_id',
  thinking_templates: 'user_id',
  video_prompt_templates: 'user_id',
};

/**
 * The rights on what is shared with nobody: those who only belong to the shared project and organization are strangers
 * here, and may what strangers may.
 */
export const alone = (rights: string): string =>
  rights
    .split(' ')
    .map((who) => [...who].filter((letter) => !'cevgm'.includes(letter) || who.includes('s')).join('') || '-')
    .join(' ');
