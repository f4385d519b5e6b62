// Generated from the catalog by `npm run generate`. Do not edit.
import type { ColumnType, Generated as Optional } from 'kysely';

/** A jsonb value; its shape is documented on the column and checked where it enters. */
export type Json = ColumnType<unknown, unknown, unknown>;
export type Timestamp = ColumnType<Date, Date | string, Date | string>;
export type NullableTimestamp = ColumnType<Date | null, Date | string | null, Date | string | null>;
type Generated<T> = T extends ColumnType<infer S, infer I, infer U> ? ColumnType<S, I | undefined, U> : Optional<T>;
/** A column the database computes. */
type Computed<T> = ColumnType<T, never, never>;

export interface ApiKeys {
  id: Generated<string>;
  user_id: string;
  key_prefix: string;
  key_hash: string;
  name: string;
  description: string | null;
  scopes: Generated<string[]>;
  project_ids: string[] | null;
  rate_limit: Generated<number>;
  last_used_at: NullableTimestamp;
  usage_count: Generated<number>;
  expires_at: NullableTimestamp;
  is_active: Generated<boolean>;
  created_at: Generated<Timestamp>;
}

export interface AuthAuditLog {
  id: Generated<string>;
  user_id: string | null;
  event_type: string;
  event_data: Generated<Json>;
  ip_address: string | null;
  user_agent: string | null;
  success: Generated<boolean>;
  failure_reason: string | null;
  created_at: Generated<Timestamp>;
}

export interface FileStatistics {
  mime_type: string | null;
  file_count: number | null;
  total_size: number | null;
  avg_size: number | null;
  max_size: number | null;
  min_size: number | null;
  analyzed_count: number | null;
}

export interface Files {
  id: string;
  user_id: Generated<string>;
  filename: string;
  original_name: string;
  mime_type: string;
  size: number;
  hash: Computed<string>;
  path: string;
  thumbnail_path: string | null;
  extracted_text: string | null;
  page_map: Json;
  page_count: number | null;
  width: number | null;
  height: number | null;
  analysis_result: Json;
  task_id: string | null;
  conversation_id: string | null;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
}

export interface MetaArtifacts {
  id: Generated<string>;
  project_id: string;
  task_id: string;
  run_id: string | null;
  name: string;
  version: Generated<number>;
  type: string;
  bucket: Generated<string>;
  storage_path: string;
  mime_type: string | null;
  size_bytes: number | null;
  checksum: string | null;
  content: string | null;
  status: Generated<'draft' | 'verified' | 'promoted'>;
  metadata: Generated<Json>;
  embedding: string | null;
  embedding_model: string | null;
  idempotency_key: string | null;
  search_vector: Computed<string | null>;
  search_length: Computed<number | null>;
  created_at: Generated<Timestamp>;
}

export interface MetaBudgetReservations {
  id: Generated<string>;
  budget_id: string;
  run_id: string | null;
  tokens: number;
  cost: number;
  expires_at: Timestamp;
  released_at: NullableTimestamp;
  settled_at: NullableTimestamp;
  created_at: Generated<Timestamp>;
}

export interface MetaBudgets {
  id: Generated<string>;
  project_id: string;
  model_tier: 'haiku' | 'sonnet' | 'opus';
  allocated_tokens: number | null;
  used_tokens: Generated<number>;
  reserved_tokens: Generated<number>;
  allocated_cost: number | null;
  used_cost: Generated<number>;
  reserved_cost: Generated<number>;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
}

export interface MetaDecisions {
  id: Generated<string>;
  project_id: string;
  task_id: string | null;
  run_id: string | null;
  decision_text: string;
  rationale: string | null;
  alternatives: Generated<Json>;
  made_by_agent: string | null;
  made_by: Generated<string | null>;
  idempotency_key: string | null;
  created_at: Generated<Timestamp>;
}

export interface MetaMemoryFacts {
  id: Generated<string>;
  project_id: string | null;
  fact_type: Generated<string>;
  content: string;
  summary: string | null;
  embedding: string | null;
  source_task_id: string | null;
  importance_score: Generated<number>;
  created_at: Generated<Timestamp>;
  expires_at: NullableTimestamp;
  user_id: Generated<string>;
  category: Generated<'preference' | 'fact' | 'instruction' | 'context'>;
  enabled: Generated<boolean>;
  last_accessed_at: NullableTimestamp;
  access_count: Generated<number>;
  content_hash: Computed<string>;
  supersedes_id: string | null;
  superseded_by: string | null;
  valid_from: Generated<Timestamp>;
  valid_to: NullableTimestamp;
  source_conversation_id: string | null;
  source_message_id: string | null;
  created_by_agent: string | null;
  idempotency_key: string | null;
  embedding_model: string | null;
  search_vector: Computed<string | null>;
  search_length: Computed<number | null>;
  updated_at: Generated<Timestamp>;
}

export interface MetaProjectMembers {
  project_id: string;
  user_id: string;
  role: Generated<'owner' | 'editor' | 'viewer'>;
  invited_by: Generated<string | null>;
  created_at: Generated<Timestamp>;
}

export interface MetaProjects {
  id: Generated<string>;
  name: string;
  description: string | null;
  goal: string | null;
  status: Generated<'planning' | 'active' | 'paused' | 'completed' | 'archived'>;
  owner_id: Generated<string>;
  metadata: Generated<Json>;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
}

export interface MetaTaskDependencies {
  id: Generated<string>;
  project_id: string;
  task_id: string;
  depends_on_task_id: string;
  dependency_type: Generated<string>;
  created_at: Generated<Timestamp>;
}

