-- Every reaction is kept, not only the latest of each side: when one fails at Meta, the one before it stands again.

alter table reactions drop constraint reactions_pkey;
alter table reactions add primary key (organization_id, phone_id, target, side, at, wamid);
