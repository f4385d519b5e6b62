-- Voice: spoken conversations.
--
-- A voice_session is one call: connecting -> active -> (paused) -> ended or error. voice_transcripts are its turns,
-- with times, words and an optional recording in the bucket voice-recordings; custom_voices are cloned voices of a
-- person, trained by the service; voice_analytics is what a session used and cost, one row for each provider
-- pair it ran on.
--
-- The session's counters (turns, speaking times, confidence) are kept by trigger from its transcripts; its duration is
-- set when it ends. A session belongs to a person; 016_conversations.sql holds the same talk as a conversation.

-- --------------------------------------------------------------------------------------------------- tables

create table if not exists public.voice_sessions (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  project_id uuid references public.meta_projects (id) on delete cascade,
  conversation_id uuid,
  config jsonb not null default '{}',
  status text not null default 'connecting' check (status in ('connecting', 'active', 'paused', 'ended', 'error')),
  error_message text,
  started_at timestamptz not null default now(),
  ended_at timestamptz,
  duration_seconds int check (duration_seconds >= 0),
  metadata jsonb not null default '{}',
  user_speak_time_ms bigint not null default 0,
  ai_speak_time_ms bigint not null default 0,
  interruptions_count int not null default 0 check (interruptions_count >= 0),
  total_turns int not null default 0,
  avg_latency_ms int check (avg_latency_ms >= 0),
  avg_confidence float8,
  last_heartbeat_at timestamptz not null default now()
);

comment on table public.voice_sessions is 'Conversation sessions by voice.';
comment on column public.voice_sessions.conversation_id is 'The conversation of 016 that keeps what was said.';
comment on column public.voice_sessions.config is '{"stt_provider", "tts_provider", "voice_id", "language", "persona_id", …}.';
comment on column public.voice_sessions.interruptions_count is 'How often the person spoke over the answer (barge-in).';
comment on column public.voice_sessions.avg_latency_ms is 'End of the person''s speech to the first sound of the answer.';
comment on column public.voice_sessions.last_heartbeat_at is 'Last sign of the client, see end_stale_voice_sessions().';

create table if not exists public.voice_transcripts (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references public.voice_sessions (id) on delete cascade,
  role text not null check (role in ('user', 'assistant')),
  text text not null,
  audio_url text,
  timestamp timestamptz not null default now(),
  duration_ms int not null default 0 check (duration_ms >= 0),
  was_interrupted boolean not null default false,
  emotion text,
  confidence float8 check (confidence between 0 and 1),
  language text,
  word_timestamps jsonb,
  stt_provider text,
  tts_provider text,
  model_used text
);

comment on table public.voice_transcripts is 'Message transcripts, one row for each turn.';
comment on column public.voice_transcripts.audio_url is 'Name of the recording in the bucket voice-recordings.';
comment on column public.voice_transcripts.was_interrupted is 'An answer the person spoke over.';
comment on column public.voice_transcripts.confidence is 'Of the recognition.';
comment on column public.voice_transcripts.word_timestamps is '[{"word", "start_ms", "end_ms"}].';

create table if not exists public.custom_voices (
  id uuid primary key default gen_random_uuid(),
  user_id uuid not null default auth.uid() references auth.users (id) on delete cascade,
  provider text not null check (provider in ('openai', 'elevenlabs', 'playht', 'custom')),
  provider_voice_id text,
  name text not null check (btrim(name) <> ''),
  description text,
  preview_url text,
  language text,
  gender text,
  age text,
  accent text,
  use_case text,
  sample_paths text[] not null default '{}',
  sample_count int generated always as (cardinality(sample_paths)) stored,
  training_status text not null default 'pending' check (training_status in ('pending', 'processing', 'completed', 'failed')),
  consent_at timestamptz,
  error_message text,
  is_public boolean not null default false,
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint unique_user_voice_name unique (user_id, name),
  check (training_status <> 'completed' or provider_voice_id is not null)
);

comment on table public.custom_voices is 'Cloned voices.';
comment on column public.custom_voices.provider_voice_id is 'The provider''s name of it, once it is trained.';
comment on column public.custom_voices.sample_paths is 'Recordings in the bucket voice-recordings.';
comment on column public.custom_voices.consent_at is 'When the person stated that the speaker agrees.';

create table if not exists public.voice_analytics (
  id uuid primary key default gen_random_uuid(),
  session_id uuid not null references public.voice_sessions (id) on delete cascade,
  user_id uuid not null references auth.users (id) on delete cascade,
  stt_provider text,
  tts_provider text,
  characters_transcribed int not null default 0 check (characters_transcribed >= 0),
  characters_synthesized int not null default 0 check (characters_synthesized >= 0),
  audio_seconds_processed float8 not null default 0 check (audio_seconds_processed >= 0),
  audio_seconds_generated float8 not null default 0 check (audio_seconds_generated >= 0),
  estimated_cost_usd numeric(14, 6) check (estimated_cost_usd >= 0),
  recorded_at timestamptz not null default now(),
  unique nulls not distinct (session_id, stt_provider, tts_provider)
);