export interface MetaTaskRuns {
  id: Generated<string>;
  project_id: string;
  task_id: string;
  attempt: Generated<number>;
  agent_id: string;
  model_used: string;
  worker: string | null;
  started_at: Generated<Timestamp>;
  ended_at: NullableTimestamp;
  status: Generated<'running' | 'completed' | 'failed' | 'cancelled'>;
  input_tokens: Generated<number>;
  output_tokens: Generated<number>;
  cached_tokens: Generated<number>;
  reasoning_tokens: Generated<number>;
  tokens_used: Computed<number | null>;
  cost: Generated<number>;
  output: Generated<Json>;
  verdict: Json;
  error_message: string | null;
}

export interface MetaTasks {
  id: Generated<string>;
  project_id: string;
  workstream_id: string;
  parent_task_id: string | null;
  title: string;
  description: string | null;
  status: Generated<'queued' | 'running' | 'blocked' | 'needs_review' | 'revision_required' | 'done' | 'cancelled'>;
  assigned_agent: string | null;
  model_tier: Generated<'haiku' | 'sonnet' | 'opus'>;
  priority: Generated<number>;
  definition_of_done: Generated<Json>;
  context_packet: Generated<Json>;
  thread_id: string | null;
  requires_approval: Generated<boolean>;
  approved_at: NullableTimestamp;
  approved_by: string | null;
  question: string | null;
  answer: string | null;
  asked_at: NullableTimestamp;
  answered_at: NullableTimestamp;
  verification: Json;
  retry_count: Generated<number>;
  max_retries: Generated<number>;
  next_attempt_at: NullableTimestamp;
  last_error: string | null;
  lease_owner: string | null;
  lease_expires_at: NullableTimestamp;
  attempt: Generated<number>;
  idempotency_key: string | null;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
  started_at: NullableTimestamp;
  completed_at: NullableTimestamp;
}

export interface MetaWorkstreams {
  id: Generated<string>;
  project_id: string;
  name: string;
  description: string | null;
  lead_agent: string | null;
  status: Generated<'active' | 'paused' | 'completed' | 'archived'>;
  priority: Generated<number>;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
}

export interface OauthAccounts {
  id: Generated<string>;
  user_id: string;
  provider: 'google' | 'github' | 'microsoft';
  provider_account_id: string;
  access_token_encrypted: string | null;
  refresh_token_encrypted: string | null;
  token_expires_at: NullableTimestamp;
  scope: string | null;
  metadata: Generated<Json>;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
}

export interface Permissions {
  id: Generated<string>;
  name: string;
  description: string | null;
  category: string | null;
  created_at: Generated<Timestamp>;
}

export interface RateLimits {
  key: string;
  tokens: number;
  refilled_at: Generated<Timestamp>;
}

export interface RolePermissions {
  role_id: string;
  permission_id: string;
}

export interface Roles {
  id: Generated<string>;
  name: string;
  description: string | null;
  is_system: Generated<boolean>;
  created_at: Generated<Timestamp>;
}

export interface Sessions {
  id: Generated<string>;
  user_id: string;
  token_hash: string;
  refresh_token_hash: string | null;
  csrf_secret: string;
  user_agent: string | null;
  ip_address: string | null;
  device_type: 'desktop' | 'mobile' | 'tablet' | 'api' | null;
  expires_at: Timestamp;
  last_activity_at: Generated<Timestamp>;
  is_active: Generated<boolean>;
  created_at: Generated<Timestamp>;
}

export interface SetupTokens {
  id: Generated<string>;
  token_hash: string;
  expires_at: Timestamp;
  used_at: NullableTimestamp;
  created_at: Generated<Timestamp>;
}

export interface UserFileStatistics {
  user_id: string | null;
  file_count: number | null;
  total_size: number | null;
  mime_type_count: number | null;
  last_upload: NullableTimestamp;
}

export interface UserRoles {
  user_id: string;
  role_id: string;
  granted_by: Generated<string | null>;
  granted_at: Generated<Timestamp>;
}

export interface Users {
  id: string;
  email: string;
  password_hash: string | null;
  name: string | null;
  avatar_url: string | null;
  role: Generated<'user' | 'admin' | 'super_admin'>;
  status: Generated<'active' | 'suspended'>;
  email_verified: Generated<boolean>;
  verification_token_hash: string | null;
  verification_expires_at: NullableTimestamp;
  password_reset_token_hash: string | null;
  password_reset_expires_at: NullableTimestamp;
  failed_login_count: Generated<number>;
  locked_until: NullableTimestamp;
  last_login_at: NullableTimestamp;
  login_count: Generated<number>;
  metadata: Generated<Json>;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
}

export interface DB {
  api_keys: ApiKeys;
  auth_audit_log: AuthAuditLog;
  file_statistics: FileStatistics;
  files: Files;
  meta_artifacts: MetaArtifacts;
  meta_budget_reservations: MetaBudgetReservations;
  meta_budgets: MetaBudgets;
  meta_decisions: MetaDecisions;
  meta_memory_facts: MetaMemoryFacts;
  meta_project_members: MetaProjectMembers;
  meta_projects: MetaProjects;
  meta_task_dependencies: MetaTaskDependencies;
  meta_task_runs: MetaTaskRuns;
  meta_tasks: MetaTasks;
  meta_workstreams: MetaWorkstreams;
  oauth_accounts: OauthAccounts;
  permissions: Permissions;
  rate_limits: RateLimits;
  role_permissions: RolePermissions;
  roles: Roles;
  sessions: Sessions;
  setup_tokens: SetupTokens;
  user_file_statistics: UserFileStatistics;
  user_roles: UserRoles;
  users: Users;
}
