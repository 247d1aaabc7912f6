-- Tenants' tables lead with organization_id. The tables of the hot path (messages, events, ready, attempts) carry no
-- foreign keys: their rows are written in the same transaction as what they point to, and nothing deletes the latter.

create table organizations (
  id            uuid primary key,
  name          text not null,
  suspended_at  timestamptz,
  created_at    timestamptz not null default now()
);

create table api_keys (
  organization_id  uuid not null references organizations,
  id               uuid not null,
  name             text,
  hash             bytea not null,
  hint             text not null,
  scopes           text[] not null,
  created_at       timestamptz not null default now(),
  revoked_at       timestamptz,
  primary key (organization_id, id)
);
create unique index api_keys_hash on api_keys (hash);

create table wabas (
  organization_id  uuid not null references organizations,
  id               uuid not null,
  meta_waba_id     text not null,
  name             text,
  token            bytea not null,
  created_at       timestamptz not null default now(),
  updated_at       timestamptz not null default now(),
  primary key (organization_id, id),
  unique (organization_id, meta_waba_id)
);

create table phones (
  organization_id       uuid not null,
  id                    uuid not null,
  waba_id               uuid not null,
  meta_phone_number_id  text not null,
  number                text not null,
  verified_name         text,
  is_registered         boolean not null,
  registration_error    text,
  override_error        text,
  pin                   bytea,
  external_id           text,
  metadata              json,
  connected_at          timestamptz not null default now(),
  disconnected_at       timestamptz,
  primary key (organization_id, id),
  foreign key (organization_id, waba_id) references wabas
);
create unique index phones_connected on phones (meta_phone_number_id) where disconnected_at is null;

create table outgoing_webhooks (
  organization_id  uuid not null references organizations,
  id               uuid not null,
  shard            smallint not null,
  url              text not null,
  secret           bytea,
  events           text[] not null,
  is_active        boolean not null default true,
  waba_id          uuid,
  created_at       timestamptz not null,
  updated_at       timestamptz not null,
  primary key (organization_id, id),
  foreign key (organization_id, waba_id) references wabas
);
create index outgoing_webhooks_newest on outgoing_webhooks (organization_id, created_at desc, id desc);

create table onboarding_links (
  organization_id      uuid not null references organizations,
  id                   uuid not null,
  name                 text not null,
  external_id          text,
  redirect_url         text,
  webhook_url          text,
  webhook_secret       bytea,
  webhook_events       text[],
  metadata             json,
  status               text not null default 'pending' check (status in ('pending', 'completed')),
  last_error           text,
  phone_id             uuid,
  outgoing_webhook_id  uuid,
  created_at           timestamptz not null,
  completed_at         timestamptz,
  primary key (organization_id, id)
);
create unique index onboarding_links_id on onboarding_links (id);
create index onboarding_links_newest on onboarding_links (organization_id, created_at desc, id desc);

-- One row for each code that a browser brought back: what was reached, so that a crash resumes and a repeat is answered.
create table signups (
  organization_id       uuid not null,
  link_id               uuid not null,
  code_hash             bytea not null,
  state                 text not null default 'running' check (state in ('running', 'done', 'failed')),
  hints                 json not null,
  token                 bytea,
  steps                 text[] not null default '{}',
  meta_waba_id          text,
  meta_phone_number_id  text,
  phone_id              uuid,
  pin                   bytea,
  notes                 json not null default '{}',
  message               text,
  claimed_until         timestamptz,
  created_at            timestamptz not null default now(),
  updated_at            timestamptz not null default now(),
  primary key (organization_id, link_id, code_hash),
  foreign key (organization_id, link_id) references onboarding_links on delete cascade
);
create index signups_running on signups (updated_at) where state = 'running';

create table conversations (
  organization_id  uuid not null,
  id               uuid not null,
  phone_id         uuid not null,
  contact_phone    text,
  contact_user_id  text,
  contact_name     text,
  message_count    integer not null default 0,
  unread_count     integer not null default 0,
  last_message_at  timestamptz not null,
  last_inbound_at  timestamptz,
  created_at       timestamptz not null default now(),
  primary key (organization_id, id)
) with (fillfactor = 80);
create index conversations_latest on conversations (organization_id, phone_id, last_message_at desc, id desc);

-- A contact is found by any of its names: 'wa:<digits>' or 'id:<business-scoped user id>'.
create table contact_aliases (
  organization_id  uuid not null,
  phone_id         uuid not null,
  alias            text not null,
  conversation_id  uuid not null,
  primary key (organization_id, phone_id, alias)
);

