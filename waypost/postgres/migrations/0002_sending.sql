-- Meta's level for a number: what pacing keeps to.
alter table phones add column messages_per_second integer not null default 80;

-- The first answer of a send that carried an Idempotency-Key, for whoever repeats it.
create table idempotency_keys (
  organization_id  uuid not null,
  phone_id         uuid not null,
  key              text not null,
  body_hash        bytea not null,
  claimed_until    timestamptz not null,
  message_id       uuid,
  status           smallint,
  answer           bytea,
  retry_after      integer,
  created_at       timestamptz not null default now(),
  primary key (organization_id, phone_id, key)
);
create index idempotency_keys_oldest on idempotency_keys (created_at);

-- When the next message of a number may leave. Unlogged: after a crash of the server nothing is owed to the past.
create unlogged table paces (
  organization_id  uuid not null,
  phone_id         uuid not null,
  free_at          timestamptz not null,
  primary key (organization_id, phone_id)
) with (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0);

-- The same for one recipient of a number; whoever appends to the conversation holds this row anyway.
alter table conversations add column pair_free_at timestamptz;
