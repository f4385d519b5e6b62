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

export interface ApiUsage {
  id: Generated<string>;
  user_id: string | null;
  project_id: string | null;
  task_id: string | null;
  run_id: string | null;
  conversation_id: string | null;
  message_id: string | null;
  reservation_id: string | null;
  provider: string;
  model: string;
  endpoint: 'chat' | 'embedding' | 'image' | 'speech' | 'transcription' | 'video' | 'search';
  input_tokens: Generated<number>;
  output_tokens: Generated<number>;
  cached_tokens: Generated<number>;
  reasoning_tokens: Generated<number>;
  cost_usd: Generated<number>;
  duration_ms: number | null;
  status: Generated<'reserved' | 'settled' | 'failed'>;
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

export interface BookmarkedThoughts {
  id: Generated<string>;
  user_id: Generated<string>;
  session_id: string;
  node_id: string;
  note: string | null;
  created_at: Generated<Timestamp>;
}

export interface CollectionImages {
  collection_id: string;
  image_id: string;
  position: Generated<number>;
  added_at: Generated<Timestamp>;
}

export interface ComputerActions {
  id: Generated<string>;
  session_id: string;
  sequence: Generated<number>;
  action_type: 'click' | 'type' | 'scroll' | 'navigate' | 'screenshot' | 'wait' | 'select' | 'hover' | 'drag' | 'key_press';
  params: Generated<Json>;
  result: Generated<Json>;
  screenshot_url: string | null;
  success: boolean | null;
  error_message: string | null;
  needs_confirmation: Generated<boolean>;
  confirmed_at: NullableTimestamp;
  confirmed_by: string | null;
  duration_ms: number | null;
  created_at: Generated<Timestamp>;
}

export interface ComputerDownloads {
  id: Generated<string>;
  session_id: string;
  action_id: string | null;
  file_name: string;
  file_path: string;
  file_size: number | null;
  mime_type: string | null;
  url_source: string | null;
  created_at: Generated<Timestamp>;
}

export interface ComputerSessionAnalytics {
  id: Generated<string>;
  session_id: string;
  total_actions: Generated<number>;
  successful_actions: Generated<number>;
  failed_actions: Generated<number>;
  pages_visited: Generated<number>;
  urls_visited: Generated<string[]>;
  total_duration_ms: Generated<number>;
  screenshots_taken: Generated<number>;
  elements_clicked: Generated<number>;
  forms_filled: Generated<number>;
  files_downloaded: Generated<number>;
  computed_at: Generated<Timestamp>;
}

export interface ComputerSessions {
  id: Generated<string>;
  user_id: Generated<string>;
  project_id: string | null;
  type: Generated<'browser' | 'desktop'>;
  status: Generated<'starting' | 'active' | 'paused' | 'ended'>;
  config: Generated<Json>;
  current_url: string | null;
  screenshot_url: string | null;
  error_message: string | null;
  started_at: Generated<Timestamp>;
  ended_at: NullableTimestamp;
  last_activity_at: Generated<Timestamp>;
  metadata: Generated<Json>;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
}

export interface ComputerTaskExecutions {
  id: Generated<string>;
  session_id: string;
  user_id: string;
  task_description: string;
  planned_steps: Generated<Json>;
  executed_steps: Generated<Json>;
  status: Generated<'planning' | 'executing' | 'completed' | 'failed' | 'cancelled'>;
  current_step: Generated<number>;
  total_steps: Generated<number>;
  success: boolean | null;
  error_message: string | null;
  final_screenshot_url: string | null;
  started_at: Generated<Timestamp>;
  completed_at: NullableTimestamp;
  duration_ms: Computed<number | null>;
  lease_owner: string | null;
  lease_expires_at: NullableTimestamp;
  attempt: Generated<number>;
  failures: Generated<number>;
  next_attempt_at: NullableTimestamp;
}

export interface CustomVoices {
  id: Generated<string>;
  user_id: Generated<string>;
  provider: 'openai' | 'elevenlabs' | 'playht' | 'custom';
  provider_voice_id: string | null;
  name: string;
  description: string | null;
  preview_url: string | null;
  language: string | null;
  gender: string | null;
  age: string | null;
  accent: string | null;
  use_case: string | null;
  sample_paths: Generated<string[]>;
  sample_count: Computed<number | null>;
  training_status: Generated<'pending' | 'processing' | 'completed' | 'failed'>;
  consent_at: NullableTimestamp;
  error_message: string | null;
  is_public: Generated<boolean>;
  is_active: Generated<boolean>;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
}

export interface ElementInteractions {
  id: Generated<string>;
  session_id: string;
  action_id: string;
  element_type: string | null;
  element_text: string | null;
  selector: string | null;
  coordinates: Json;
  attributes: Generated<Json>;
  success: Generated<boolean>;
  created_at: Generated<Timestamp>;
}

export interface FactContradictions {
  id: Generated<string>;
  session_id: string;
  fact_id_1: string;
  fact_id_2: string;
  explanation: string | null;
  severity: Generated<'minor' | 'moderate' | 'major'>;
  created_at: Generated<Timestamp>;
}

export interface FactSources {
  fact_id: string;
  source_id: string;
  quote: string | null;
  char_start: number | null;
  char_end: number | null;
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

export interface GeneratedImages {
  id: Generated<string>;
  user_id: Generated<string>;
  project_id: string | null;
  conversation_id: string | null;
  task_id: string | null;
  template_id: string | null;
  prompt: string;
  revised_prompt: string | null;
  negative_prompt: string | null;
  provider: 'builtin' | 'dalle3' | 'openai' | 'stability' | 'replicate' | 'google';
  model: string;
  size: string;
  quality: 'standard' | 'hd' | 'low' | 'medium' | 'high' | null;
  style: string | null;
  seed: number | null;
  steps: number | null;
  cfg_scale: number | null;
  sampler: string | null;
  bucket: Generated<string>;
  url: string | null;
  storage_path: string | null;
  thumbnail_path: string | null;
  parent_image_id: string | null;
  edit_type: 'inpaint' | 'outpaint' | 'variation' | 'upscale' | 'style-transfer' | null;
  mask_storage_path: string | null;
  strength: number | null;
  width: number | null;
  height: number | null;
  format: string | null;
  file_size: number | null;
  metadata: Generated<Json>;
  cost_usd: number | null;
  credits_used: number | null;
  status: Generated<'pending' | 'generating' | 'completed' | 'failed' | 'cancelled'>;
  error_message: string | null;
  generation_time_ms: number | null;
  is_public: Generated<boolean>;
  created_at: Generated<Timestamp>;
  completed_at: NullableTimestamp;
  search_vector: Computed<string | null>;
  lease_owner: string | null;
  lease_expires_at: NullableTimestamp;
  attempt: Generated<number>;
  failures: Generated<number>;
  next_attempt_at: NullableTimestamp;
}

export interface IdempotencyKeys {
  user_id: string;
  key: string;
  operation: string;
  request_hash: string;
  response_encrypted: string | null;
  created_at: Generated<Timestamp>;
}

export interface ImageCollections {
  id: Generated<string>;
  user_id: Generated<string>;
  name: string;
  description: string | null;
  cover_image_id: string | null;
  is_public: Generated<boolean>;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
}

export interface ImageFavorites {
  user_id: Generated<string>;
  image_id: string;
  notes: string | null;
  created_at: Generated<Timestamp>;
}

export interface ImageGenerationStats {
  id: Generated<string>;
  user_id: string;
  date: string;
  provider: string;
  total_generations: Generated<number>;
  successful_generations: Generated<number>;
  failed_generations: Generated<number>;
  total_cost_usd: Generated<number>;
  total_credits_used: Generated<number>;
  avg_generation_time_ms: number | null;
  total_generation_time_ms: Generated<number>;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
}

export interface KnowledgeNodes {
  id: Generated<string>;
  session_id: string;
  entity: string;
  entity_type: 'person' | 'organization' | 'concept' | 'event' | 'place' | 'thing';
  properties: Generated<Json>;
  importance: Generated<number>;
  created_at: Generated<Timestamp>;
}

export interface KnowledgeRelationships {
  id: Generated<string>;
  session_id: string;
  source_node_id: string;
  target_node_id: string;
  relationship_type: string;
  fact_id: string | null;
  properties: Generated<Json>;
  strength: Generated<number>;
  created_at: Generated<Timestamp>;
}

export interface MetaArtifactCitations {
  id: Generated<string>;
  project_id: string;
  artifact_id: string;
  ordinal: number;
  chunk_id: string | null;
  file_metadata_id: string | null;
  quote: string;
  char_start: number | null;
  char_end: number | null;
  created_at: Generated<Timestamp>;
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

export interface MetaConversationShares {
  id: Generated<string>;
  conversation_id: string;
  share_token_hash: string;
  shared_by: Generated<string | null>;
  password_hash: string | null;
  expires_at: NullableTimestamp;
  revoked_at: NullableTimestamp;
  view_count: Generated<number>;
  is_public: Generated<boolean>;
  created_at: Generated<Timestamp>;
}

export interface MetaConversations {
  id: Generated<string>;
  user_id: Generated<string>;
  project_id: string | null;
  agent_type: Generated<'thinking' | 'research' | 'general' | 'voice' | 'task'>;
  title: string | null;
  summary: string | null;
  model_used: string | null;
  total_tokens: Generated<number>;
  total_cost: Generated<number>;
  message_count: Generated<number>;
  last_sequence: Generated<number>;
  last_message_at: NullableTimestamp;
  is_archived: Generated<boolean>;
  is_pinned: Generated<boolean>;
  metadata: Generated<Json>;
  deleted_at: NullableTimestamp;
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

export interface MetaFileChunks {
  id: Generated<string>;
  file_metadata_id: string;
  user_id: string;
  project_id: string | null;
  ordinal: number;
  heading_path: Generated<string[]>;
  page: number | null;
  char_start: number;
  char_end: number;
  content: string;
  embedding: string | null;
  embedding_model: string | null;
  created_at: Generated<Timestamp>;
  search_vector: Computed<string | null>;
  search_length: Computed<number | null>;
}

export interface MetaFileMetadata {
  id: Generated<string>;
  user_id: Generated<string>;
  file_id: string | null;
  bucket: string;
  file_path: string;
  file_name: string;
  original_name: string | null;
  mime_type: string | null;
  size_bytes: Generated<number>;
  checksum: string | null;
  project_id: string | null;
  task_id: string | null;
  conversation_id: string | null;
  processing_status: Generated<'pending' | 'processing' | 'completed' | 'failed'>;
  processing_error: string | null;
  lease_owner: string | null;
  lease_expires_at: NullableTimestamp;
  attempt: Generated<number>;
  next_attempt_at: NullableTimestamp;
  char_count: number | null;
  page_count: number | null;
  chunk_count: Generated<number>;
  text_embedding: string | null;
  embedding_model: string | null;
  metadata: Generated<Json>;
  tags: Generated<string[]>;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
  accessed_at: Generated<Timestamp>;
  expires_at: NullableTimestamp;
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

export interface MetaMessageAttachments {
  id: Generated<string>;
  message_id: string;
  file_metadata_id: string | null;
  file_name: string;
  file_type: string;
  file_size: number | null;
  storage_path: string;
  thumbnail_path: string | null;
  metadata: Generated<Json>;
  created_at: Generated<Timestamp>;
}

export interface MetaMessages {
  id: Generated<string>;
  conversation_id: string;
  user_id: string;
  project_id: string | null;
  parent_message_id: string | null;
  sequence: number;
  role: 'user' | 'assistant' | 'system' | 'tool';
  content: Generated<string>;
  content_type: Generated<'text' | 'markdown' | 'code' | 'image' | 'audio'>;
  status: Generated<'complete' | 'streaming' | 'stopped' | 'failed'>;
  error: string | null;
  reasoning: string | null;
  tool_calls: Json;
  tool_call_id: string | null;
  tool_name: string | null;
  tool_input: Json;
  tool_output: Json;
  branch_name: string | null;
  is_active_branch: Generated<boolean>;
  model_used: string | null;
  input_tokens: Generated<number>;
  output_tokens: Generated<number>;
  cached_tokens: Generated<number>;
  reasoning_tokens: Generated<number>;
  tokens_used: Computed<number | null>;
  cost: Generated<number>;
  user_rating: number | null;
  user_feedback: string | null;
  metadata: Generated<Json>;
  idempotency_key: string | null;
  lease_owner: string | null;
  lease_expires_at: NullableTimestamp;
  attempt: Generated<number>;
  embedding: string | null;
  embedding_model: string | null;
  search_vector: Computed<string | null>;
  search_length: Computed<number | null>;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
}

export interface MetaProjectHistory {
  id: Generated<string>;
  project_id: string;
  changed_by: string | null;
  changed_by_agent: string | null;
  change_type: 'created' | 'updated' | 'member_added' | 'member_changed' | 'member_removed' | 'budget_added' | 'budget_changed' | 'budget_removed';
  field_name: string | null;
  old_value: Json;
  new_value: Json;
  created_at: Generated<Timestamp>;
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

export interface MetaStorageQuotas {
  id: Generated<string>;
  user_id: string;
  total_quota_bytes: Generated<number>;
  used_bytes: Generated<number>;
  file_count: Generated<number>;
  bucket_quotas: Generated<Json>;
  plan_type: Generated<string>;
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

export interface MetaTaskHistory {
  id: Generated<string>;
  project_id: string;
  task_id: string | null;
  subject_id: string;
  task_title: string;
  changed_by: string | null;
  changed_by_agent: string | null;
  change_type: 'created' | 'updated' | 'deleted';
  field_name: string | null;
  old_value: Json;
  new_value: Json;
  change_metadata: Generated<Json>;
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
  lost_workers: Generated<number>;
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

export interface ModelPrices {
  id: Generated<string>;
  provider: string;
  model: string;
  valid_from: Generated<string>;
  valid_to: string | null;
  input_per_million: number;
  output_per_million: number;
  cached_per_million: number | null;
  reasoning_per_million: number | null;
  source: string | null;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
}

export interface ModelProviders {
  id: Generated<string>;
  user_id: Generated<string | null>;
  project_id: string | null;
  is_system: Computed<boolean>;
  name: string;
  kind: 'builtin' | 'openai' | 'anthropic' | 'google' | 'openai-compatible' | 'ollama';
  base_url: string | null;
  secret_encrypted: string | null;
  models: Generated<Json>;
  enabled: Generated<boolean>;
  is_default: Generated<boolean>;
  last_tested_at: NullableTimestamp;
  last_test_ok: boolean | null;
  last_test_message: string | null;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
  has_secret: Computed<boolean>;
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

export interface PopularPromptTemplates {
  images_generated: number | null;
  success_rate: number | null;
  id: string | null;
  user_id: string | null;
  is_system: boolean | null;
  name: string | null;
  description: string | null;
  prompt_template: string | null;
  negative_prompt_template: string | null;
  style_preset: string | null;
  default_provider: string | null;
  default_size: string | null;
  default_quality: string | null;
  is_public: boolean | null;
  is_featured: boolean | null;
  usage_count: number | null;
  favorite_count: number | null;
  category: string | null;
  tags: string[] | null;
  metadata: Json;
  created_at: NullableTimestamp;
  updated_at: NullableTimestamp;
}

export interface PromptTemplates {
  id: Generated<string>;
  user_id: Generated<string | null>;
  is_system: Computed<boolean>;
  name: string;
  description: string | null;
  prompt_template: string;
  negative_prompt_template: string | null;
  style_preset: string | null;
  default_provider: string | null;
  default_size: string | null;
  default_quality: string | null;
  is_public: Generated<boolean>;
  is_featured: Generated<boolean>;
  usage_count: Generated<number>;
  favorite_count: Generated<number>;
  category: string | null;
  tags: Generated<string[]>;
  metadata: Generated<Json>;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
}

export interface ProviderPerformance {
  provider: string | null;
  total_requests: number | null;
  successful_requests: number | null;
  failed_requests: number | null;
  success_rate: number | null;
  avg_generation_time_ms: number | null;
  median_generation_time_ms: number | null;
  p95_generation_time_ms: number | null;
  total_cost_usd: number | null;
  avg_cost_per_image: number | null;
}

export interface RateLimits {
  key: string;
  tokens: number;
  refilled_at: Generated<Timestamp>;
}

export interface RecentGenerations {
  is_favorited: boolean | null;
  variation_count: number | null;
  id: string | null;
  user_id: string | null;
  project_id: string | null;
  conversation_id: string | null;
  task_id: string | null;
  template_id: string | null;
  prompt: string | null;
  revised_prompt: string | null;
  negative_prompt: string | null;
  provider: string | null;
  model: string | null;
  size: string | null;
  quality: string | null;
  style: string | null;
  seed: number | null;
  steps: number | null;
  cfg_scale: number | null;
  sampler: string | null;
  bucket: string | null;
  url: string | null;
  storage_path: string | null;
  thumbnail_path: string | null;
  parent_image_id: string | null;
  edit_type: string | null;
  mask_storage_path: string | null;
  strength: number | null;
  width: number | null;
  height: number | null;
  format: string | null;
  file_size: number | null;
  metadata: Json;
  cost_usd: number | null;
  credits_used: number | null;
  status: string | null;
  error_message: string | null;
  generation_time_ms: number | null;
  is_public: boolean | null;
  created_at: NullableTimestamp;
  completed_at: NullableTimestamp;
  search_vector: string | null;
  lease_owner: string | null;
  lease_expires_at: NullableTimestamp;
  attempt: number | null;
  failures: number | null;
  next_attempt_at: NullableTimestamp;
}

export interface ResearchCitations {
  id: Generated<string>;
  report_id: string;
  ordinal: number;
  sentence: string;
  fact_id: string | null;
  source_id: string | null;
  quote: string;
}

export interface ResearchEvents {
  id: Generated<string>;
  session_id: string;
  sequence: Generated<number>;
  event_type: 'planned' | 'searching' | 'source_found' | 'source_read' | 'fact_extracted' | 'contradiction_detected' | 'status_change' | 'report_written' | 'error' | 'note';
  event_data: Generated<Json>;
  created_at: Generated<Timestamp>;
  user_id: string;
  project_id: string | null;
}

export interface ResearchFacts {
  id: Generated<string>;
  session_id: string;
  statement: string;
  context: string | null;
  confidence: Generated<number>;
  verification_status: Generated<'verified' | 'unverified' | 'contradicted' | 'needs_review'>;
  verification_count: Generated<number>;
  idempotency_key: string | null;
  extracted_at: Generated<Timestamp>;
  user_id: string;
  project_id: string | null;
}

export interface ResearchFollowUps {
  id: Generated<string>;
  session_id: string;
  question: string;
  rationale: string | null;
  priority: Generated<number>;
  status: Generated<'pending' | 'researched' | 'skipped'>;
  created_at: Generated<Timestamp>;
  researched_at: NullableTimestamp;
}

export interface ResearchReports {
  id: Generated<string>;
  session_id: string;
  title: string;
  abstract: string | null;
  sections: Generated<Json>;
  key_findings: Generated<string[]>;
  limitations: Generated<string[]>;
  bibliography: Generated<string[]>;
  word_count: number | null;
  generated_at: Generated<Timestamp>;
}

export interface ResearchSessions {
  id: Generated<string>;
  user_id: Generated<string>;
  project_id: string | null;
  query: string;
  status: Generated<'pending' | 'researching' | 'analyzing' | 'synthesizing' | 'paused' | 'completed' | 'failed' | 'cancelled'>;
  depth: Generated<'quick' | 'standard' | 'deep' | 'exhaustive'>;
  max_sources: Generated<number>;
  include_academic: Generated<boolean>;
  include_news: Generated<boolean>;
  include_forums: Generated<boolean>;
  date_range_start: NullableTimestamp;
  date_range_end: NullableTimestamp;
  required_domains: string[] | null;
  excluded_domains: string[] | null;
  citation_style: Generated<'apa' | 'mla' | 'chicago' | 'ieee'>;
  generate_report: Generated<boolean>;
  report_format: Generated<'summary' | 'detailed' | 'academic'>;
  plan: Generated<Json>;
  checkpoint: Generated<Json>;
  sources_searched: Generated<number>;
  sources_used: Generated<number>;
  facts_extracted: Generated<number>;
  contradictions_found: Generated<number>;
  total_tokens: Generated<number>;
  cost_usd: Generated<number>;
  duration_ms: Generated<number>;
  error_message: string | null;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
  completed_at: NullableTimestamp;
  lease_owner: string | null;
  lease_expires_at: NullableTimestamp;
  attempt: Generated<number>;
  failures: Generated<number>;
  next_attempt_at: NullableTimestamp;
}

export interface ResearchSources {
  id: Generated<string>;
  session_id: string;
  url: string;
  title: string;
  content: string | null;
  snippet: string | null;
  author: string | null;
  publish_date: NullableTimestamp;
  source_type: Generated<'web' | 'academic' | 'news' | 'forum' | 'wikipedia' | 'reddit' | 'stackoverflow' | 'arxiv' | 'file'>;
  provider: string;
  authority_score: Generated<number>;
  recency_score: Generated<number>;
  bias_score: Generated<number>;
  overall_credibility: Generated<number>;
  score_reasons: Generated<Json>;
  is_processed: Generated<boolean>;
  is_used: Generated<boolean>;
  processing_error: string | null;
  created_at: Generated<Timestamp>;
  processed_at: NullableTimestamp;
  user_id: string;
  project_id: string | null;
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

export interface SavedWorkflows {
  id: Generated<string>;
  user_id: Generated<string>;
  name: string;
  description: string | null;
  steps: Generated<Json>;
  parameters: Generated<Json>;
  tags: Generated<string[]>;
  is_public: Generated<boolean>;
  execution_count: Generated<number>;
  last_executed_at: NullableTimestamp;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
}

export interface ScreenSnapshots {
  id: Generated<string>;
  session_id: string;
  action_id: string | null;
  screenshot_url: string;
  screenshot_data: string | null;
  analysis: Generated<Json>;
  detected_elements: Generated<Json>;
  html_snapshot: string | null;
  url: string | null;
  viewport_width: number | null;
  viewport_height: number | null;
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

export interface ThinkingSessions {
  id: Generated<string>;
  user_id: Generated<string>;
  project_id: string | null;
  template_id: string | null;
  query: string;
  root_node_id: string | null;
  current_node_id: string | null;
  config: Generated<Json>;
  status: Generated<'thinking' | 'paused' | 'completed' | 'error' | 'cancelled'>;
  stats: Generated<Json>;
  final_conclusion: string | null;
  error_message: string | null;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
  completed_at: NullableTimestamp;
  lease_owner: string | null;
  lease_expires_at: NullableTimestamp;
  attempt: Generated<number>;
  failures: Generated<number>;
  next_attempt_at: NullableTimestamp;
}

export interface ThinkingTemplates {
  id: Generated<string>;
  user_id: Generated<string | null>;
  is_system: Computed<boolean>;
  name: string;
  description: Generated<string>;
  steps: Json;
  category: Generated<string>;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
}

export interface ThoughtLinks {
  from_node_id: string;
  to_node_id: string;
  kind: 'merges' | 'revises' | 'supports' | 'contradicts';
  created_at: Generated<Timestamp>;
}

export interface ThoughtNodes {
  id: Generated<string>;
  session_id: string;
  parent_id: string | null;
  content: string;
  type: 'observation' | 'hypothesis' | 'analysis' | 'critique' | 'conclusion' | 'question' | 'evidence' | 'alternative' | 'synthesis';
  confidence: number;
  depth: Generated<number>;
  metadata: Generated<Json>;
  status: Generated<'exploring' | 'completed' | 'abandoned' | 'bookmarked' | 'revised'>;
  reasoning: string | null;
  alternatives: Generated<Json>;
  created_at: Generated<Timestamp>;
  user_id: string;
  project_id: string | null;
}

export interface UserFileStatistics {
  user_id: string | null;
  file_count: number | null;
  total_size: number | null;
  mime_type_count: number | null;
  last_upload: NullableTimestamp;
}

export interface UserGenerationSummary {
  user_id: string | null;
  total_images: number | null;
  completed_images: number | null;
  failed_images: number | null;
  pending_images: number | null;
  providers_used: number | null;
  total_cost_usd: number | null;
  avg_generation_time_ms: number | null;
  last_generation_at: NullableTimestamp;
  images_last_7_days: number | null;
  images_last_30_days: number | null;
}

export interface UserRoles {
  user_id: string;
  role_id: string;
  granted_by: Generated<string | null>;
  granted_at: Generated<Timestamp>;
}

export interface UserSettings {
  id: Generated<string>;
  user_id: Generated<string>;
  model_parameters: Generated<Json>;
  reasoning_config: Generated<Json>;
  search_config: Generated<Json>;
  rag_config: Generated<Json>;
  output_config: Generated<Json>;
  ui_preferences: Generated<Json>;
  active_preset: Generated<string>;
  schema_version: Generated<number>;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
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

export interface VoiceAnalytics {
  id: Generated<string>;
  session_id: string;
  user_id: string;
  stt_provider: string | null;
  tts_provider: string | null;
  characters_transcribed: Generated<number>;
  characters_synthesized: Generated<number>;
  audio_seconds_processed: Generated<number>;
  audio_seconds_generated: Generated<number>;
  estimated_cost_usd: number | null;
  recorded_at: Generated<Timestamp>;
}

export interface VoiceSessions {
  id: Generated<string>;
  user_id: Generated<string>;
  project_id: string | null;
  conversation_id: string | null;
  config: Generated<Json>;
  status: Generated<'connecting' | 'active' | 'paused' | 'ended' | 'error'>;
  error_message: string | null;
  started_at: Generated<Timestamp>;
  ended_at: NullableTimestamp;
  duration_seconds: number | null;
  metadata: Generated<Json>;
  user_speak_time_ms: Generated<number>;
  ai_speak_time_ms: Generated<number>;
  interruptions_count: Generated<number>;
  total_turns: Generated<number>;
  avg_latency_ms: number | null;
  avg_confidence: number | null;
  last_heartbeat_at: Generated<Timestamp>;
}

export interface VoiceTranscripts {
  id: Generated<string>;
  session_id: string;
  role: 'user' | 'assistant';
  text: string;
  audio_url: string | null;
  timestamp: Generated<Timestamp>;
  duration_ms: Generated<number>;
  was_interrupted: Generated<boolean>;
  emotion: string | null;
  confidence: number | null;
  language: string | null;
  word_timestamps: Json;
  stt_provider: string | null;
  tts_provider: string | null;
  model_used: string | null;
}

export interface WorkflowExecutions {
  id: Generated<string>;
  workflow_id: string;
  session_id: string | null;
  user_id: Generated<string>;
  parameters: Generated<Json>;
  status: Generated<'pending' | 'running' | 'completed' | 'failed' | 'cancelled'>;
  steps_completed: Generated<number>;
  total_steps: Generated<number>;
  current_step: number | null;
  error_message: string | null;
  result: Generated<Json>;
  started_at: Generated<Timestamp>;
  completed_at: NullableTimestamp;
  duration_ms: Computed<number | null>;
  lease_owner: string | null;
  lease_expires_at: NullableTimestamp;
  attempt: Generated<number>;
  failures: Generated<number>;
  next_attempt_at: NullableTimestamp;
}

export interface DB {
  api_keys: ApiKeys;
  api_usage: ApiUsage;
  auth_audit_log: AuthAuditLog;
  bookmarked_thoughts: BookmarkedThoughts;
  collection_images: CollectionImages;
  computer_actions: ComputerActions;
  computer_downloads: ComputerDownloads;
  computer_session_analytics: ComputerSessionAnalytics;
  computer_sessions: ComputerSessions;
  computer_task_executions: ComputerTaskExecutions;
  custom_voices: CustomVoices;
  element_interactions: ElementInteractions;
  fact_contradictions: FactContradictions;
  fact_sources: FactSources;
  file_statistics: FileStatistics;
  files: Files;
  generated_images: GeneratedImages;
  idempotency_keys: IdempotencyKeys;
  image_collections: ImageCollections;
  image_favorites: ImageFavorites;
  image_generation_stats: ImageGenerationStats;
  knowledge_nodes: KnowledgeNodes;
  knowledge_relationships: KnowledgeRelationships;
  meta_artifact_citations: MetaArtifactCitations;
  meta_artifacts: MetaArtifacts;
  meta_budget_reservations: MetaBudgetReservations;
  meta_budgets: MetaBudgets;
  meta_conversation_shares: MetaConversationShares;
  meta_conversations: MetaConversations;
  meta_decisions: MetaDecisions;
  meta_file_chunks: MetaFileChunks;
  meta_file_metadata: MetaFileMetadata;
  meta_memory_facts: MetaMemoryFacts;
  meta_message_attachments: MetaMessageAttachments;
  meta_messages: MetaMessages;
  meta_project_history: MetaProjectHistory;
  meta_project_members: MetaProjectMembers;
  meta_projects: MetaProjects;
  meta_storage_quotas: MetaStorageQuotas;
  meta_task_dependencies: MetaTaskDependencies;
  meta_task_history: MetaTaskHistory;
  meta_task_runs: MetaTaskRuns;
  meta_tasks: MetaTasks;
  meta_workstreams: MetaWorkstreams;
  model_prices: ModelPrices;
  model_providers: ModelProviders;
  oauth_accounts: OauthAccounts;
  permissions: Permissions;
  popular_prompt_templates: PopularPromptTemplates;
  prompt_templates: PromptTemplates;
  provider_performance: ProviderPerformance;
  rate_limits: RateLimits;
  recent_generations: RecentGenerations;
  research_citations: ResearchCitations;
  research_events: ResearchEvents;
  research_facts: ResearchFacts;
  research_follow_ups: ResearchFollowUps;
  research_reports: ResearchReports;
  research_sessions: ResearchSessions;
  research_sources: ResearchSources;
  role_permissions: RolePermissions;
  roles: Roles;
  saved_workflows: SavedWorkflows;
  screen_snapshots: ScreenSnapshots;
  sessions: Sessions;
  setup_tokens: SetupTokens;
  thinking_sessions: ThinkingSessions;
  thinking_templates: ThinkingTemplates;
  thought_links: ThoughtLinks;
  thought_nodes: ThoughtNodes;
  user_file_statistics: UserFileStatistics;
  user_generation_summary: UserGenerationSummary;
  user_roles: UserRoles;
  user_settings: UserSettings;
  users: Users;
  voice_analytics: VoiceAnalytics;
  voice_sessions: VoiceSessions;
  voice_transcripts: VoiceTranscripts;
  workflow_executions: WorkflowExecutions;
}
