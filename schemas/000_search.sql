-- Search: one way to rank rows by words, by meaning and by what stands beside them, for memory, messages, file chunks,
-- artifacts and prompts.
--
-- A searchable table has the columns id, search_vector (tsvector, generated), search_length (int, its number of
-- distinct lexemes), embedding (vector of any width), embedding_bits (its signs, generated) and embedding_model, and is
-- named by one line:
--
--   call private.declare_search('messages', 'public.meta_messages', '{user_id, project_id}', 'condition on t',
--     't.content', 'idx_messages_embedding', 't.conversation_id', 't.sequence');
--
-- Words: BM25 (Robertson et al. 1994; k1 1.2, b 0.4) over what the caller may see: document frequencies and the
-- average length are those of the caller's rows within the filter, never of other people's. Words that only make
-- a question ("what kind of", "how many") count half.
-- Context: rows of one group (a conversation, a file) in their order explain each other: an answer does not repeat
-- the words of the question before it. A row is credited with a word of the row beside it at half, of the next but
-- one at a quarter, of the third at an eighth (the best of these, never their sum), and with half the BM25 of its whole group.
-- Meaning: score = words / best words + 0.5 * cosine similarity. Both parts are positive, so that a weak encoder can
-- reorder but never push out what the words found. Embeddings of different models are never compared. The cosine
-- is estimated for every row from the signs of the numbers (embedding_bits: the share of equal bits is the angle) and
-- computed for the best of them.
-- search_text() and search_hybrid() rank rows, search_groups() whole groups. What each part is worth is measured by
-- `npm run bench:memory`.
--
-- All three scan what the caller may see once. private.search_vectors(), by meaning alone, does so up to
-- private.exact_search_limit() rows and beyond that uses the indexes of private.rebuild_vector_index(), one per model.
-- Security: the functions run as the caller, so row-level security decides what is seen. Pass the owner or
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
alter table private.search_sources
  add column if not exists group_key text,
  add column if not exists group_order text;

comment on table private.search_sources is 'What can be searched. Written by private.declare_search().';
comment on column private.search_sources.source is 'Name callers use, for example memory.';
comment on column private.search_sources.filters is 'Columns that p_filter may name.';
comment on column private.search_sources.condition is 'SQL condition on alias t that every result meets.';
comment on column private.search_sources.content is 'SQL expression on alias t: the text that is embedded.';
comment on column private.search_sources.vector_index is 'Name of the vector index of the most used model.';
comment on column private.search_sources.group_key is
  'SQL expression on alias t: the uuid of what the row is a part of; null: rows stand alone.';
comment on column private.search_sources.group_order is 'SQL expression on alias t: its place in the group.';

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

-- Its form in an earlier release.
drop procedure if exists private.declare_search(text, regclass, text[], text, text, text);

create or replace procedure private.declare_search(
  p_source text, p_table regclass, p_filters text[], p_condition text, p_content text, p_vector_index text,
  p_group_key text default null, p_group_order text default null
)
language sql set search_path = '' as $$
  insert into private.search_sources
    (source, table_name, filters, condition, content, vector_index, group_key, group_order)
  values (p_source, p_table::text, p_filters, p_condition, p_content, p_vector_index, p_group_key, p_group_order)
  on conflict (source) do update set table_name = excluded.table_name, filters = excluded.filters,
    condition = excluded.condition, content = excluded.content, vector_index = excluded.vector_index,
    group_key = excluded.group_key, group_order = excluded.group_order
$$;

-- Rows up to which search_vectors() compares a filtered set row by row.
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

