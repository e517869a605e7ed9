-- What a service has told (kept as its journal until purged by age) and what it has handled.
create table outbox (
    position      bigint generated always as identity primary key,
    id            uuid not null unique,
    private       boolean not null,
    type          text not null,
    subject       text not null,
    sequence      bigint not null,
    scheme        text,
    correlationid text not null,
    causationid   text,
    traceparent   text,
    time          timestamptz not null,   -- when it happened, by the service's clock
    written_at    timestamptz not null default clock_timestamp(),
    body          bytea,                 -- null once a private body was published and purged
    published_at  timestamptz
);
-- The relay looks only at what is not published yet: this index stays small however long the journal grows.
create index outbox_pending on outbox (position) where published_at is null;
create index outbox_published on outbox (published_at) where published_at is not null;

-- The row of a subject is locked by whoever tells about it, until commit: that is what keeps a subject in order.
create table subject_sequence (
    subject text primary key,
    last    bigint not null
);

create table inbox (
    message_id text not null,
    consumer   text not null,
    handled_at timestamptz not null default now(),
    primary key (consumer, message_id)
);

-- Answers given under a client's Idempotency-Key.
create table idempotency (
    key          text not null,
    route        text not null,
    principal    text not null,
    body_hash    bytea not null,
    status       int,
    body         bytea,
    content_type text,
    created_at   timestamptz not null default now(),
    primary key (key, route, principal)
);

create view v_outbox as
    select position, id, private, type, subject, sequence, correlationid, causationid, time, published_at from outbox;
create view v_inbox as
    select message_id, consumer, handled_at from inbox;

do $$ begin
    if exists (select from pg_roles where rolname = 'auditor') then
        grant usage on schema public to auditor;
        grant select on v_outbox, v_inbox to auditor;
    end if;
end $$;
