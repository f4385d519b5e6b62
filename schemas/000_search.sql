-- Search: one way to rank rows by words and by meaning, for memory, messages, file chunks and artifacts.
--
-- A searchable table has the columns id, search_vector (tsvector, generated), search_length (int, its number of
-- distinct lexemes), embedding (vector of any width) and embedding_model, and is named by one line:
--
--   call private.declare_search('memory', 'public.meta_memory_facts', '{user_id, project_id}', 't.enabled',
--     't.content', 'idx_meta_memory_embedding');
--
-- search_text() ranks by BM25 (Robertson et al. 1994; k1 1.2, b 0.75) over what the caller may see: document
-- frequencies and the average length are those of the caller's rows within the filter, never of other people's.
-- search_hybrid() adds cosine similarity: score = BM25 / best BM25 + 0.3 * similarity. Both parts are positive, so
-- that a weak encoder can reorder but never push out what the words found; the weight is low because the bundled
-- encoder fused at equal weight lowers recall. Embeddings of different models are never compared.
--
-- Small sets are compared exactly. When a set grows, private.rebuild_vector_index() builds one index per model; it
-- is used when the caller's filtered set is larger than private.exact_search_limit().
-- Security: both functions run as the caller, so row-level security decides what is seen. Pass the owner or
-- project in p_filter as well; the planner then starts from an index on that column.

-- --------------------------------------------------------------------------------------------------- tables

create table if not exists private.search_sources (
  source text primary key,
  table_name text not null,
  filters text[] not null,
  condition text not null,
  content text not null,
  vector_index text not null
);

comment on table private.search_sources is 'What can be searched. Written by private.declare_search().';
comment on column private.search_sources.source is 'Name callers use, for example memory.';
comment on column private.search_sources.filters is 'Columns that p_filter may name.';
comment on column private.search_sources.condition is 'SQL condition on alias t that every result meets.';
comment on column private.search_sources.content is 'SQL expression on alias t: the text that is embedded.';
comment on column private.search_sources.vector_index is 'Name of the vector index of the most used model.';

create table if not exists private.embedding_claims (
  source text not null references private.search_sources (source) on delete cascade,
  row_id uuid not null,
  worker text not null,
  expires_at timestamptz not null,
  primary key (source, row_id)
);

comment on table private.embedding_claims is
  'Rows a worker is embedding right now, so that no other does the same.';

-- ------------------------------------------------------------------------------------------------ functions

create or replace procedure private.declare_search(
  p_source text, p_table regclass, p_filters text[], p_condition text, p_content text, p_vector_index text
)
language sql set search_path = '' as $$
  insert into private.search_sources (source, table_name, filters, condition, content, vector_index)
  values (p_source, p_table::text, p_filters, p_condition, p_content, p_vector_index)
  on conflict (source) do update set table_name = excluded.table_name, filters = excluded.filters,
    condition = excluded.condition, content = excluded.content, vector_index = excluded.vector_index
$$;

-- Rows up to which a filtered set is compared exactly. Measured with 512-wide vectors on PostgreSQL 15:
-- 10,000 rows of one user among 1,000,000 take about 120 ms.
create or replace function private.exact_search_limit()
returns int language sql immutable set search_path = '' as $$ select 20000 $$;

