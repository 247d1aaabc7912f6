-- What a search looks through: one row per conversation, written only when the contact's name, username or number
-- changes. Beside `conversations`, whose rows get a new version, and so new index entries, with every message.
create table contact_search (
  organization_id  uuid not null,
  conversation_id  uuid not null,
  phone_id         uuid not null,
  words            text not null,
  primary key (organization_id, conversation_id)
);

-- Lower case, no accents, words between single spaces; no extension is needed. Ideographs stand as words of their own.
create function folded(line text) returns text language sql immutable parallel safe as $$
  select regexp_replace(regexp_replace(translate(replace(replace(replace(
    lower(regexp_replace(normalize(left(line, 200), nfkd),
      '[\u0300-\u036f\u0591-\u05bd\u064b-\u065f\u200b-\u200f\ufe00-\ufe0f]', '', 'g')),
    'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'),
    'øłđðıħ!"#$%&''()*+,-./:;<=>?@[\]^_`{|}~’‘“”–—·¡¿', 'olddih                                         '),
    '([\u3400-\u9fff])', ' \1 ', 'g'), '\s+', ' ', 'g')
$$;

create function contact_words(name text, username text, phone text) returns text
language sql immutable parallel safe as $$
  select ' ' || btrim(folded(concat_ws(' ', left(name, 100), left(username, 60), left(phone, 30)))) || ' '
$$;

-- Keys of the index: for each word its first one and two characters, all its runs of three, of five and of eight,
-- hashed together with the phone, so that one tenant's contacts never lengthen another's lists. A word that is sought
-- has the longest kind that fits it, and only of its end, where numbers differ: the words themselves are compared too.
create function word_keys(phone_id uuid, words text[], sought boolean) returns bigint[]
language plpgsql immutable cost 10000 as $$
declare
  seed constant bigint := hashtextextended(phone_id::text, 0);
begin
  return (
    select coalesce(array_agg(distinct hashtextextended(size || substr(word, start, size), seed)), '{}')
    from unnest(words) as word, unnest(array[1, 2, 3, 5, 8]) as size,
      generate_series(1, case when size < 3 then 1 else length(word) - size + 1 end) as start
    where length(word) >= size
      and (not sought or (start > length(word) - 8
        and size = case when length(word) >= 8 then 8 when length(word) >= 5 then 5 when length(word) >= 3 then 3
          else length(word) end))
  );
end
$$;

create function contact_keys(phone_id uuid, words text) returns bigint[]
language plpgsql immutable cost 10000 as $$
begin
  return public.word_keys(phone_id, string_to_array(btrim(words), ' '), false);
end
$$;

-- What was added lately waits in the index's own list of pending entries, which every search reads too; a chore folds
-- it (domain/conversation_search.py), so that no writer ever has to.
create index contact_search_keys on contact_search using gin (contact_keys(phone_id, words))
  with (fastupdate = on, gin_pending_list_limit = 65536);
alter index contact_search_keys alter column 1 set statistics 0;

create function note_contact() returns trigger language plpgsql as $$
begin
  insert into contact_search (organization_id, conversation_id, phone_id, words)
  values (new.organization_id, new.id, new.phone_id,
    contact_words(new.contact_name, new.contact_username, new.contact_phone))
  on conflict (organization_id, conversation_id) do update set words = excluded.words;
  return null;
end
$$;

create trigger contact_is_new after insert on conversations for each row execute function note_contact();
create trigger contact_has_changed after update of contact_name, contact_username, contact_phone on conversations
  for each row when ((old.contact_name, old.contact_username, old.contact_phone)
    is distinct from (new.contact_name, new.contact_username, new.contact_phone))
  execute function note_contact();

insert into contact_search (organization_id, conversation_id, phone_id, words)
select organization_id, id, phone_id, contact_words(contact_name, contact_username, contact_phone) from conversations;
