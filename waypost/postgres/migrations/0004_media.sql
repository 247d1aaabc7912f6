-- Files behind customers' URLs that Meta holds already. The address is kept as its SHA-256 alone.
create table media_links (
  organization_id  uuid not null,
  phone_id         uuid not null,
  url_hash         bytea not null,
  media_id         text not null,
  mime_type        text not null,
  file_size        bigint not null,
  etag             text,
  last_modified    text,
  fresh_until      timestamptz not null,
  expires_at       timestamptz not null,
  primary key (organization_id, phone_id, url_hash)
);
create index media_links_oldest on media_links (expires_at);

-- Names of files, which Meta does not tell when it is asked about a media object.
create table media_names (
  organization_id  uuid not null,
  phone_id         uuid not null,
  media_id         text not null,
  filename         text not null,
  created_at       timestamptz not null default now(),
  primary key (organization_id, phone_id, media_id)
);
create index media_names_oldest on media_names (created_at);
