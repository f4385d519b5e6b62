// Generated from the catalog by `npm run generate`. Do not edit.
import type { ColumnType, Generated as Optional } from 'kysely';

/** A jsonb value; its shape is documented on the column and checked where it enters. */
export type Json = ColumnType<unknown, unknown, unknown>;
export type Timestamp = ColumnType<Date, Date | string, Date | string>;
export type NullableTimestamp = ColumnType<Date | null, Date | string | null, Date | string | null>;
type Generated<T> = T extends ColumnType<infer S, infer I, infer U> ? ColumnType<S, I | undefined, U> : Optional<T>;
/** A column the database computes. */
type Computed<T> = ColumnType<T, never, never>;

export interface ActiveSessions {
  id: Generated<string>;
  user_id: Generated<string | null>;
  machine_id: string | null;
  repo_id: string | null;
  ide: string | null;
  workspace_path: string | null;
  status: Generated<string>;
  last_heartbeat_at: Generated<Timestamp>;
  metadata: Generated<Json>;
  started_at: Generated<Timestamp>;
  ended_at: NullableTimestamp;
}

export interface AgentMemory {
  id: Generated<string>;
  user_id: Generated<string | null>;
  machine_id: string | null;
  agent: string | null;
  key: string | null;
  value: Json;
  content: string | null;
  metadata: Generated<Json>;
  expires_at: NullableTimestamp;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
}