comment on table public.voice_analytics is 'Usage tracking, written by the service.';

-- -------------------------------------------------------------------------------------------------- indexes

create index if not exists idx_voice_sessions_user_id on public.voice_sessions (user_id, started_at desc);
create index if not exists idx_voice_sessions_project_id on public.voice_sessions (project_id);
create index if not exists idx_voice_sessions_open on public.voice_sessions (last_heartbeat_at)
  where status in ('connecting', 'active', 'paused');
create index if not exists idx_voice_transcripts_session_id on public.voice_transcripts (session_id, timestamp);
create index if not exists idx_custom_voices_public on public.custom_voices (provider) where is_public and is_active;
create index if not exists idx_custom_voices_training on public.custom_voices (created_at)
  where training_status in ('pending', 'processing');
create index if not exists idx_voice_analytics_user_id on public.voice_analytics (user_id, recorded_at desc);

-- ------------------------------------------------------------------------------------------------ functions

-- Ending sets the end and the duration; an ended session stays ended.
create or replace function private.update_voice_session_duration()
returns trigger language plpgsql volatile set search_path = '' as $$
begin
  if tg_op = 'UPDATE' and old.status in ('ended', 'error') and new.status not in ('ended', 'error') then
    raise exception 'A voice session that ended cannot go on' using errcode = '23514', hint = 'Start a new one.';
  elsif new.status in ('ended', 'error') then
    new.ended_at := coalesce(new.ended_at, now());
    new.duration_seconds := greatest(extract(epoch from new.ended_at - new.started_at)::int, 0);
  end if;
  return new;
end
$$;

create or replace function private.count_voice_turns()
returns trigger language plpgsql volatile security definer set search_path = '' as $$
begin
  -- Writers at once take turns here, so that each counts what those before it wrote.
  perform from public.voice_sessions s where s.id = case when tg_op = 'DELETE' then old.session_id else new.session_id end
  for no key update;
  update public.voice_sessions s
  set total_turns = t.turns, user_speak_time_ms = t.user_ms, ai_speak_time_ms = t.ai_ms, avg_confidence = t.confidence,
      interruptions_count = t.interruptions
  from (
    select count(*) as turns, coalesce(sum(r.duration_ms) filter (where r.role = 'user'), 0) as user_ms,
      coalesce(sum(r.duration_ms) filter (where r.role = 'assistant'), 0) as ai_ms, avg(r.confidence) as confidence,
      count(*) filter (where r.was_interrupted) as interruptions
    from public.voice_transcripts r
    where r.session_id = case when tg_op = 'DELETE' then old.session_id else new.session_id end
  ) t
  where s.id = case when tg_op = 'DELETE' then old.session_id else new.session_id end;
  return null;
end
$$;

create or replace function private.place_voice_analytics()
returns trigger language plpgsql volatile set search_path = '' as $$
begin
  select s.user_id into new.user_id from public.voice_sessions s where s.id = new.session_id;
  return new;
end
$$;

-- Ends sessions whose client has been silent for p_silence; returns how many.
create or replace function public.end_stale_voice_sessions(p_silence interval default '5 minutes')
returns int language plpgsql volatile set search_path = '' as $$
declare
  v_count int;
begin
  update public.voice_sessions s set status = 'ended', ended_at = s.last_heartbeat_at
  where s.status in ('connecting', 'active', 'paused') and s.last_heartbeat_at < now() - p_silence;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;

-- ------------------------------------------------------------------------------------------------- triggers

create or replace trigger trigger_update_voice_session_duration before insert or update of status, ended_at
  on public.voice_sessions for each row execute function private.update_voice_session_duration();
create or replace trigger count_voice_turns after insert or delete or update of duration_ms, confidence, role, was_interrupted
  on public.voice_transcripts for each row execute function private.count_voice_turns();
create or replace trigger place_voice_analytics before insert or update of session_id, user_id on public.voice_analytics
  for each row execute function private.place_voice_analytics();

-- -------------------------------------------------------------------------------------- rights and policies

call private.declare_execute('private.count_voice_turns()');
call private.declare_execute('public.end_stale_voice_sessions(interval)');

call private.declare_access('public.voice_sessions', 'owner_or_project', p_protected =>
  '{duration_seconds, user_speak_time_ms, ai_speak_time_ms, interruptions_count, total_turns, avg_confidence}');
call private.declare_access('public.voice_transcripts', 'child', 'session_id', p_parent => 'public.voice_sessions');
call private.declare_access('public.custom_voices', 'public', p_public => 'is_public',
  p_protected => '{training_status, provider_voice_id, error_message}');
call private.declare_access('public.voice_analytics', 'owner', p_actions => '{select}');
call private.declare_events('public.voice_sessions', 'voice_session');
call private.declare_events('public.voice_transcripts', 'voice_transcript', 'session_id');
