-- The delivery engine complete: order per conversation, limits, rotation, books that balance, a feed of events.

alter table outgoing_webhooks
  add column ordering               text not null default 'none' check (ordering in ('none', 'conversation')),
  add column max_per_second         smallint check (max_per_second > 0),
  add column max_concurrency        smallint check (max_concurrency > 0),
  add column previous_secret        bytea,
  add column previous_secret_until  timestamptz,
  add column failing_since          timestamptz,
  add column switched_off           text check (switched_off in ('gone', 'failing'));

-- `turn` names the line in which deliveries of an ordered webhook stand: one conversation's (a hash of both). `seq` is the
-- place in line that `ready` gave. `base` counts the attempts before the last replay: the schedule begins behind them.
alter table ready add column turn bigint;
alter table deferred
  add column seq   bigint not null default 0,
  add column turn  bigint,
  add column base  smallint not null default 0;
alter table parked
  add column seq   bigint not null default 0,
  add column turn  bigint,
  add column base  smallint not null default 0;
create index ready_turn on ready (turn, seq) where turn is not null;
create index deferred_turn on deferred (turn) where turn is not null;
create index parked_turn on parked (shard, webhook_id, turn, seq) where turn is not null;
create index parked_next on parked (shard, webhook_id, seq) where turn is null;
alter table parked set (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_cost_delay = 0,
  autovacuum_analyze_scale_factor = 0.1);

-- `fanout`: for how many webhooks an event was when it was published. `position`: its place in the feed, the transaction
-- that wrote it; null keeps it out of the feed. Rows from before have none of these.
alter table events add column phone_id uuid, add column fanout smallint, add column position bigint;
alter table events alter column position set default (pg_current_xact_id()::text::bigint);
create index events_feed on events (organization_id, position);
create index events_time on events using brin (created_at) with (autosummarize = on);

-- A delivery that ended and was queued anew: its last attempt says 'replayed', so that each delivery ends once or waits.
alter table attempts drop constraint attempts_outcome_check;
alter table attempts
  add constraint attempts_outcome_check check (outcome in ('delivered', 'retry', 'exhausted', 'replayed'));
create index attempts_time on attempts using brin (event_at) with (autosummarize = on);
create index messages_time on messages using brin (created_at) with (autosummarize = on);

-- What became of the facts of one transaction: accepted = stored + repeated + set_aside. `messages` of those stored are rows.
create table ledger (
  at         timestamptz not null default now(),
  accepted   integer not null,
  stored     integer not null,
  repeated   integer not null,
  set_aside  integer not null,
  messages   integer not null
) partition by range (at);
create table ledger_default partition of ledger default;
create index ledger_time on ledger (at);

-- Deliveries that went with their webhook when it was deleted, by the minute of their events.
create table dropped_deliveries (
  organization_id  uuid not null,
  webhook_id       uuid not null,
  event_minute     timestamptz not null,
  deliveries       integer not null
);
create index dropped_deliveries_time on dropped_deliveries (event_minute);