export interface ApiKeys {
  id: Generated<string>;
  user_id: string;
  key_prefix: string;
  key_hash: string;
  name: string;
  description: string | null;
  scopes: Generated<string[]>;
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

export interface CanvasArtifacts {
  id: Generated<string>;
  user_id: Generated<string>;
  project_id: string | null;
  conversation_id: string | null;
  message_id: string | null;
  title: string;
  content: Generated<string>;
  content_type: Generated<'code' | 'markdown' | 'react' | 'html' | 'svg' | 'mermaid' | 'json' | 'csv'>;
  language: string | null;
  version: Generated<number>;
  change_summary: string | null;
  is_published: Generated<boolean>;
  published_at: NullableTimestamp;
  metadata: Generated<Json>;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
  search_vector: Computed<string | null>;
}

export interface CanvasShares {
  id: Generated<string>;
  artifact_id: string;
  share_token_hash: string;
  shared_by: Generated<string | null>;
  expires_at: NullableTimestamp;
  revoked_at: NullableTimestamp;
  view_count: Generated<number>;
  created_at: Generated<Timestamp>;
}

export interface CanvasVersions {
  id: Generated<string>;
  artifact_id: string;
  version: number;
  title: string;
  content: string;
  change_summary: string | null;
  created_by: string | null;
  created_by_agent: string | null;
  created_at: Generated<Timestamp>;
}

export interface ChatHistories {
  id: Generated<string>;
  user_id: Generated<string | null>;
  machine_id: string | null;
  repo_id: string | null;
  title: string | null;
  tool: string | null;
  messages: Generated<Json>;
  metadata: Generated<Json>;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
}

export interface CollaborationSessions {
  id: Generated<string>;
  room_id: string;
  resource_type: string;
  resource_id: string;
  name: string | null;
  owner_id: string | null;
  project_id: string | null;
  created_at: Generated<Timestamp>;
  ended_at: NullableTimestamp;
  participant_count: Generated<number>;
  metadata: Generated<Json>;
}

export interface CollectionImages {
  collection_id: string;
  image_id: string;
  position: Generated<number>;
  added_at: Generated<Timestamp>;
}

export interface CollectionVideos {
  collection_id: string;
  video_id: string;
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

export interface Conversations {
  id: Generated<string>;
  user_id: Generated<string | null>;
  project_id: string | null;
  lead_id: string | null;
  channel: Generated<'website' | 'email' | 'sms' | 'whatsapp' | 'phone' | 'other'>;
  status: Generated<'open' | 'waiting' | 'closed'>;
  subject: string | null;
  is_ai_enabled: Generated<boolean>;
  visitor_token_hash: string | null;
  page_url: string | null;
  message_count: Generated<number>;
  unread_count: Generated<number>;
  last_message_at: NullableTimestamp;
  metadata: Generated<Json>;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
}

export interface CustomAgents {
  id: Generated<string>;
  user_id: Generated<string>;
  name: string;
  description: string | null;
  slug: string;
  avatar_url: string | null;
  yaml_config: string;
  parsed_config: Generated<Json>;
  version: Generated<number>;
  parent_id: string | null;
  visibility: Generated<'private' | 'unlisted' | 'public'>;
  is_featured: Generated<boolean>;
  usage_count: Generated<number>;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
}

export interface CustomFunctions {
  id: Generated<string>;
  user_id: Generated<string>;
  name: string;
  description: string | null;
  parameters: Generated<Json>;
  handler_type: 'webhook' | 'code' | 'mcp';
  handler_config: Generated<Json>;
  secrets_encrypted: string | null;
  test_input: Json;
  test_output: Json;
  last_test_at: NullableTimestamp;
  last_test_status: 'passed' | 'failed' | null;
  enabled: Generated<boolean>;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
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

export interface Embeddings {
  id: Generated<string>;
  user_id: Generated<string | null>;
  repo_id: string | null;
  source_type: string | null;
  source_id: string | null;
  content: string | null;
  embedding: string | null;
  embedding_model: string | null;
  metadata: Generated<Json>;
  created_at: Generated<Timestamp>;
}

export interface ExportJobs {
  id: Generated<string>;
  user_id: Generated<string>;
  project_id: string | null;
  scope: 'account' | 'project' | 'conversation' | 'conversations' | 'memory' | 'files' | 'settings';
  target_id: string | null;
  format: Generated<'json' | 'markdown' | 'html' | 'pdf' | 'text' | 'zip'>;
  options: Generated<Json>;
  status: Generated<'pending' | 'running' | 'completed' | 'failed' | 'cancelled'>;
  progress: Generated<number>;
  bucket: Generated<string>;
  storage_path: string | null;
  size_bytes: number | null;
  checksum: string | null;
  item_count: Generated<number>;
  error_message: string | null;
  expires_at: NullableTimestamp;
  created_at: Generated<Timestamp>;
  completed_at: NullableTimestamp;
  lease_owner: string | null;
  lease_expires_at: NullableTimestamp;
  attempt: Generated<number>;
  failures: Generated<number>;
  next_attempt_at: NullableTimestamp;
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

export interface FileCursors {
  id: Generated<string>;
  user_id: Generated<string | null>;
  session_id: string | null;
  file_path: string | null;
  line: number | null;
  column: number | null;
  selection: Json;
  updated_at: Generated<Timestamp>;
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

export interface GeneratedVideos {
  id: Generated<string>;
  user_id: Generated<string>;
  project_id: string | null;
  template_id: string | null;
  prompt: string;
  provider: string;
  model: string | null;
  duration_seconds: number;
  aspect_ratio: string | null;
  style: string | null;
  motion: 'slow' | 'medium' | 'fast' | null;
  seed: number | null;
  status: Generated<'queued' | 'processing' | 'completed' | 'failed' | 'cancelled'>;
  progress: Generated<number>;
  bucket: Generated<string>;
  storage_path: string | null;
  file_size: number | null;
  video_url: string | null;
  thumbnail_url: string | null;
  source_image_url: string | null;
  source_video_url: string | null;
  error_message: string | null;
  cost_usd: number | null;
  is_public: Generated<boolean>;
  metadata: Generated<Json>;
  created_at: Generated<Timestamp>;
  completed_at: NullableTimestamp;
}

export interface GoogleAiFeaturesUsage {
  id: Generated<string>;
  user_id: string;
  feature: string;
  service: string;
  resource_id: string | null;
  input_text: string | null;
  output_text: string | null;
  tokens_used: Generated<number>;
  processing_time_ms: number | null;
  created_at: Generated<Timestamp>;
}

export interface GoogleCalendarEvents {
  id: Generated<string>;
  user_id: string;
  calendar_id: string;
  event_id: string;
  summary: string | null;
  description: string | null;
  location: string | null;
  start_time: NullableTimestamp;
  end_time: NullableTimestamp;
  is_all_day: Generated<boolean>;
  attendees: Generated<Json>;
  status: string | null;
  html_link: string | null;
  synced_at: Generated<Timestamp>;
}

export interface GoogleDriveFiles {
  id: Generated<string>;
  user_id: string;
  file_id: string;
  name: string | null;
  mime_type: string | null;
  size: number | null;
  parent_id: string | null;
  is_folder: Generated<boolean>;
  web_view_link: string | null;
  thumbnail_link: string | null;
  created_time: NullableTimestamp;
  modified_time: NullableTimestamp;
  synced_at: Generated<Timestamp>;
}

export interface GoogleEmailCache {
  id: Generated<string>;
  user_id: string;
  email_id: string;
  thread_id: string | null;
  subject: string | null;
  from_address: string | null;
  to_addresses: Generated<string[]>;
  cc_addresses: Generated<string[]>;
  snippet: string | null;
  body: string | null;
  labels: Generated<string[]>;
  date: NullableTimestamp;
  is_read: Generated<boolean>;
  has_attachments: Generated<boolean>;
  synced_at: Generated<Timestamp>;
  search_vector: Computed<string | null>;
}

export interface GoogleOauthTokens {
  user_id: Generated<string>;
  google_email: string | null;
  access_token_encrypted: string;
  refresh_token_encrypted: string | null;
  token_type: Generated<string>;
  scope: string | null;
  expires_at: Timestamp;
  revoked_at: NullableTimestamp;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
}

export interface GoogleSyncState {
  id: Generated<string>;
  user_id: Generated<string>;
  service: 'gmail' | 'calendar' | 'drive';
  cursor: string | null;
  status: Generated<'idle' | 'syncing' | 'failed' | 'off'>;
  sync_error: string | null;
  last_synced_at: NullableTimestamp;
  created_at: Generated<Timestamp>;
  lease_owner: string | null;
  lease_expires_at: NullableTimestamp;
  attempt: Generated<number>;
  failures: Generated<number>;
  next_attempt_at: NullableTimestamp;
}

export interface GoogleWorkspaceActions {
  id: Generated<string>;
  user_id: string;
  service: 'gmail' | 'calendar' | 'drive' | 'docs' | 'sheets';
  action: string;
  resource_id: string | null;
  agent: string | null;
  metadata: Generated<Json>;
  created_at: Generated<Timestamp>;
}

export interface GoogleWorkspaceAnalytics {
  id: Generated<string>;
  user_id: string;
  service: string;
  date: string;
  emails_read: Generated<number>;
  emails_sent: Generated<number>;
  docs_created: Generated<number>;
  docs_edited: Generated<number>;
  sheets_created: Generated<number>;
  sheets_edited: Generated<number>;
  files_uploaded: Generated<number>;
  files_downloaded: Generated<number>;
  events_created: Generated<number>;
  api_calls: Generated<number>;
}

export interface IdeSettings {
  id: Generated<string>;
  user_id: Generated<string | null>;
  machine_id: string | null;
  ide: Generated<string>;
  settings: Generated<Json>;
  keybindings: Generated<Json>;
  extensions: Generated<Json>;
  version: Generated<number>;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
}

export interface IdeaArtifactRevisions {
  id: Generated<string>;
  artifact_id: string;
  version: number;
  content: string;
  change_summary: string | null;
  revised_by: Generated<'user' | 'ai'>;
  created_at: Generated<Timestamp>;
}

export interface IdeaConversationMessages {
  id: Generated<string>;
  conversation_id: string;
  sequence: Generated<number>;
  role: 'user' | 'assistant' | 'system';
  content: string;
  thinking: string | null;
  tokens_used: Generated<number>;
  model_used: string | null;
  created_at: Generated<Timestamp>;
}

export interface IdeaPhaseArtifacts {
  id: Generated<string>;
  phase_id: string;
  project_id: string;
  output_id: string | null;
  name: string;
  content: string | null;
  format: Generated<string>;
  version: Generated<number>;
  generated_by: Generated<'user' | 'ai' | 'hybrid'>;
  ai_model: string | null;
  ai_prompt_used: string | null;
  change_summary: string | null;
  content_embedding: string | null;
  embedding_model: string | null;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
}

export interface IdeaPhaseConversations {
  id: Generated<string>;
  phase_id: string;
  project_id: string;
  prompt_id: string | null;
  topic: string | null;
  outcome: string | null;
  message_count: Generated<number>;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
}

export interface IdeaProjectDecisions {
  id: Generated<string>;
  project_id: string;
  phase: 'discovery' | 'ideation' | 'specification' | 'planning' | 'implementation' | 'launch';
  decision_type: 'technical' | 'business' | 'design' | 'scope' | 'timeline';
  question: string;
  options: Generated<Json>;
  selected_option: string | null;
  rationale: string | null;
  decided_at: NullableTimestamp;
  decided_by: 'user' | 'ai_suggested' | null;
  created_at: Generated<Timestamp>;
}

export interface IdeaProjectPhases {
  id: Generated<string>;
  project_id: string;
  phase: 'discovery' | 'ideation' | 'specification' | 'planning' | 'implementation' | 'launch';
  ordinal: Computed<number>;
  status: Generated<'locked' | 'active' | 'completed' | 'skipped'>;
  inputs: Generated<Json>;
  gate_results: Generated<Json>;
  gate_status: Generated<'approved' | 'rejected' | 'needs_revision' | 'pending'>;
  gate_notes: string | null;
  gate_decided_at: NullableTimestamp;
  gate_decided_by: string | null;
  started_at: NullableTimestamp;
  completed_at: NullableTimestamp;
  time_spent_minutes: Generated<number>;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
}

export interface IdeaProjectTemplates {
  id: Generated<string>;
  name: string;
  description: string | null;
  project_type: Generated<string>;
  icon: Generated<string>;
  color: Generated<string>;
  phases: Generated<Json>;
  default_platform: string | null;
  suggested_stack: Generated<string[]>;
  estimated_duration: string | null;
  is_public: Generated<boolean>;
  is_featured: Generated<boolean>;
  created_by: Generated<string | null>;
  is_system: Computed<boolean>;
  use_count: Generated<number>;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
}

export interface IdeaProjects {
  id: Generated<string>;
  user_id: Generated<string>;
  meta_project_id: string | null;
  template_id: string | null;
  name: string;
  description: string | null;
  project_type: Generated<string>;
  current_phase: Generated<'discovery' | 'ideation' | 'specification' | 'planning' | 'implementation' | 'launch'>;
  overall_status: Generated<'active' | 'paused' | 'completed' | 'archived'>;
  context: Generated<Json>;
  started_at: Generated<Timestamp>;
  completed_at: NullableTimestamp;
  last_activity_at: Generated<Timestamp>;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
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

export interface ImportItems {
  id: Generated<string>;
  user_id: string;
  job_id: string;
  source: string;
  kind: string;
  external_id: string;
  item_id: string | null;
  outcome: 'created' | 'skipped' | 'failed';
  error: string | null;
  created_at: Generated<Timestamp>;
}

export interface ImportJobs {
  id: Generated<string>;
  user_id: Generated<string>;
  project_id: string | null;
  source: 'meta-agent' | 'chatgpt' | 'claude';
  bucket: Generated<string>;
  storage_path: string;
  options: Generated<Json>;
  status: Generated<'pending' | 'running' | 'completed' | 'failed' | 'cancelled'>;
  progress: Generated<number>;
  created_count: Generated<number>;
  skipped_count: Generated<number>;
  failed_count: Generated<number>;
  report: Generated<Json>;
  error_message: string | null;
  created_at: Generated<Timestamp>;
  completed_at: NullableTimestamp;
  lease_owner: string | null;
  lease_expires_at: NullableTimestamp;
  attempt: Generated<number>;
  failures: Generated<number>;
  next_attempt_at: NullableTimestamp;
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

export interface Leads {
  id: Generated<string>;
  user_id: Generated<string | null>;
  project_id: string | null;
  name: string | null;
  email: string | null;
  phone: string | null;
  company: string | null;
  source: string | null;
  status: Generated<'new' | 'contacted' | 'qualified' | 'converted' | 'lost'>;
  score: number | null;
  notes: string | null;
  tags: Generated<string[]>;
  assigned_to: string | null;
  consent_at: NullableTimestamp;
  last_contact_at: NullableTimestamp;
  metadata: Generated<Json>;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
}

export interface LocalRepos {
  id: Generated<string>;
  user_id: Generated<string | null>;
  machine_id: string | null;
  repo_id: string | null;
  path: string | null;
  branch: string | null;
  head_commit: string | null;
  is_dirty: Generated<boolean>;
  last_synced_at: NullableTimestamp;
  metadata: Generated<Json>;
  created_at: Generated<Timestamp>;
}

export interface Machines {
  id: Generated<string>;
  user_id: Generated<string | null>;
  name: string | null;
  hostname: string | null;
  platform: string | null;
  token_hash: string | null;
  is_active: Generated<boolean>;
  last_seen_at: NullableTimestamp;
  last_sequence: Generated<number>;
  metadata: Generated<Json>;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
}

export interface MarketplaceInstalls {
  id: Generated<string>;
  user_id: Generated<string>;
  listing_id: string;
  version: number;
  installed_item_id: string | null;
  installed_at: Generated<Timestamp>;
}

export interface MarketplaceListings {
  id: Generated<string>;
  publisher_id: Generated<string>;
  kind: 'mcp_config' | 'agent' | 'skill' | 'workflow' | 'persona';
  item_id: string;
  slug: string;
  title: string;
  summary: Generated<string>;
  description: string | null;
  category: Generated<string>;
  tags: Generated<string[]>;
  icon: string | null;
  license: string | null;
  status: Generated<'draft' | 'published' | 'withdrawn' | 'removed'>;
  status_reason: string | null;
  current_version: Generated<number>;
  is_featured: Generated<boolean>;
  is_open: Computed<boolean>;
  install_count: Generated<number>;
  rating_average: Generated<number>;
  rating_count: Generated<number>;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
  published_at: NullableTimestamp;
  search_vector: Computed<string | null>;
}

export interface MarketplaceVersions {
  id: Generated<string>;
  listing_id: string;
  version: number;
  payload: Json;
  checksum: Computed<string>;
  release_notes: string | null;
  created_at: Generated<Timestamp>;
}

export interface McpConfigs {
  id: Generated<string>;
  user_id: Generated<string>;
  server_id: string;
  server_name: string;
  category: string | null;
  transport: Generated<'http' | 'sse' | 'stdio'>;
  enabled: Generated<boolean>;
  config: Generated<Json>;
  secrets_encrypted: string | null;
  has_secrets: Computed<boolean>;
  tools: Generated<Json>;
  last_health_check: NullableTimestamp;
  health_status: Generated<'healthy' | 'degraded' | 'unhealthy' | 'unknown'>;
  health_message: string | null;
  latency_ms: number | null;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
}

export interface Messages {
  id: Generated<string>;
  user_id: string | null;
  project_id: string | null;
  conversation_id: string | null;
  role: Generated<string>;
  content: Generated<string>;
  sender_id: string | null;
  agent: string | null;
  model_used: string | null;
  tokens_used: Generated<number>;
  cost_usd: Generated<number>;
  metadata: Generated<Json>;
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
  embedding_bits: Computed<string | null>;
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
  leaf_message_id: string | null;
  has_password: Computed<boolean>;
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
  last_message_at: Generated<Timestamp>;
  is_archived: Generated<boolean>;
  is_pinned: Generated<boolean>;
  metadata: Generated<Json>;
  deleted_at: NullableTimestamp;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
  is_private: Generated<boolean>;
  is_titled: Generated<boolean>;
  persona_id: string | null;
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
  embedding_bits: Computed<string | null>;
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

export interface MetaMemoryCandidates {
  id: Generated<string>;
  user_id: Generated<string>;
  project_id: string | null;
  content: string;
  category: Generated<'preference' | 'fact' | 'instruction' | 'context'>;
  importance_score: Generated<number>;
  expires_at: NullableTimestamp;
  status: Generated<'pending' | 'accepted' | 'edited' | 'rejected'>;
  contradicts_id: string | null;
  fact_id: string | null;
  extracted_by: string;
  source_conversation_id: string | null;
  source_message_id: string | null;
  content_hash: Computed<string>;
  decided_at: NullableTimestamp;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
}

export interface MetaMemoryExtractions {
  id: Generated<string>;
  message_id: string;
  status: Generated<'pending' | 'running' | 'done' | 'failed'>;
  error_message: string | null;
  created_at: Generated<Timestamp>;
  lease_owner: string | null;
  lease_expires_at: NullableTimestamp;
  attempt: Generated<number>;
  failures: Generated<number>;
  next_attempt_at: NullableTimestamp;
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
  persona_id: string | null;
  embedding_bits: Computed<string | null>;
}

export interface MetaMemorySettings {
  user_id: Generated<string>;
  extraction: Generated<'ask' | 'automatic' | 'off'>;
  use_model: Generated<boolean>;
  max_facts: Generated<number>;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
}

export interface MetaMemoryTrash {
  id: string;
  user_id: Generated<string>;
  fact: Json;
  deleted_at: Generated<Timestamp>;
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
  position: Generated<number>;
  delivered_as: 'native' | 'text' | 'passages' | 'unread' | null;
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
  status: Generated<'complete' | 'streaming' | 'waiting' | 'stopped' | 'failed'>;
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
  author_id: string | null;
  is_step: Computed<boolean>;
  embedding_bits: Computed<string | null>;
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
  organization_id: string | null;
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
  instructions: string | null;
  chat_defaults: Generated<Json>;
  organization_id: string | null;
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

export interface MetaToolApprovals {
  id: Generated<string>;
  message_id: string;
  call_key: string;
  tool_name: string;
  tool_input: Generated<Json>;
  decision: 'allowed' | 'denied' | null;
  decided_by: string | null;
  decided_at: NullableTimestamp;
  created_at: Generated<Timestamp>;
}

export interface MetaToolPermissions {
  id: Generated<string>;
  user_id: Generated<string>;
  conversation_id: string | null;
  tool_name: string;
  permission: 'always' | 'ask' | 'never';
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
}

export interface MetaWorkflowInstances {
  id: Generated<string>;
  workflow_id: string;
  user_id: Generated<string>;
  project_id: string | null;
  status: Generated<'running' | 'paused' | 'completed' | 'failed' | 'cancelled'>;
  definition: Generated<Json>;
  current_state_id: string | null;
  context: Generated<Json>;
  input_data: Generated<Json>;
  output_data: Generated<Json>;
  error_message: string | null;
  trigger_source: string | null;
  trigger_key: string | null;
  waiting_for: string | null;
  parallel_branches: Generated<Json>;
  started_at: Generated<Timestamp>;
  completed_at: NullableTimestamp;
  lease_owner: string | null;
  lease_expires_at: NullableTimestamp;
  attempt: Generated<number>;
  failures: Generated<number>;
  next_attempt_at: NullableTimestamp;
}

export interface MetaWorkflowLogs {
  id: Generated<string>;
  instance_id: string;
  state_id: string | null;
  transition_id: string | null;
  step_id: string | null;
  action: string;
  status: Generated<'success' | 'failed' | 'skipped' | 'pending'>;
  input_data: Json;
  output_data: Json;
  error: string | null;
  duration_ms: number | null;
  created_at: Generated<Timestamp>;
}

export interface MetaWorkflowSchedules {
  id: Generated<string>;
  workflow_id: string;
  cron_expression: string;
  timezone: Generated<string>;
  enabled: Generated<boolean>;
  input_data: Generated<Json>;
  last_run_at: NullableTimestamp;
  next_run_at: NullableTimestamp;
  run_count: Generated<number>;
  created_at: Generated<Timestamp>;
}

export interface MetaWorkflowStates {
  id: Generated<string>;
  workflow_id: string;
  name: string;
  description: string | null;
  state_type: 'start' | 'action' | 'decision' | 'parallel' | 'wait' | 'end';
  action_type: 'ai_task' | 'http_request' | 'email' | 'notification' | 'transform' | 'agent' | 'function' | 'workflow' | null;
  action_config: Generated<Json>;
  position_x: Generated<number>;
  position_y: Generated<number>;
  color: Generated<string>;
  icon: string | null;
  timeout_seconds: Generated<number>;
  retry_count: Generated<number>;
  retry_delay_seconds: Generated<number>;
  created_at: Generated<Timestamp>;
}

export interface MetaWorkflowSteps {
  id: Generated<string>;
  instance_id: string;
  sequence: number;
  branch: Generated<string>;
  state_key: string;
  status: Generated<'running' | 'waiting' | 'completed' | 'failed' | 'skipped'>;
  tries: Generated<number>;
  input_data: Generated<Json>;
  output_data: Json;
  error: string | null;
  wake_at: NullableTimestamp;
  started_at: Generated<Timestamp>;
  completed_at: NullableTimestamp;
}

export interface MetaWorkflowTransitions {
  id: Generated<string>;
  workflow_id: string;
  from_state_id: string;
  to_state_id: string;
  name: string | null;
  condition: Generated<Json>;
  condition_expression: string | null;
  priority: Generated<number>;
  routing_points: Generated<Json>;
  created_at: Generated<Timestamp>;
}

export interface MetaWorkflows {
  id: Generated<string>;
  project_id: string | null;
  user_id: Generated<string | null>;
  is_system: Computed<boolean>;
  name: string;
  description: string | null;
  status: Generated<'draft' | 'active' | 'paused' | 'completed' | 'archived'>;
  trigger_type: Generated<'manual' | 'scheduled' | 'event' | 'ai_suggested' | 'webhook'>;
  trigger_config: Generated<Json>;
  version: Generated<number>;
  is_template: Generated<boolean>;
  template_category: string | null;
  webhook_secret_encrypted: string | null;
  metadata: Generated<Json>;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
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

export interface NotificationDeliveries {
  id: Generated<string>;
  notification_id: string;
  channel: 'email' | 'webhook' | 'push';
  status: Generated<'pending' | 'sending' | 'sent' | 'failed'>;
  error: string | null;
  sent_at: NullableTimestamp;
  created_at: Generated<Timestamp>;
  lease_owner: string | null;
  lease_expires_at: NullableTimestamp;
  attempt: Generated<number>;
  failures: Generated<number>;
  next_attempt_at: NullableTimestamp;
}

export interface NotificationPreferences {
  user_id: Generated<string>;
  kind: Generated<string>;
  channel: 'in_app' | 'email' | 'webhook' | 'push';
  enabled: Generated<boolean>;
  target: string | null;
  secret_encrypted: string | null;
  updated_at: Generated<Timestamp>;
}

export interface Notifications {
  id: Generated<string>;
  user_id: string;
  project_id: string | null;
  kind: string;
  severity: Generated<'info' | 'success' | 'warning' | 'error'>;
  title: string;
  body: string | null;
  link: string | null;
  data: Generated<Json>;
  dedupe_key: string | null;
  read_at: NullableTimestamp;
  archived_at: NullableTimestamp;
  created_at: Generated<Timestamp>;
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

export interface OrganizationInvitations {
  id: Generated<string>;
  org_id: string;
  email: string;
  role: Generated<'admin' | 'member'>;
  token_hash: string;
  invited_by: Generated<string | null>;
  expires_at: Generated<Timestamp>;
  accepted_at: NullableTimestamp;
  created_at: Generated<Timestamp>;
}

export interface OrganizationMembers {
  org_id: string;
  user_id: string;
  role: Generated<'owner' | 'admin' | 'member'>;
  invited_by: Generated<string | null>;
  created_at: Generated<Timestamp>;
}

export interface OrganizationThemes {
  org_id: string;
  theme_id: string;
  logo_path: string | null;
  product_name: string | null;
  updated_at: Generated<Timestamp>;
}

export interface Organizations {
  id: Generated<string>;
  name: string;
  slug: Generated<string>;
  owner_id: Generated<string>;
  billing_plan: Generated<string>;
  default_project_role: Generated<'editor' | 'viewer'>;
  settings: Generated<Json>;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
}

export interface ParameterPresets {
  id: Generated<string>;
  user_id: Generated<string | null>;
  is_system: Computed<boolean>;
  name: string;
  description: string | null;
  model_parameters: Json;
  reasoning_config: Json;
  search_config: Json;
  rag_config: Json;
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

export interface PersonaConversations {
  id: Generated<string>;
  persona_id: string;
  user_id: Generated<string>;
  title: string | null;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
}

export interface PersonaKnowledge {
  id: Generated<string>;
  persona_id: string;
  file_metadata_id: string | null;
  file_name: string;
  file_type: string;
  file_size: number;
  storage_path: string;
  embedding_id: string | null;
  created_at: Generated<Timestamp>;
}

export interface PersonaLikes {
  persona_id: string;
  user_id: Generated<string>;
  created_at: Generated<Timestamp>;
}

export interface PersonaMessages {
  id: Generated<string>;
  conversation_id: string;
  sequence: Generated<number>;
  role: 'user' | 'assistant';
  content: string;
  metadata: Generated<Json>;
  created_at: Generated<Timestamp>;
}

export interface PersonaStats {
  persona_id: string;
  conversations_count: Generated<number>;
  messages_count: Generated<number>;
  likes_count: Generated<number>;
  forks_count: Generated<number>;
  updated_at: Generated<Timestamp>;
}

export interface Personas {
  id: Generated<string>;
  creator_id: Generated<string>;
  parent_id: string | null;
  name: string;
  slug: string;
  avatar_url: string | null;
  description: string;
  category: Generated<string>;
  system_prompt: string;
  starter_prompts: Generated<Json>;
  personality: Generated<Json>;
  capabilities: Generated<Json>;
  model_config: Generated<Json>;
  voice_config: Json;
  visibility: Generated<'private' | 'unlisted' | 'public'>;
  is_featured: Generated<boolean>;
  version: Generated<number>;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
  search_vector: Computed<string | null>;
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

export interface PopularVideoTemplates {
  videos_created: number | null;
  id: string | null;
  user_id: string | null;
  is_system: boolean | null;
  name: string | null;
  description: string | null;
  prompt_template: string | null;
  style_preset: string | null;
  motion_preset: string | null;
  default_provider: string | null;
  default_duration: number | null;
  default_aspect_ratio: string | null;
  category: string | null;
  tags: string[] | null;
  is_public: boolean | null;
  usage_count: number | null;
  created_at: NullableTimestamp;
  updated_at: NullableTimestamp;
}

export interface PresenceHistory {
  id: Generated<string>;
  user_id: string;
  status: 'online' | 'away' | 'busy' | 'offline';
  session_duration: number | null;
  views_visited: Generated<Json>;
  started_at: Generated<Timestamp>;
  ended_at: NullableTimestamp;
  metadata: Generated<Json>;
}

export interface PresenceStatus {
  user_id: Generated<string>;
  status: Generated<'online' | 'away' | 'busy' | 'offline'>;
  current_view: Json;
  cursor: Json;
  metadata: Generated<Json>;
  last_active: Generated<Timestamp>;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
}

export interface PromptAssets {
  id: Generated<string>;
  user_id: Generated<string | null>;
  prompt_id: string | null;
  asset_type: Generated<string>;
  file_metadata_id: string | null;
  name: string | null;
  storage_path: string | null;
  url: string | null;
  metadata: Generated<Json>;
  created_at: Generated<Timestamp>;
}

export interface PromptCategories {
  id: Generated<string>;
  user_id: Generated<string | null>;
  is_shared: Generated<boolean>;
  name: string;
  description: string | null;
  parent_id: string | null;
  icon: string | null;
  position: Generated<number>;
  created_at: Generated<Timestamp>;
}

export interface PromptEmbeddings {
  id: Generated<string>;
  user_id: Generated<string | null>;
  prompt_id: string | null;
  embedding: string | null;
  embedding_model: string | null;
  content: string | null;
  metadata: Generated<Json>;
  created_at: Generated<Timestamp>;
}

export interface PromptLibrary {
  id: Generated<string>;
  user_id: Generated<string | null>;
  project_id: string | null;
  category_id: string | null;
  title: string | null;
  description: string | null;
  content: Generated<string>;
  variables: Generated<Json>;
  model: string | null;
  tags: Generated<string[]>;
  is_public: Generated<boolean>;
  is_favorite: Generated<boolean>;
  usage_count: Generated<number>;
  last_used_at: NullableTimestamp;
  version: Generated<number>;
  metadata: Generated<Json>;
  embedding: string | null;
  embedding_model: string | null;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
  search_vector: Computed<string | null>;
  search_length: Computed<number | null>;
  embedding_bits: Computed<string | null>;
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

export interface PromptVersions {
  id: Generated<string>;
  prompt_id: string;
  version: number;
  title: string | null;
  content: string;
  variables: Generated<Json>;
  created_by: string | null;
  created_at: Generated<Timestamp>;
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

export interface RatingSummaries {
  target_type: string;
  target_id: string;
  rating_count: Generated<number>;
  rating_average: Generated<number>;
  histogram: Generated<number[]>;
  updated_at: Generated<Timestamp>;
}

export interface Ratings {
  id: Generated<string>;
  user_id: Generated<string>;
  target_type: 'listing' | 'skill' | 'persona' | 'agent' | 'prompt' | 'workflow';
  target_id: string;
  rating: number;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
}

export interface RealtimeEvents {
  id: Generated<string>;
  event_type: string;
  room_id: string | null;
  user_id: string | null;
  client_id: string | null;
  payload: Generated<Json>;
  timestamp: Generated<Timestamp>;
  metadata: Generated<Json>;
}

export interface RealtimeOperations {
  id: Generated<string>;
  operation_id: string;
  resource_type: string;
  resource_id: string;
  operation_type: 'insert' | 'delete' | 'update' | 'move';
  operation_data: Json;
  user_id: string | null;
  version: number;
  parent_version: number | null;
  applied_at: Generated<Timestamp>;
  metadata: Generated<Json>;
}

export interface RealtimeResourceState {
  resource_type: string;
  resource_id: string;
  version: Generated<number>;
  data: Json;
  last_modified: Generated<Timestamp>;
  last_modified_by: string | null;
  checksum: Computed<string | null>;
  metadata: Generated<Json>;
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

export interface RepoRegistry {
  id: Generated<string>;
  user_id: Generated<string | null>;
  name: string | null;
  remote_url: string | null;
  default_branch: string | null;
  description: string | null;
  metadata: Generated<Json>;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
}

export interface Reports {
  id: Generated<string>;
  user_id: Generated<string>;
  target_type: 'listing' | 'skill' | 'persona' | 'agent' | 'prompt' | 'workflow' | 'review' | 'image' | 'video' | 'message' | 'user';
  target_id: string;
  reason: 'spam' | 'abuse' | 'copyright' | 'malware' | 'privacy' | 'other';
  details: string | null;
  status: Generated<'open' | 'resolved' | 'dismissed'>;
  resolution: string | null;
  resolved_by: string | null;
  resolved_at: NullableTimestamp;
  created_at: Generated<Timestamp>;
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

export interface RetentionRules {
  name: string;
  table_name: string;
  column_name: string;
  condition: Generated<string>;
  keep_for: string | null;
  description: string;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
}

export interface ReviewVotes {
  user_id: Generated<string>;
  review_id: string;
  created_at: Generated<Timestamp>;
}

export interface Reviews {
  id: Generated<string>;
  user_id: Generated<string>;
  rating_id: string;
  target_type: string;
  target_id: string;
  title: string | null;
  body: string;
  is_visible: Generated<boolean>;
  helpful_count: Generated<number>;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
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

export interface ScheduledTasks {
  id: Generated<string>;
  user_id: Generated<string>;
  project_id: string | null;
  name: string;
  description: string | null;
  type: 'one-time' | 'recurring' | 'trigger';
  schedule: Generated<Json>;
  trigger_config: Generated<Json>;
  action: Json;
  conditions: Generated<Json>;
  retry_policy: Generated<Json>;
  notification_config: Generated<Json>;
  overlap_policy: Generated<'skip' | 'queue' | 'allow'>;
  catch_up_policy: Generated<'skip' | 'once' | 'all'>;
  status: Generated<'active' | 'paused' | 'completed' | 'failed'>;
  last_run_at: NullableTimestamp;
  next_run_at: NullableTimestamp;
  run_count: Generated<number>;
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

export interface SearchConnections {
  id: Generated<string>;
  user_id: Generated<string>;
  kind: 'searxng' | 'brave' | 'tavily';
  base_url: string | null;
  secret_encrypted: string | null;
  has_secret: Computed<boolean>;
  enabled: Generated<boolean>;
  price_usd: number | null;
  last_tested_at: NullableTimestamp;
  last_test_ok: boolean | null;
  last_test_message: string | null;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
}

export interface SessionParticipants {
  id: Generated<string>;
  session_id: string;
  user_id: string;
  role: Generated<'owner' | 'editor' | 'viewer'>;
  joined_at: Generated<Timestamp>;
  left_at: NullableTimestamp;
  is_active: Generated<boolean>;
  permissions: Generated<Json>;
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

export interface SettingsHistory {
  id: Generated<string>;
  user_id: string;
  table_name: string;
  record_id: string;
  action: 'create' | 'update' | 'delete';
  previous_value: Json;
  new_value: Json;
  changed_by_agent: string | null;
  changed_at: Generated<Timestamp>;
}

export interface SetupTokens {
  id: Generated<string>;
  token_hash: string;
  expires_at: Timestamp;
  used_at: NullableTimestamp;
  created_at: Generated<Timestamp>;
}

export interface Skills {
  id: Generated<string>;
  creator_id: Generated<string>;
  name: string;
  description: string | null;
  slug: string;
  icon: string | null;
  skill_md: string | null;
  triggers: Generated<Json>;
  implementation: Generated<Json>;
  requires: Generated<string[]>;
  settings_schema: Generated<Json>;
  default_settings: Generated<Json>;
  visibility: Generated<'private' | 'unlisted' | 'public'>;
  downloads: Generated<number>;
  rating: Generated<number>;
  version: Generated<string>;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
  search_vector: Computed<string | null>;
  files: Generated<Json>;
}

export interface SyncConflicts {
  id: Generated<string>;
  resource_type: string;
  resource_id: string;
  operation_id: string;
  conflicting_operation_id: string | null;
  resolution_strategy: 'accept' | 'reject' | 'merge' | 'manual' | null;
  resolved_by: string | null;
  resolved_at: NullableTimestamp;
  details: Generated<Json>;
  created_at: Generated<Timestamp>;
}

export interface SyncEvents {
  id: Generated<string>;
  user_id: Generated<string | null>;
  machine_id: string | null;
  event_type: Generated<string>;
  entity_type: string | null;
  entity_id: string | null;
  payload: Generated<Json>;
  sequence: Generated<number>;
  created_at: Generated<Timestamp>;
}

export interface TaskExecutions {
  id: Generated<string>;
  task_id: string;
  trigger_key: string;
  due_at: Generated<Timestamp>;
  input: Generated<Json>;
  status: Generated<'pending' | 'running' | 'completed' | 'failed' | 'skipped' | 'cancelled'>;
  is_exclusive: Generated<boolean>;
  max_retries: Generated<number>;
  started_at: NullableTimestamp;
  completed_at: NullableTimestamp;
  duration_ms: Computed<number | null>;
  result: Json;
  error: string | null;
  logs: Generated<Json>;
  created_at: Generated<Timestamp>;
  lease_owner: string | null;
  lease_expires_at: NullableTimestamp;
  attempt: Generated<number>;
  failures: Generated<number>;
  next_attempt_at: NullableTimestamp;
}

export interface TaskWebhooks {
  id: Generated<string>;
  task_id: string;
  secret_encrypted: string;
  last_triggered_at: NullableTimestamp;
  trigger_count: Generated<number>;
  created_at: Generated<Timestamp>;
}

export interface Themes {
  id: Generated<string>;
  user_id: Generated<string | null>;
  is_system: Computed<boolean>;
  name: string;
  tokens: Json;
  custom_css: string | null;
  visibility: Generated<'private' | 'public'>;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
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
  conversation_id: string | null;
  message_id: string | null;
  inflection_count: Generated<number>;
  reflection_count: Generated<number>;
  turn_count: Generated<number>;
  thinking_tokens: Generated<number>;
  output_tokens: Generated<number>;
  cost_usd: Generated<number>;
  initial_confidence: number | null;
  final_confidence: number | null;
  thinking_duration_ms: number | null;
  total_duration_ms: number | null;
  thought_stream: Generated<Json>;
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

export interface UsageDaily {
  id: Generated<string>;
  user_id: string | null;
  project_id: string | null;
  date: string;
  provider: string;
  model: string;
  calls: Generated<number>;
  input_tokens: Generated<number>;
  output_tokens: Generated<number>;
  cost_usd: Generated<number>;
}

export interface UsageLimits {
  id: Generated<string>;
  user_id: string | null;
  project_id: string | null;
  organization_id: string | null;
  period: Generated<'day' | 'month' | 'total'>;
  max_tokens: number | null;
  max_cost_usd: number | null;
  warn_at: Generated<number>;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
  is_own: Generated<boolean>;
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

export interface UserRules {
  id: Generated<string>;
  user_id: Generated<string>;
  rule_type: 'global' | 'project' | 'format' | 'behavior' | 'conversation';
  name: string;
  content: string;
  priority: Generated<number>;
  enabled: Generated<boolean>;
  project_id: string | null;
  conversation_id: string | null;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
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

export interface UserSkills {
  id: Generated<string>;
  user_id: Generated<string>;
  skill_id: string;
  enabled: Generated<boolean>;
  settings: Generated<Json>;
  installed_at: Generated<Timestamp>;
}

export interface UserThemes {
  user_id: Generated<string>;
  theme_id: string | null;
  mode: Generated<'light' | 'dark' | 'system'>;
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

export interface VideoAnalytics {
  id: Generated<string>;
  video_id: string;
  event_type: 'view' | 'download' | 'share' | 'favorite';
  user_id: string | null;
  metadata: Generated<Json>;
  created_at: Generated<Timestamp>;
}

export interface VideoCollections {
  id: Generated<string>;
  user_id: Generated<string>;
  name: string;
  description: string | null;
  is_public: Generated<boolean>;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
}

export interface VideoFavorites {
  user_id: Generated<string>;
  video_id: string;
  created_at: Generated<Timestamp>;
}

export interface VideoGenerationQueue {
  id: Generated<string>;
  video_id: string;
  priority: Generated<number>;
  max_retries: Generated<number>;
  scheduled_at: Generated<Timestamp>;
  started_at: NullableTimestamp;
  completed_at: NullableTimestamp;
  error_message: string | null;
  status: Generated<'pending' | 'running' | 'completed' | 'failed' | 'cancelled'>;
  created_at: Generated<Timestamp>;
  lease_owner: string | null;
  lease_expires_at: NullableTimestamp;
  attempt: Generated<number>;
  failures: Generated<number>;
  next_attempt_at: NullableTimestamp;
}

export interface VideoGenerationStats {
  date: string | null;
  provider: string | null;
  status: string | null;
  count: number | null;
  avg_duration: number | null;
  avg_generation_time_seconds: number | null;
}

export interface VideoPromptTemplates {
  id: Generated<string>;
  user_id: Generated<string | null>;
  is_system: Computed<boolean>;
  name: string;
  description: string | null;
  prompt_template: string;
  style_preset: string | null;
  motion_preset: 'slow' | 'medium' | 'fast' | null;
  default_provider: string | null;
  default_duration: number | null;
  default_aspect_ratio: string | null;
  category: string | null;
  tags: Generated<string[]>;
  is_public: Generated<boolean>;
  usage_count: Generated<number>;
  created_at: Generated<Timestamp>;
  updated_at: Generated<Timestamp>;
}

export interface VideoProviderPerformance {
  id: Generated<string>;
  provider: string;
  model: string | null;
  total_requests: Generated<number>;
  successful_requests: Generated<number>;
  failed_requests: Generated<number>;
  avg_generation_time_seconds: number | null;
  total_generation_time_seconds: Generated<number>;
  avg_cost_per_video: number | null;
  total_cost: Generated<number>;
  last_request_at: NullableTimestamp;
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
  active_sessions: ActiveSessions;
  agent_memory: AgentMemory;
  api_keys: ApiKeys;
  api_usage: ApiUsage;
  auth_audit_log: AuthAuditLog;
  bookmarked_thoughts: BookmarkedThoughts;
  canvas_artifacts: CanvasArtifacts;
  canvas_shares: CanvasShares;
  canvas_versions: CanvasVersions;
  chat_histories: ChatHistories;
  collaboration_sessions: CollaborationSessions;
  collection_images: CollectionImages;
  collection_videos: CollectionVideos;
  computer_actions: ComputerActions;
  computer_downloads: ComputerDownloads;
  computer_session_analytics: ComputerSessionAnalytics;
  computer_sessions: ComputerSessions;
  computer_task_executions: ComputerTaskExecutions;
  conversations: Conversations;
  custom_agents: CustomAgents;
  custom_functions: CustomFunctions;
  custom_voices: CustomVoices;
  element_interactions: ElementInteractions;
  embeddings: Embeddings;
  export_jobs: ExportJobs;
  fact_contradictions: FactContradictions;
  fact_sources: FactSources;
  file_cursors: FileCursors;
  file_statistics: FileStatistics;
  files: Files;
  generated_images: GeneratedImages;
  generated_videos: GeneratedVideos;
  google_ai_features_usage: GoogleAiFeaturesUsage;
  google_calendar_events: GoogleCalendarEvents;
  google_drive_files: GoogleDriveFiles;
  google_email_cache: GoogleEmailCache;
  google_oauth_tokens: GoogleOauthTokens;
  google_sync_state: GoogleSyncState;
  google_workspace_actions: GoogleWorkspaceActions;
  google_workspace_analytics: GoogleWorkspaceAnalytics;
  ide_settings: IdeSettings;
  idea_artifact_revisions: IdeaArtifactRevisions;
  idea_conversation_messages: IdeaConversationMessages;
  idea_phase_artifacts: IdeaPhaseArtifacts;
  idea_phase_conversations: IdeaPhaseConversations;
  idea_project_decisions: IdeaProjectDecisions;
  idea_project_phases: IdeaProjectPhases;
  idea_project_templates: IdeaProjectTemplates;
  idea_projects: IdeaProjects;
  idempotency_keys: IdempotencyKeys;
  image_collections: ImageCollections;
  image_favorites: ImageFavorites;
  image_generation_stats: ImageGenerationStats;
  import_items: ImportItems;
  import_jobs: ImportJobs;
  knowledge_nodes: KnowledgeNodes;
  knowledge_relationships: KnowledgeRelationships;
  leads: Leads;
  local_repos: LocalRepos;
  machines: Machines;
  marketplace_installs: MarketplaceInstalls;
  marketplace_listings: MarketplaceListings;
  marketplace_versions: MarketplaceVersions;
  mcp_configs: McpConfigs;
  messages: Messages;
  meta_artifact_citations: MetaArtifactCitations;
  meta_artifacts: MetaArtifacts;
  meta_budget_reservations: MetaBudgetReservations;
  meta_budgets: MetaBudgets;
  meta_conversation_shares: MetaConversationShares;
  meta_conversations: MetaConversations;
  meta_decisions: MetaDecisions;
  meta_file_chunks: MetaFileChunks;
  meta_file_metadata: MetaFileMetadata;
  meta_memory_candidates: MetaMemoryCandidates;
  meta_memory_extractions: MetaMemoryExtractions;
  meta_memory_facts: MetaMemoryFacts;
  meta_memory_settings: MetaMemorySettings;
  meta_memory_trash: MetaMemoryTrash;
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
  meta_tool_approvals: MetaToolApprovals;
  meta_tool_permissions: MetaToolPermissions;
  meta_workflow_instances: MetaWorkflowInstances;
  meta_workflow_logs: MetaWorkflowLogs;
  meta_workflow_schedules: MetaWorkflowSchedules;
  meta_workflow_states: MetaWorkflowStates;
  meta_workflow_steps: MetaWorkflowSteps;
  meta_workflow_transitions: MetaWorkflowTransitions;
  meta_workflows: MetaWorkflows;
  meta_workstreams: MetaWorkstreams;
  model_prices: ModelPrices;
  model_providers: ModelProviders;
  notification_deliveries: NotificationDeliveries;
  notification_preferences: NotificationPreferences;
  notifications: Notifications;
  oauth_accounts: OauthAccounts;
  organization_invitations: OrganizationInvitations;
  organization_members: OrganizationMembers;
  organization_themes: OrganizationThemes;
  organizations: Organizations;
  parameter_presets: ParameterPresets;
  permissions: Permissions;
  persona_conversations: PersonaConversations;
  persona_knowledge: PersonaKnowledge;
  persona_likes: PersonaLikes;
  persona_messages: PersonaMessages;
  persona_stats: PersonaStats;
  personas: Personas;
  popular_prompt_templates: PopularPromptTemplates;
  popular_video_templates: PopularVideoTemplates;
  presence_history: PresenceHistory;
  presence_status: PresenceStatus;
  prompt_assets: PromptAssets;
  prompt_categories: PromptCategories;
  prompt_embeddings: PromptEmbeddings;
  prompt_library: PromptLibrary;
  prompt_templates: PromptTemplates;
  prompt_versions: PromptVersions;
  provider_performance: ProviderPerformance;
  rate_limits: RateLimits;
  rating_summaries: RatingSummaries;
  ratings: Ratings;
  realtime_events: RealtimeEvents;
  realtime_operations: RealtimeOperations;
  realtime_resource_state: RealtimeResourceState;
  recent_generations: RecentGenerations;
  repo_registry: RepoRegistry;
  reports: Reports;
  research_citations: ResearchCitations;
  research_events: ResearchEvents;
  research_facts: ResearchFacts;
  research_follow_ups: ResearchFollowUps;
  research_reports: ResearchReports;
  research_sessions: ResearchSessions;
  research_sources: ResearchSources;
  retention_rules: RetentionRules;
  review_votes: ReviewVotes;
  reviews: Reviews;
  role_permissions: RolePermissions;
  roles: Roles;
  saved_workflows: SavedWorkflows;
  scheduled_tasks: ScheduledTasks;
  screen_snapshots: ScreenSnapshots;
  search_connections: SearchConnections;
  session_participants: SessionParticipants;
  sessions: Sessions;
  settings_history: SettingsHistory;
  setup_tokens: SetupTokens;
  skills: Skills;
  sync_conflicts: SyncConflicts;
  sync_events: SyncEvents;
  task_executions: TaskExecutions;
  task_webhooks: TaskWebhooks;
  themes: Themes;
  thinking_sessions: ThinkingSessions;
  thinking_templates: ThinkingTemplates;
  thought_links: ThoughtLinks;
  thought_nodes: ThoughtNodes;
  usage_daily: UsageDaily;
  usage_limits: UsageLimits;
  user_file_statistics: UserFileStatistics;
  user_generation_summary: UserGenerationSummary;
  user_roles: UserRoles;
  user_rules: UserRules;
  user_settings: UserSettings;
  user_skills: UserSkills;
  user_themes: UserThemes;
  users: Users;
  video_analytics: VideoAnalytics;
  video_collections: VideoCollections;
  video_favorites: VideoFavorites;
  video_generation_queue: VideoGenerationQueue;
  video_generation_stats: VideoGenerationStats;
  video_prompt_templates: VideoPromptTemplates;
  video_provider_performance: VideoProviderPerformance;
  voice_analytics: VoiceAnalytics;
  voice_sessions: VoiceSessions;
  voice_transcripts: VoiceTranscripts;
  workflow_executions: WorkflowExecutions;
}
