-- Every reaction is kept, not only the latest of each side: when one fails at Meta, the one before it stands again. Meta
-- tells whole seconds: of two within one, the one that was told later is the later.

alter table reactions
  add column seq bigint generated always as identity,
  drop constraint reactions_pkey,
  add primary key (organization_id, phone_id, target, side, at, wamid);