-- `position` counts a conversation's messages in the order of their timestamps, from 1 without gaps: page N is a range.
create table messages (
  organization_id    uuid not null,
  id                 uuid not null,
  phone_id           uuid not null,
  conversation_id    uuid not null,
  position           integer not null,
  direction          text not null check (direction in ('inbound', 'outbound')),
  type               text not null,
  content            json not null,
  status             text not null check (status in ('pending', 'sent', 'delivered', 'read', 'failed')),
  status_timestamps  json not null default '{}',
  wamid              text,
  context            json,
  error              json,
  original           json,
  accepted_at        timestamptz,
  sent_at            timestamptz not null,
  created_at         timestamptz not null default now(),
  primary key (organization_id, id)
);
create unique index messages_wamid on messages (organization_id, phone_id, wamid) where wamid is not null;
create index messages_thread on messages (organization_id, conversation_id, position);
create index messages_pending on messages (created_at) where status = 'pending';

create table orphan_statuses (
  organization_id  uuid not null,
  phone_id         uuid not null,
  wamid            text not null,
  status           text not null,
  at               timestamptz not null,
  fact             json not null,
  received_at      timestamptz not null default now(),
  primary key (organization_id, phone_id, wamid, status)
);
create index orphan_statuses_newest on orphan_statuses (received_at);

-- How many entries of a list fall into each slice of time (level = bits of epoch seconds): see docs/decisions/.
create table tallies (
  organization_id  uuid not null,
  list             text not null,
  level            smallint not null,
  slot             bigint not null,
  entries          bigint not null,
  primary key (organization_id, list, level, slot)
) with (fillfactor = 70);

-- What happened to lists and is not in the tallies yet: insert-only, so that writers of one list never wait for another.
create table tally_moves (
  organization_id  uuid not null,
  list             text not null,
  id               bigint generated always as identity,
  was              bigint,
  now              bigint,
  primary key (organization_id, list, id)
) with (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);
create index tally_moves_oldest on tally_moves (id);

create table dead_letters (
  id               bigint generated always as identity primary key,
  organization_id  uuid,
  source           text not null,
  reason           text not null,
  body             bytea not null,
  received_at      timestamptz not null default now()
);
create index dead_letters_newest on dead_letters (received_at desc);

create table events (
  organization_id  uuid not null,
  id               uuid not null,
  type             text not null,
  waba_id          uuid,
  body             bytea not null,
  created_at       timestamptz not null,
  primary key (organization_id, created_at, id)
) partition by range (created_at);
create table events_default partition of events default;

-- The obligation to deliver is the row: in ready (now), deferred (later) or parked (its webhook is off).
create table ready (
  shard            smallint not null,
  seq              bigint generated always as identity,
  organization_id  uuid not null,
  webhook_id       uuid not null,
  delivery_id      uuid not null,
  event_id         uuid not null,
  event_at         timestamptz not null,
  primary key (shard, seq)
) with (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_scale_factor = 0.1);
create index ready_of_webhook on ready (organization_id, webhook_id, event_at desc);

create table deferred (
  shard            smallint not null,
  run_at           timestamptz not null,
  organization_id  uuid not null,
  webhook_id       uuid not null,
  delivery_id      uuid not null,
  event_id         uuid not null,
  event_at         timestamptz not null,
  attempts         smallint not null,
  primary key (organization_id, webhook_id, delivery_id)
) with (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0, autovacuum_analyze_scale_factor = 0.1);
create index deferred_due on deferred (shard, run_at);
create index deferred_of_webhook on deferred (organization_id, webhook_id, event_at desc);

create table parked (
  shard            smallint not null,
  organization_id  uuid not null,
  webhook_id       uuid not null,
  delivery_id      uuid not null,
  event_id         uuid not null,
  event_at         timestamptz not null,
  attempts         smallint not null,
  primary key (organization_id, webhook_id, delivery_id)
);
create index parked_of_webhook on parked (organization_id, webhook_id, event_at desc);

create table attempts (
  organization_id  uuid not null,
  webhook_id       uuid not null,
  delivery_id      uuid not null,
  event_id         uuid not null,
  event_type       text not null,
  event_at         timestamptz not null,
  number           smallint not null,
  outcome          text not null check (outcome in ('delivered', 'retry', 'exhausted')),
  at               timestamptz not null,
  status_code      smallint,
  duration_ms      integer not null,
  error            text,
  response_body    text
) partition by range (at);
create table attempts_default partition of attempts default;
create index attempts_log on attempts (organization_id, webhook_id, event_at desc, delivery_id, number);