-- How much each word counts: half when it only makes the question.
create or replace function private.query_weights(p_words tsquery[])
returns float8[] language sql immutable set search_path = '' as $$
  select array_agg(case when btrim(w::text, '''') in ('kind', 'type', 'sort', 'mani', 'much', 'would', 'could', 'might',
    'say', 'mention', 'tell', 'describ', 'thing', 'someth', 'ask') then 0.5 else 1 end order by n)
  from unnest(p_words) with ordinality u (w, n)
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

-- How often a row holds a word, by ts_rank: with all weights 1 the rank of one word that occurs n times is
-- (1/1² + 1/2² + … + 1/n²) / (π²/6), and the sum falls short of π²/6 by 1 / (n + 1/2), nearly. One call per word and
-- row, where unnest(tsvector) would visit every lexeme of every row.
create or replace function private.word_frequency(p_rank text)
returns text language sql immutable set search_path = '' as $$
  select format('round(1 / (1.64493406685 * (1 - (%s)::float8)) - 0.5)', p_rank)
$$;
-- How it was done in an earlier release.
drop function if exists private.frequency_thresholds();

-- BM25 of each of p_words words, as SQL expressions joined by p_between; p_row has the frequencies f1, f2, … (null: not in
-- it) and length, p_totals the rarities r1, r2, … and length.
create or replace function private.bm25(p_words int, p_row text, p_totals text, p_between text)
returns text language sql immutable set search_path = '' as $$
  select string_agg(format(
    'coalesce(%3$s.r%1$s * %2$s.f%1$s * 2.2 / (%2$s.f%1$s + 1.2 * (0.6 + 0.4 * %2$s.length / %3$s.length)), 0)',
    i, p_row, p_totals), p_between order by i)
  from generate_series(1, p_words) i
$$;

-- The rarity of each of p_words words among rows with the frequencies f1, f2, …, as a list of SQL expressions called
-- r1, r2, …; $3 are the weights of the words.
create or replace function private.rarities(p_words int)
returns text language sql immutable set search_path = '' as $$
  select string_agg(format(', $3[%1$s] * ln(1 + (count(*) - count(s.f%1$s) + 0.5) / (count(s.f%1$s) + 0.5)) as r%1$s', i),
    '' order by i)
  from generate_series(1, p_words) i
$$;

-- The common table expressions every search starts from. Parameters of the statement: $1 words, $2 limit, $3 weights
-- of the words, $4 embedding, $5 its model, $6 its bits.
-- scanned: the caller's rows, each with how often it holds each word (null: not) and the estimated cosine; totals:
-- their average length and each word's rarity; grouped and group_totals: the same for groups; group_scores.
-- A column for each word, where an array would be made for each row and be looked into by each expression.
create or replace function private.search_scan(p_source text, p_filter jsonb, p_words int, p_width int)
returns text language plpgsql stable set search_path = '' as $$
declare
  v_source private.search_sources;
  v_scope text := private.search_scope(p_source, p_filter);
  v_text text;
begin
  select * into v_source from private.search_sources s where s.source = p_source;
  v_text := format($sql$
    with scanned as materialized (
      select t.id, t.search_length::float8 as length, %1$s as meaning %2$s %3$s
      %4$s
    ), totals as materialized (
      select greatest(avg(s.length), 1)::float8 as length %5$s from scanned s
    )
    $sql$,
    case when p_width is null then 'null::float8' else format(
      'case when t.embedding_model = $5 and bit_length(t.embedding_bits) = %1$s
        then cos(pi() * (t.embedding_bits operator(extensions.<~>) $6) / %1$s) end', p_width) end,
    case when v_source.group_key is not null
      then format(', %s as group_id, %s as place', v_source.group_key, v_source.group_order) end,
    (select string_agg(format(', case when t.search_vector @@ $1[%1$s] then %2$s end as f%1$s', i,
       private.word_frequency(format('ts_rank(''{1, 1, 1, 1}'', t.search_vector, $1[%s])', i))), '' order by i)
     from generate_series(1, p_words) i),
    v_scope, private.rarities(p_words));
  if v_source.group_key is null then
    return v_text;
  end if;
  -- A part without a group is a group of its own.
  return v_text || format($sql$
      , grouped as (
        select coalesce(s.group_id, s.id) as group_id, sum(s.length) as length %1$s
        from scanned s group by 1
      ), group_totals as materialized (
        select greatest(avg(s.length), 1)::float8 as length %2$s from grouped s
      ), group_scores as (
        select s.group_id, (%3$s)::float8 as score from grouped s cross join group_totals n
      )
      $sql$,
    (select string_agg(format(', sum(s.f%1$s) as f%1$s', i), '' order by i) from generate_series(1, p_words) i),
    private.rarities(p_words), coalesce(private.bm25(p_words, 's', 'n', ' + '), '0::float8'));
end
$$;

-- The SQL condition that a row of `scanned`, called s, holds any of the words.
create or replace function private.any_word(p_words int)
returns text language sql immutable set search_path = '' as $$
  select coalesce('coalesce(' || string_agg('s.f' || i, ', ' order by i) || ') is not null', 'false')
  from generate_series(1, p_words) i
$$;
-- How it was done in an earlier release.
drop function if exists private.any_word(tsquery[]);

-- What search_text() and search_hybrid() are made of: one statement over the caller's rows.
create or replace function private.search_rows(
  p_source text, p_query text, p_embedding extensions.vector, p_embedding_model text, p_limit int, p_filter jsonb,
  p_semantic_weight float8
)
returns table (id uuid, score float8, words float8, lexical float8, semantic float8)
language plpgsql stable set search_path = '' set jit = off as $$
declare
  v_source private.search_sources;
  v_words tsquery[] := private.query_words(p_query);
  v_count int := cardinality(v_words);
  v_width int := extensions.vector_dims(p_embedding);
  v_holds text := private.any_word(v_count);
  v_scored text;
begin
  if v_count = 0 and p_embedding is null then
    return;
  end if;
  select * into v_source from private.search_sources s where s.source = p_source;
  if v_source.group_key is null or v_count = 0 then
    v_scored := format($sql$
      , own as (
        select s.id, (%s)::float8 as words, s.meaning from scanned s cross join totals n where %s
      ) $sql$, coalesce(private.bm25(v_count, 's', 'n', ' + '), '0'), v_holds);
  else
    -- hits: the best rows by their own words, each with what each word gives it; placed: the rows of their groups,
    -- each with the three before and the three after it.
    v_scored := format($sql$
      , hits as materialized (
        select h.* from (
          select s.id, coalesce(s.group_id, s.id) as group_id, array[%1$s]::float8[] as parts
          from scanned s cross join totals n where %4$s
        ) h join group_scores g on g.group_id = h.group_id
        order by %2$s + g.score / 2 desc, h.id limit greatest(100, $2 * 5)
      ), placed as materialized (
        select s.id, array[lag(s.id, 3) over beside, lag(s.id, 2) over beside, lag(s.id) over beside, s.id,
          lead(s.id) over beside, lead(s.id, 2) over beside, lead(s.id, 3) over beside] as around
        from scanned s where s.group_id in (select h.group_id from hits h)
        window beside as (partition by s.group_id order by s.place, s.id)
      ), lexical as (
        select near.id, (%3$s + g.score / 2)::float8 as score
        from hits h left join placed p on p.id = h.id
        cross join lateral unnest(coalesce(p.around, array[null, null, null, h.id])) with ordinality near (id, n)
        cross join lateral (values (0.5 ^ abs(near.n - 4))) fade (f)
        join group_scores g on g.group_id = h.group_id
        where near.id is not null
        group by near.id, g.score
      ), own as (
        select l.id, l.score as words, s.meaning from lexical l join scanned s on s.id = l.id
      ) $sql$,
      private.bm25(v_count, 's', 'n', ', '),
      (select string_agg(format('h.parts[%s]', i), ' + ' order by i) from generate_series(1, v_count) i),
      (select string_agg(format('max(h.parts[%s] * fade.f)', i), ' + ' order by i) from generate_series(1, v_count) i),
      v_holds);
  end if;
  return query execute private.search_scan(p_source, p_filter, v_count, v_width) || v_scored || format($sql$
    , scored as materialized (
      select o.id, o.words, o.meaning from own o %3$s
    ), best as (
      select greatest(max(s.words), 1e-9) as words from scored s
    ), likely as materialized (
      select s.id, s.words, s.words / b.words as lexical, s.meaning from scored s cross join best b
      order by s.words / b.words + $7 * greatest(coalesce(s.meaning, 0), 0) desc, s.id
      limit case when $4 is null then $2 else greatest(30, $2 * 2) end
    ), compared as (
      select l.id, l.words, l.lexical, %1$s as semantic from likely l %2$s
    )
    -- Without a word to look for (only stop words) the scores of words are plain numbers.
    select c.id, (c.lexical + $7 * c.semantic)::float8, c.words::float8, c.lexical::float8, c.semantic::float8
    from compared c order by 2 desc, 1 limit $2
    $sql$,
    case when v_width is null then '0::float8' else
      'case when l.meaning is null then 0 else greatest(1 - (t.embedding operator(extensions.<=>) $4), 0) end' end,
    case when v_width is not null then format('join %s t on t.id = l.id', v_source.table_name) end,
    -- Of the rows without words only the nearest can be among the best.
    case when v_width is not null then format($sql$
      union all (select s.id, 0, s.meaning from scanned s where s.meaning > 0 and %s
        order by s.meaning desc, s.id limit greatest(100, $2 * 2)) $sql$,
      case when v_source.group_key is null then format('not (%s)', v_holds) else 's.id not in (select o.id from own o)' end) end)
  using v_words, p_limit, private.query_weights(v_words), p_embedding, p_embedding_model,
    extensions.binary_quantize(p_embedding), p_semantic_weight;
end
$$;

create or replace function public.search_text(
  p_source text, p_query text, p_limit int default 20, p_filter jsonb default '{}'
)
returns table (id uuid, score float8) language sql stable set search_path = '' as $$
  select r.id, r.words from private.search_rows(p_source, p_query, null, null, p_limit, p_filter, 0) r
  order by r.words desc, r.id
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
      with likely as materialized (
        select t.id %1$s and bit_length(t.embedding_bits) = %3$s
        order by t.embedding_bits::bit(%3$s) operator(extensions.<~>) $3 limit greatest($2 * 10, 200)
      )
      select l.id, 1 - (t.embedding operator(extensions.<=>) $1) as similarity
      from likely l join %2$s t on t.id = l.id order by 2 desc, 1 limit $2
      $sql$, v_scope, (select s.table_name from private.search_sources s where s.source = p_source), v_width)
      using p_embedding, p_limit, extensions.binary_quantize(p_embedding);
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
  p_limit int default 20, p_filter jsonb default '{}', p_semantic_weight float8 default 0.5
)
returns table (id uuid, score float8, lexical float8, semantic float8)
language sql stable set search_path = '' as $$
  select r.id, r.score, r.lexical, r.semantic
  from private.search_rows(p_source, p_query, p_embedding, p_embedding_model, p_limit, p_filter, p_semantic_weight) r
  order by r.score desc, r.id
$$;

-- Groups (conversations, files) instead of rows: score = BM25 of the whole group / best + 2 * the mean cosine of its
-- three nearest rows. best_id is the row to show: by its words, then by its meaning.
create or replace function public.search_groups(
  p_source text, p_query text, p_embedding extensions.vector default null, p_embedding_model text default null,
  p_limit int default 20, p_filter jsonb default '{}'
)
returns table (id uuid, score float8, best_id uuid) language plpgsql stable set search_path = '' set jit = off as $$
declare
  v_source private.search_sources;
  v_words tsquery[] := private.query_words(p_query);
  v_width int := extensions.vector_dims(p_embedding);
begin
  select * into v_source from private.search_sources s where s.source = p_source;
  if found and v_source.group_key is null then
    raise exception 'Rows of "%" have no groups', p_source using errcode = '22023';
  end if;
  return query execute private.search_scan(p_source, p_filter, cardinality(v_words), v_width) || format($sql$
    , best as (
      select greatest(max(g.score), 1e-9) as score from group_scores g
    ), ranked as materialized (
      select s.id, coalesce(s.group_id, s.id) as group_id, s.meaning,
        row_number() over (partition by coalesce(s.group_id, s.id) order by s.meaning desc nulls last, s.id) as nth
      from scanned s
    ), likely as materialized (
      select g.group_id, g.score / b.score as lexical
      from group_scores g cross join best b
      left join (select r.group_id, sum(greatest(r.meaning, 0)) / 3 as meaning from ranked r where r.nth <= 3 group by 1) m
        on m.group_id = g.group_id
      where g.score > 0 or m.meaning > 0
      order by g.score / b.score + 2 * coalesce(m.meaning, 0) desc, g.group_id limit greatest(40, $2 * 2)
    ), compared as (
      select l.group_id, l.lexical + 2 * coalesce(sum(%1$s), 0) / 3 as score
      from likely l left join ranked r on r.group_id = l.group_id and r.nth <= 3 %2$s
      group by l.group_id, l.lexical
    )
    select c.group_id, c.score::float8, (
      select s.id from scanned s cross join totals n where coalesce(s.group_id, s.id) = c.group_id
      order by (%3$s) desc nulls last, s.meaning desc nulls last, s.place limit 1)
    from (select * from compared d order by d.score desc, d.group_id limit $2) c order by c.score desc, c.group_id
    $sql$,
    case when v_width is null then '0' else
      'case when r.meaning is not null then greatest(1 - (t.embedding operator(extensions.<=>) $4), 0) end' end,
    case when v_width is not null then format('left join %s t on t.id = r.id', v_source.table_name) end,
    coalesce(private.bm25(cardinality(v_words), 's', 'n', ' + '), '0::float8'))
  using v_words, p_limit, private.query_weights(v_words), p_embedding, p_embedding_model,
    extensions.binary_quantize(p_embedding);
end
$$;

-- Rows a search can find that have no embedding of the given model yet (new, edited, or of the model before), claimed
-- for one worker. Search keeps working on the old embeddings meanwhile. content_md5 goes back to store_embeddings().
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

comment on procedure private.declare_search(text, regclass, text[], text, text, text, text, text) is
  'Makes a table searchable by name.';
comment on function public.search_text(text, text, int, jsonb) is
  'BM25 over what the caller may see. p_filter: {"column": value or [values]} of the source''s filter columns.';
comment on function public.search_hybrid(text, text, extensions.vector, text, int, jsonb, float8) is
  'BM25 and cosine similarity fused; lexical is relative to the best match, semantic is the cosine.';
comment on function public.search_groups(text, text, extensions.vector, text, int, jsonb) is
  'Ranks the groups of a source, for example conversations by their messages, and names the best row of each.';
comment on function private.rebuild_vector_index(regclass, text) is
  'Rebuilds the vector indexes of a searchable table, one for each embedding model in use.';

-- -------------------------------------------------------------------------------------- rights and policies

revoke execute on procedure private.declare_search(text, regclass, text[], text, text, text, text, text) from public;
call private.declare_execute('private.exact_search_limit()', 'authenticated');
call private.declare_execute('private.query_words(text)', 'authenticated');
call private.declare_execute('private.query_weights(tsquery[])', 'authenticated');
call private.declare_execute('private.any_word(int)', 'authenticated');
call private.declare_execute('private.rarities(int)', 'authenticated');
call private.declare_execute('private.search_scope(text, jsonb)', 'authenticated');
call private.declare_execute('private.word_frequency(text)', 'authenticated');
call private.declare_execute('private.bm25(int, text, text, text)', 'authenticated');
call private.declare_execute('private.search_scan(text, jsonb, int, int)', 'authenticated');
call private.declare_execute('private.search_rows(text, text, extensions.vector, text, int, jsonb, float8)', 'authenticated');
call private.declare_execute('private.sized_embedding(int)', 'authenticated');
call private.declare_execute('private.search_vectors(text, extensions.vector, text, int, jsonb)', 'authenticated');
call private.declare_execute('public.search_text(text, text, int, jsonb)', 'authenticated');
call private.declare_execute(
  'public.search_hybrid(text, text, extensions.vector, text, int, jsonb, float8)', 'authenticated');
call private.declare_execute(
  'public.search_groups(text, text, extensions.vector, text, int, jsonb)', 'authenticated');
call private.declare_execute('public.claim_rows_to_embed(text, text, text, int, interval)');
call private.declare_execute('public.store_embeddings(text, text, jsonb)');
call private.declare_execute('private.rebuild_vector_index(regclass, text)');

call private.declare_access('private.search_sources', 'catalog', p_actions => '{select}');
call private.declare_access('private.embedding_claims', 'service');
