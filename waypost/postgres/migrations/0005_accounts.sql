-- What Meta says about a number, and what its owner calls it.
alter table phones
  add column label text,
  add column created_at timestamptz not null default now(),
  add column meta_status text,
  add column quality text,
  add column name_status text,
  add column code_status text,
  add column messaging_limit text,
  add column is_on_business_app boolean not null default false,
  add column callback_url text,
  add column health json,
  add column registration_code integer,
  add column registration_tries smallint not null default 0,
  add column register_at timestamptz;
update phones set created_at = connected_at;
create index phones_newest on phones (organization_id, created_at desc, id desc);
create index phones_of_waba on phones (organization_id, waba_id, created_at desc, id desc);
create index phones_number on phones (number) where disconnected_at is null;

alter table wabas
  add column review_status text,
  add column verification_status text,
  add column health json,
  add column is_subscribed boolean,
  add column token_error text,
  add column token_expires_at timestamptz;
create index wabas_newest on wabas (organization_id, created_at desc, id desc);
create index wabas_meta on wabas (meta_waba_id);

create index api_keys_newest on api_keys (organization_id, created_at desc, id desc);

-- The sizes of the lists that are new (see docs/decisions/0004-pages.md).
insert into tally_moves (organization_id, list, now)
  select organization_id, 'phones', floor(extract(epoch from created_at))::bigint from phones
  union all
  select organization_id, 'phones/' || waba_id, floor(extract(epoch from created_at))::bigint from phones
  union all
  select organization_id, 'wabas', floor(extract(epoch from created_at))::bigint from wabas
  union all
  select organization_id, 'api-keys', floor(extract(epoch from created_at))::bigint from api_keys;

-- What is to be asked of Meta, and when: one row per subject and kind, so that wishes for the same sync become one.
-- `free_at` is an allowance: each sync moves it on by a pause, and a wish is granted no earlier than a burst before it.
create table account_syncs (
  organization_id  uuid not null,
  subject_id       uuid not null,
  kind             text not null check (kind in ('phone', 'waba', 'templates', 'release', 'import')),
  due_at           timestamptz not null,
  free_at          timestamptz not null,
  claimed_until    timestamptz,
  synced_at        timestamptz,
  failures         smallint not null default 0,
  error            text,
  primary key (organization_id, subject_id, kind)
) with (fillfactor = 70);
create index account_syncs_due on account_syncs (due_at);
insert into account_syncs (organization_id, subject_id, kind, due_at, free_at)
  select organization_id, id, 'phone', now() + random() * interval '5 minutes', now() from phones
  where disconnected_at is null
  union all
  select w.organization_id, w.id, k.kind, now() + random() * interval '5 minutes', now()
  from wabas w cross join (values ('waba'), ('templates')) as k(kind)
  where exists (select from phones p where p.organization_id = w.organization_id and p.waba_id = w.id
                and p.disconnected_at is null);

-- What Meta told last about an account or a number: one row per matter, the latest by Meta's own time.
create table account_notices (
  organization_id  uuid not null,
  subject_id       uuid not null,
  matter           text not null,
  event            text,
  value            json not null,
  at               timestamptz not null,
  primary key (organization_id, subject_id, matter)
);

create table templates (
  organization_id   uuid not null,
  waba_id           uuid not null,
  meta_id           text not null,
  name              text not null,
  language          text not null,
  status            text not null,
  category          text,
  parameter_format  text,
  components        json not null,
  quality           text,
  rejected_reason   text,
  status_at         timestamptz,
  synced_at         timestamptz not null,
  primary key (organization_id, waba_id, meta_id),
  foreign key (organization_id, waba_id) references wabas
);
create index templates_named on templates (organization_id, waba_id, name, language, meta_id);
