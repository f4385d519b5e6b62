-- Secrets: what must never become a memory. private.secret_in() names the kind of secret a text holds, or null.
--
-- It knows the forms of keys that services give out, private keys, tokens that are signed JSON, card numbers (with their
-- check digit), IBANs (with theirs) and sentences that say a password. A table whose texts must hold none is
-- declared by one line; a row with one is refused (MA422), whoever writes it:
--
--   call private.refuse_secrets('public.meta_memory_facts', '{content, summary}');

-- ------------------------------------------------------------------------------------------------ functions

-- Luhn: from the right every second digit counts double, less 9 past 9; the sum is a multiple of 10.
create or replace function private.is_card_number(p_digits text)
returns boolean language sql immutable set search_path = '' as $$
  select p_digits ~ '^[2-6]\d{12,18}$' and sum(
    case when n % 2 = 0 then d * 2 - case when d > 4 then 9 else 0 end else d end) % 10 = 0
  from (select n, substr(reverse(p_digits), n, 1)::int as d from generate_series(1, length(p_digits)) n) digits
$$;

-- ISO 13616: the first four characters go to the end, letters become 10 to 35, and the number leaves 1 when divided by 97.
create or replace function private.is_iban(p_text text)
returns boolean language sql immutable set search_path = '' as $$
  select length(p_text) between 15 and 34 and p_text ~ '^[A-Z]{2}\d{2}[A-Z0-9]+$' and (
    select string_agg(case when c ~ '\d' then c else (ascii(c) - 55)::text end, '' order by n)::numeric
    from regexp_split_to_table(substr(p_text, 5) || left(p_text, 4), '') with ordinality x (c, n)) % 97 = 1
$$;

create or replace function private.secret_in(p_text text)
returns text language plpgsql immutable set search_path = '' as $$
begin
  if p_text ~ '-----BEGIN [A-Z ]*PRIVATE KEY' then
    return 'a private key';
  elsif p_text ~ '\m(sk-[A-Za-z0-9_-]{20,}|(sk|rk|pk)_(live|test)_[A-Za-z0-9]{10,}|AKIA[0-9A-Z]{16}|ASIA[0-9A-Z]{16}|gh[pousr]_[A-Za-z0-9]{30,}|github_pat_\w{30,}|glpat-[\w-]{20,}|xox[abeoprs]-[\w-]{10,}|AIza[\w-]{35}|ya29\.[\w-]{20,}|npm_[A-Za-z0-9]{30,}|hf_[A-Za-z0-9]{30,}|SG\.[\w-]{16,}\.[\w-]{16,}|ma_[\w-]{20,}|eyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]+)'
    or p_text ~* '\m[a-z][a-z0-9+.-]*://[^\s/:@]+:[^\s/:@]+@' then
    return 'an access key';
  elsif exists (
    select from regexp_matches(p_text, '(?:^|[^\d])(\d(?:[ -]?\d){12,18})(?!\d)', 'g') m
    where private.is_card_number(regexp_replace(m[1], '\D', '', 'g'))
  ) then
    return 'a card number';
  elsif exists (
    select from regexp_matches(p_text, '\m([A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30})\M', 'g') m
    where private.is_iban(replace(m[1], ' ', ''))
  ) then
    return 'an IBAN';
  -- "The password is hunter2", but not "the password is kept in the safe".
  elsif exists (
    select from regexp_matches(p_text,
      '\m(?:password|passphrase|pwd|secret key|api[ _-]?key|access token|auth(?:entication)? token)\M["'']?(?:\s*(?:is|was|=|:)\s*)+["''“‘]?([^\s"''”’,;]+)', 'gi') m
    where lower(rtrim(m[1], '.!?')) not in (
      'a', 'an', 'the', 'in', 'on', 'at', 'by', 'with', 'for', 'to', 'from', 'not', 'never', 'no', 'too', 'very', 'always',
      'kept', 'stored', 'saved', 'managed', 'hidden', 'protected', 'handled', 'required', 'needed', 'used', 'set', 'reset',
      'changed', 'rotated', 'asked', 'generated', 'expired', 'wrong', 'lost', 'forgotten', 'secret', 'safe', 'secure', 'weak',
      'strong', 'long', 'short', 'different', 'unique', 'unknown', 'missing', 'empty', 'mandatory', 'optional', 'it', 'what')
  ) or p_text ~* '\m(pin|pin code|passcode|cvv|cvc)\M\s*(is|was|=|:)?\s*\d{3,}' then
    return 'a password';
  end if;
  return null;
end
$$;

create or replace function private.check_secrets()
returns trigger language plpgsql volatile set search_path = '' as $$
declare
  v_row jsonb := to_jsonb(new);
  v_kind text;
begin
  for v_kind in select private.secret_in(v_row ->> c) from unnest(tg_argv[0]::text[]) c loop
    if v_kind is not null then
      raise exception 'This holds %, and secrets are never remembered', v_kind
        using errcode = 'MA422', hint = 'Leave it out, and keep it where secrets are kept.';
    end if;
  end loop;
  return new;
end
$$;

create or replace procedure private.refuse_secrets(p_table regclass, p_columns text[])
language plpgsql set search_path = '' as $$
begin
  execute format('create or replace trigger refuse_secrets before insert or update of %s on %s
    for each row execute function private.check_secrets(%L)',
    (select string_agg(quote_ident(c), ', ') from unnest(p_columns) c), p_table, p_columns::text);
end
$$;

comment on function private.secret_in(text) is 'The kind of secret a text holds, in words; null: none.';

-- -------------------------------------------------------------------------------------- rights and policies

revoke execute on procedure private.refuse_secrets(regclass, text[]) from public;
call private.declare_execute('private.is_card_number(text)', 'authenticated');
call private.declare_execute('private.is_iban(text)', 'authenticated');
call private.declare_execute('private.secret_in(text)', 'authenticated');
