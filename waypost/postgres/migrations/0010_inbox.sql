-- The shared inbox: links that open one number's inbox to people without an API key, and what their browsers hold.

-- `permissions` are those that are on. `version` counts the secrets; `former` are hashes of the last ones before, so that
-- whoever holds an old link can be told that there is a new one. A revoked link stays, for the wording of its page.
create table shared_inbox_links (
  organization_id  uuid not null references organizations,
  id               uuid not null,
  phone_id         uuid not null,
  name             text not null,
  permissions      text[] not null,
  secret_hash      bytea not null,
  former           bytea[] not null default '{}',
  version          integer not null default 1,
  expires_at       timestamptz,
  revoked_at       timestamptz,
  last_used_at     timestamptz,
  created_at       timestamptz not null,
  updated_at       timestamptz not null,
  primary key (organization_id, id),
  foreign key (organization_id, phone_id) references phones
);
create unique index shared_inbox_links_id on shared_inbox_links (id);
create index shared_inbox_links_newest on shared_inbox_links (organization_id, created_at desc, id desc)
  where revoked_at is null;

-- What a browser holds after it has shown a link's secret: a cookie, kept here as its SHA-256.
create table inbox_sessions (
  organization_id  uuid not null,
  link_id          uuid not null,
  hash             bytea not null,
  version          integer not null,
  created_at       timestamptz not null default now(),
  expires_at       timestamptz not null,
  primary key (organization_id, link_id, hash),
  foreign key (organization_id, link_id) references shared_inbox_links on delete cascade
) with (fillfactor = 80);
create index inbox_sessions_oldest on inbox_sessions (expires_at);

-- Who changed what of a link, and who was let in.
create table inbox_audit (
  organization_id  uuid not null,
  id               bigint generated always as identity,
  link_id          uuid not null,
  action           text not null,
  details          json not null,
  at               timestamptz not null default now(),
  primary key (organization_id, id)
);
create index inbox_audit_of_link on inbox_audit (organization_id, link_id, id);
create index inbox_audit_oldest on inbox_audit (at);

-- What an open inbox has to see and no event tells. `position` is the transaction, as in `events`.
create table inbox_changes (
  organization_id  uuid not null,
  phone_id         uuid not null,
  id               bigint generated always as identity,
  position         bigint not null default (pg_current_xact_id()::text::bigint),
  kind             text not null check (kind in ('message', 'conversation', 'link')),
  subject_id       uuid not null,
  created_at       timestamptz not null default now(),
  primary key (organization_id, phone_id, position, id)
);
create index inbox_changes_oldest on inbox_changes (created_at);

-- What was sent from an inbox: the browser's own id of it, and the body, for sending it again when it failed.
create table inbox_sends (
  organization_id  uuid not null,
  message_id       uuid not null,
  link_id          uuid not null,
  client_id        text,
  body             json not null,
  created_at       timestamptz not null default now(),
  primary key (organization_id, message_id)
);
create index inbox_sends_oldest on inbox_sends (created_at);

-- How often a message was handed to Meta: what Meta still says of an earlier attempt is not about this one.
alter table messages add column attempt smallint not null default 1;