-- The words of a query as one tsquery each; empty when it has none (only stop words). At most 48: a pasted page is
-- searched by its first distinct words.
create or replace function private.query_words(p_query text)
returns tsquery[] language sql immutable set search_path = '' as $$
  select array(
    select ('''' || replace(replace(u.lexeme, '\', '\\'), '''', '''''') || '''')::tsquery
    from unnest(to_tsvector('pg_catalog.english', left(p_query, 10000))) u
    order by u.positions[1] limit 48
  )
$$;

-- A tsquery that matches any of the words.
create or replace function private.any_word(p_words tsquery[])
returns tsquery language sql immutable set search_path = '' as $$
  select string_agg(w::text, ' | ')::tsquery from unnest(p_words) w
$$;

-- "from <table> t where <condition and filter>" of a source. A filter value is a scalar, or an array for any of
-- its elements; null matches null.
create or replace function private.search_scope(p_source text, p_filter jsonb)
returns text language plpgsql stable set search_path = '' as $$
declare
  v_source private.search_sources;
  v_key text;
  v_value jsonb;
  v_where text;
begin
  select * into v_source from private.search_sources s where s.source = p_source;
  if not found then
    raise exception 'Nothing searchable is called "%"', p_source using errcode = '22023',
      hint = 'Known: ' || (select string_agg(s.source, ', ' order by s.source) from private.search_sources s);
  end if;
  v_where := format('from %s t where (%s)', v_source.table_name, v_source.condition);
  for v_key, v_value in select * from jsonb_each(coalesce(p_filter, '{}')) loop
    if v_key <> all (v_source.filters) then
      raise exception 'A search in % cannot be filtered by "%"', p_source, v_key using errcode = '22023',
        hint = 'Known: ' || array_to_string(v_source.filters, ', ');
    end if;
    v_where := v_where || case jsonb_typeof(v_value)
      when 'null' then format(' and t.%I is null', v_key)
      when 'array' then format(' and (t.%1$I in (%2$s)%3$s)', v_key,
        coalesce((select string_agg(quote_literal(e), ', ') from jsonb_array_elements_text(v_value) e
                  where e is not null), 'null'),
        case when v_value @> '[null]' then format(' or t.%I is null', v_key) else '' end)
      else format(' and t.%I = %L', v_key, v_value #>> '{}')
    end;
  end loop;
  return v_where;
end
$$;

-- Term frequency by ts_rank: with all weights 1 the rank of one word that occurs n times is
-- (1/1² + 1/2² + … + 1/n²) / (π²/6), which rises with n; the thresholds lie half-way between, up to n = 32, past
-- which BM25's saturation makes the difference meaningless. One call per word and row, where unnest(tsvector)
-- would visit every lexeme of every row.
create or replace function private.frequency_thresholds()
returns float8[] language sql immutable set search_path = '' as $$
  select array_agg((s.total - 0.5 / (n * n)) / 1.64493406685 order by n)
  from generate_series(1, 32) as n, lateral (select sum(1.0 / (j * j)) as total from generate_series(1, n) j) s
$$;

create or replace function public.search_text(
  p_source text, p_query text, p_limit int default 20, p_filter jsonb default '{}'
)
returns table (id uuid, score float8) language plpgsql stable set search_path = '' set jit = off as $$
declare
  v_scope text := private.search_scope(p_source, p_filter);
  v_words tsquery[] := private.query_words(p_query);
begin
  if cardinality(v_words) = 0 then
    return;
  end if;
  -- One scan of the caller's rows yields their number, their average length, how many hold each word ($1[i]), and
  -- how often each row does; the terms of the sum are written out, one for each word.
  return query execute (
    select format($sql$
      with scanned as materialized (
        select t.id, t.search_length as length, case when t.search_vector @@ $2 then array[%1$s] end as frequency %2$s
      ), totals as (
        select greatest(avg(s.length), 1)::float8 as length, array[%3$s] as rarity from scanned s
      )
      select s.id, (%4$s)::float8
      from scanned s cross join totals n where s.frequency is not null
      order by 2 desc, 1 limit $4
      $sql$,
      string_agg(format(
        'width_bucket(ts_rank(''{1, 1, 1, 1}'', t.search_vector, $1[%s])::float8, $3)', i), ', ' order by i),
      v_scope,
      string_agg(format(
        'ln(1 + (count(*) - count(*) filter (where s.frequency[%1$s] > 0) + 0.5)
          / (count(*) filter (where s.frequency[%1$s] > 0) + 0.5))', i), ', ' order by i),
      string_agg(format(
        'n.rarity[%1$s] * s.frequency[%1$s] * 2.2 / (s.frequency[%1$s] + 1.2 * (0.25 + 0.75 * s.length / n.length))', i),
        ' + ' order by i))
    from generate_subscripts(v_words, 1) i
  ) using v_words, private.any_word(v_words), private.frequency_thresholds(), p_limit;
end
$$;

-- The expression a vector index is on. A model's rows have one width; should one differ, it is null here and not
-- found, where a plain cast would fail.
create or replace function private.sized_embedding(p_width int)
returns text language sql immutable set search_path = '' as $$
  select format('((case when extensions.vector_dims(embedding) = %1$s then embedding end)::extensions.vector(%1$s))', p_width)
$$;

-- Nearest rows by cosine similarity among those with an embedding of the same model and width.
create or replace function private.search_vectors(
  p_source text, p_embedding extensions.vector, p_embedding_model text, p_limit int, p_filter jsonb
)
returns table (id uuid, similarity float8) language plpgsql stable set search_path = '' set jit = off as $$
#variable_conflict use_column
declare
  v_width int := extensions.vector_dims(p_embedding);
  v_scope text := private.search_scope(p_source, p_filter)
    || format(' and t.embedding_model = %L and t.embedding is not null', p_embedding_model);
  v_count int;
begin
  execute format('select count(*) from (select %s limit %s) c', v_scope, private.exact_search_limit() + 1) into v_count;
  if v_count <= private.exact_search_limit() then
    return query execute format($sql$
      with compared as materialized (
        select t.id, 1 - (t.embedding operator(extensions.<=>) $1) as similarity
        %s and extensions.vector_dims(t.embedding) = $3
      )
      select c.id, c.similarity from compared c order by c.similarity desc, c.id limit $2
      $sql$, v_scope) using p_embedding, p_limit, v_width;
  else
    -- An index scan that meets a filter goes on until it has enough, within this bound.
    perform set_config('hnsw.iterative_scan', 'strict_order', true);
    perform set_config('hnsw.max_scan_tuples', '100000', true);
    perform set_config('ivfflat.iterative_scan', 'relaxed_order', true);
    return query execute format($sql$
      select t.id, 1 - (%1$s operator(extensions.<=>) $1) as similarity
      %2$s order by %1$s operator(extensions.<=>) $1 limit $2
      $sql$, private.sized_embedding(v_width), v_scope) using p_embedding, p_limit;
  end if;
end
$$;

-- Words and meaning together. Without an embedding it is search_text(). p_semantic_weight is relative to the best
-- lexical score, which counts as 1.
create or replace function public.search_hybrid(
  p_source text, p_query text, p_embedding extensions.vector default null, p_embedding_model text default null,
  p_limit int default 20, p_filter jsonb default '{}', p_semantic_weight float8 default 0.3
)
returns table (id uuid, score float8, lexical float8, semantic float8)
language sql stable set search_path = '' as $$
  with words as (
    select w.id, w.score / nullif(max(w.score) over (), 0) as score
    from public.search_text(p_source, p_query, greatest(p_limit * 5, 50), p_filter) w
  ), meanings as (
    select m.id, greatest(m.similarity, 0) as similarity
    from private.search_vectors(p_source, p_embedding, p_embedding_model, greatest(p_limit * 5, 50), p_filter) m
    where p_embedding is not null
  )
  select id, coalesce(w.score, 0) + p_semantic_weight * coalesce(m.similarity, 0),
    coalesce(w.score, 0), coalesce(m.similarity, 0)
  from words w full join meanings m using (id)
  order by 2 desc, 1
  limit p_limit
$$;

-- Rows of a source that have no embedding of the given model yet (new, edited, or of the model before), claimed for
-- one worker. Search keeps working on the old embeddings meanwhile. content_md5 goes back to store_embeddings().
create or replace function public.claim_rows_to_embed(
  p_source text, p_embedding_model text, p_worker text, p_limit int default 50, p_lease interval default '2 minutes'
)
returns table (id uuid, content text, content_md5 text) language plpgsql volatile set search_path = '' as $$
#variable_conflict use_column
declare
  v_source private.search_sources;
begin
  select * into strict v_source from private.search_sources s where s.source = p_source;
  delete from private.embedding_claims c where c.expires_at <= now();
  return query execute format($sql$
    with claimed as (
      insert into private.embedding_claims (source, row_id, worker, expires_at)
      select $1, t.id, $3, now() + $5
      from %1$s t
      where (t.embedding_model is null or t.embedding_model <> $2) and btrim(%2$s) <> '' and (%3$s)
        and t.id not in (select c.row_id from private.embedding_claims c where c.source = $1)
      order by t.created_at limit $4
      on conflict do nothing
      returning row_id
    )
    select t.id, %2$s, md5(%2$s) from %1$s t join claimed c on c.row_id = t.id
    $sql$, v_source.table_name, v_source.content, v_source.condition)
  using p_source, p_embedding_model, p_worker, p_limit, p_lease;
end
$$;

-- Stores embeddings: [{"id", "content_md5", "embedding": [numbers]}]. A row whose text changed meanwhile is left for
-- the next claim. Returns how many were stored.
create or replace function public.store_embeddings(p_source text, p_embedding_model text, p_rows jsonb)
returns int language plpgsql volatile set search_path = '' as $$
declare
  v_source private.search_sources;
  v_count int;
begin
  select * into strict v_source from private.search_sources s where s.source = p_source;
  execute format($sql$
    update %1$s t set embedding = (r.value ->> 'embedding')::extensions.vector, embedding_model = $2
    from jsonb_array_elements($1) r (value)
    where t.id = (r.value ->> 'id')::uuid and md5(%2$s) = r.value ->> 'content_md5'
    $sql$, v_source.table_name, v_source.content) using p_rows, p_embedding_model;
  get diagnostics v_count = row_count;
  delete from private.embedding_claims c
  where c.source = p_source and c.row_id in (select (r ->> 'id')::uuid from jsonb_array_elements(p_rows) r);
  return v_count;
end
$$;

-- Builds the vector indexes of a searchable table, one for each model in use, and drops those of models that are
-- not. p_method: hnsw (better recall, slower to build) or ivfflat; lists and build effort follow the row count.
-- The most used model's index has the specification's name, the others' a suffix. Returns the index names.
-- A model with fewer rows than the exact search limit needs no index and gets none.
create or replace function private.rebuild_vector_index(p_table regclass, p_method text default 'hnsw')
returns setof text language plpgsql volatile security definer set search_path = '' as $$
declare
  v_source private.search_sources;
  v_model text;
  v_width int;
  v_rows bigint;
  v_place bigint;
  v_models jsonb;
  v_index text;
  v_stale text;
begin
  if not private.is_service() then
    raise exception 'Only the service may rebuild an index' using errcode = '42501';
  elsif p_method not in ('hnsw', 'ivfflat') then
    raise exception 'The method is hnsw or ivfflat, not "%"', p_method using errcode = '22023';
  end if;
  select * into v_source from private.search_sources s where s.table_name::regclass = p_table;
  if not found then
    raise exception '% is not a searchable table', p_table using errcode = '22023';
  end if;
  for v_stale in
    select i.indexrelid::regclass::text from pg_catalog.pg_index i
    join pg_catalog.pg_class c on c.oid = i.indexrelid
    join pg_catalog.pg_am a on a.oid = c.relam
    where i.indrelid = p_table and a.amname in ('hnsw', 'ivfflat')
  loop
    execute format('drop index %s', v_stale);
  end loop;
  execute format($sql$
    select jsonb_agg(m) from (
      select t.embedding_model as model, extensions.vector_dims(t.embedding) as width, count(*) as rows
      from %s t where t.embedding is not null and t.embedding_model is not null
      group by 1, 2 having count(*) > private.exact_search_limit() order by 3 desc
    ) m $sql$, p_table) into v_models;
  for v_model, v_width, v_rows, v_place in
    select m.value ->> 'model', (m.value ->> 'width')::int, (m.value ->> 'rows')::bigint, m.place
    from jsonb_array_elements(v_models) with ordinality m (value, place)
  loop
    v_index := v_source.vector_index || case v_place when 1 then '' else '_' || v_place end;
    execute format('create index %I on %s using %s (%s extensions.vector_cosine_ops) with (%s) where embedding_model = %L',
      v_index, p_table, p_method, private.sized_embedding(v_width),
      case p_method
        when 'hnsw' then format('m = 16, ef_construction = %s', case when v_rows > 1000000 then 128 else 64 end)
        -- pgvector's advice: rows / 1000 up to a million rows, then their square root.
        else format('lists = %s', case when v_rows > 1000000 then sqrt(v_rows)::int else greatest(v_rows / 1000, 10) end)
      end,
      v_model);
    return next v_index;
  end loop;
end
$$;

comment on procedure private.declare_search(text, regclass, text[], text, text, text) is
  'Makes a table searchable by name.';
comment on function public.search_text(text, text, int, jsonb) is
  'BM25 over what the caller may see. p_filter: {"column": value or [values]} of the source''s filter columns.';
comment on function public.search_hybrid(text, text, extensions.vector, text, int, jsonb, float8) is
  'BM25 and cosine similarity fused; lexical is relative to the best match, semantic is the cosine.';
comment on function private.rebuild_vector_index(regclass, text) is
  'Rebuilds the vector indexes of a searchable table, one for each embedding model in use.';

-- -------------------------------------------------------------------------------------- rights and policies

revoke execute on procedure private.declare_search(text, regclass, text[], text, text, text) from public;
call private.declare_execute('private.exact_search_limit()', 'authenticated');
call private.declare_execute('private.query_words(text)', 'authenticated');
call private.declare_execute('private.any_word(tsquery[])', 'authenticated');
call private.declare_execute('private.search_scope(text, jsonb)', 'authenticated');
call private.declare_execute('private.frequency_thresholds()', 'authenticated');
call private.declare_execute('private.sized_embedding(int)', 'authenticated');
call private.declare_execute('private.search_vectors(text, extensions.vector, text, int, jsonb)', 'authenticated');
call private.declare_execute('public.search_text(text, text, int, jsonb)', 'authenticated');
call private.declare_execute(
  'public.search_hybrid(text, text, extensions.vector, text, int, jsonb, float8)', 'authenticated');
call private.declare_execute('public.claim_rows_to_embed(text, text, text, int, interval)');
call private.declare_execute('public.store_embeddings(text, text, jsonb)');
call private.declare_execute('private.rebuild_vector_index(regclass, text)');

call private.declare_access('private.search_sources', 'catalog', p_actions => '{select}');
call private.declare_access('private.embedding_claims', 'service');
