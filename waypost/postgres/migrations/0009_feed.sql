-- What is added to a transaction's id to make an event's position: see waypost/postgres/origin.py.
create table feed_origin (
  one    boolean primary key default true check (one),
  shift  bigint not null default 0
);
insert into feed_origin default values;
