-- `origin` is null for what a contact or the API wrote, else 'app' (the WhatsApp Business app) or 'history' (imported).
alter table messages
  add column origin      text,
  add column pricing     json,
  add column edited_at   timestamptz,
  add column deleted_at  timestamptz;

-- A conversation merged into another takes no messages and is in no list; `merge_undo` is what the other was before.
alter table conversations
  add column contact_username  text,
  add column merged_into       uuid,
  add column merged_at         timestamptz,
  add column merge_undo        json;
create index conversations_merged on conversations (organization_id, merged_into, merged_at) where merged_into is not null;

-- The latest reaction of either side to a message, which may come before the message; a null emoji is one taken back.
create table reactions (
  organization_id  uuid not null,
  phone_id         uuid not null,
  target           text not null,
  side             text not null check (side in ('contact', 'business')),
  emoji            text,
  at               timestamptz not null,
  wamid            text not null,
  primary key (organization_id, phone_id, target, side)
);

-- What became of a message after it was written, which may be told before the message: the latest edit, the deletion.
create table amendments (
  organization_id  uuid not null,
  phone_id         uuid not null,
  target           text not null,
  direction        text not null check (direction in ('inbound', 'outbound')),
  edited_at        timestamptz,
  edited_by        text,
  content          json,
  deleted_at       timestamptz,
  primary key (organization_id, phone_id, target, direction)
);

-- Names in the contact book of the WhatsApp Business app, for contacts who have not told theirs.
create table contact_book (
  organization_id  uuid not null,
  phone_id         uuid not null,
  alias            text not null,
  name             text,
  username         text,
  at               timestamptz not null,
  primary key (organization_id, phone_id, alias)
);
