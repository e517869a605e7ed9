-- A consumer that an operator stopped: no row, and it consumes. The messages wait in its queue.
create table consumer_pause (
    consumer text primary key,
    since    timestamptz not null default now(),
    actor    text not null,
    reason   text not null
);

-- What operators did to this service's bus, and why. Rows are only added.
create table bus_action (
    position bigint generated always as identity primary key,
    at       timestamptz not null default now(),
    actor    text not null,
    action   text not null check (action in ('pause', 'resume', 'replay', 'restore')),
    reason   text not null,
    details  jsonb not null default '{}'
);
