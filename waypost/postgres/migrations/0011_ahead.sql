-- A test delivery goes before what waits for its webhook, and does not wait for a breaker.

alter table deferred add column ahead boolean not null default false;
