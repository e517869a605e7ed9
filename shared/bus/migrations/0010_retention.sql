-- What goes with age is found without reading what stays. Block ranges for tables that grow at their end: a few pages
-- for millions of rows, and nothing to keep up on the way of every event.
create index inbox_by_age on inbox using brin (handled_at);
create index idempotency_by_age on idempotency using brin (created_at);
create index outbox_private_bodies on outbox (published_at) where private and body is not null;

alter table bus_action drop constraint bus_action_action_check;
alter table bus_action add constraint bus_action_action_check
    check (action in ('pause', 'resume', 'replay', 'restore', 'retention'));
