-- Meta's level for a number: what pacing keeps to.
alter table phones add column messages_per_second integer not null default 80;

-- The first answer of a send that carried an Idempotency-Key, for whoever repeats it.
create table idempotency_keys (
  organization_id  uuid not null,
  phone_id         uuid not null,
  key              text not null,
  body_hash        bytea not null,
  claim            uuid not null,
  claimed_until    timestamptz not null,
  message_id       uuid,
  status           smallint,
  answer           json,
  created_at       timestamptz not null default now(),
  primary key (organization_id, phone_id, key)
);
create index idempotency_keys_oldest on idempotency_keys (created_at);

-- When the next message may leave: of a number (recipient ''), and of a number to one recipient. Unlogged: a step costs
-- no wait for the disk, and after a crash of the server nothing is owed to the past.
create unlogged table paces (
  organization_id  uuid not null,
  phone_id         uuid not null,
  recipient        text not null,
  free_at          timestamptz not null,
  primary key (organization_id, phone_id, recipient)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_cost_delay = 0);
