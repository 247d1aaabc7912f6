-- Replays: a webhook's ended deliveries of a span of time, queued anew piece by piece.

-- `reached_at`, `reached_id`: how far it has come, by event time and delivery; `run_at`: when it is looked at next.
create table replays (
  organization_id  uuid not null,
  id               uuid not null,
  webhook_id       uuid not null,
  since            timestamptz not null,
  until            timestamptz not null,
  status           text not null check (status in ('exhausted', 'delivered', 'all')),
  state            text not null default 'running' check (state in ('running', 'completed', 'cancelled')),
  queued           bigint not null default 0,
  reached_at       timestamptz not null,
  reached_id       uuid,
  run_at           timestamptz not null default now(),
  created_at       timestamptz not null,
  updated_at       timestamptz not null,
  completed_at     timestamptz,
  primary key (organization_id, id),
  foreign key (organization_id, webhook_id) references outgoing_webhooks on delete cascade
);
create index replays_running on replays (run_at) where state = 'running';
create index replays_of_webhook on replays (organization_id, webhook_id, created_at desc, id desc);

-- What was given up is rare beside what was delivered, and it is what logs are filtered for and replays look for.
create index attempts_exhausted on attempts (organization_id, webhook_id, event_at desc, delivery_id)
  where outcome = 'exhausted';
