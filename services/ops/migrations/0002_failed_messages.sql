-- A message that a service gave up on, or that the broker took away from it. Kept after it was decided about.
create table failed (
    id             uuid primary key,          -- the same for every delivery of the same parked copy
    position       bigint generated always as identity unique,
    message_id     text not null,
    service        text not null,             -- whose inbox queue it came from; empty when that is not known
    event_type     text not null,
    subject        text not null,
    correlationid  text not null,
    error          text not null,             -- class of the exception, or the broker's reason
    reason         text not null,
    frame          text not null,
    handler        text not null,
    fingerprint    text not null,
    attempt        int not null,
    exchange       text not null,
    routing_key    text not null,
    sealed         boolean not null,          -- the body is ciphertext and is never shown
    headers        jsonb not null,
    properties     jsonb not null,
    body           bytea not null,
    parked_at      timestamptz not null,
    state          text not null default 'parked'
                   check (state in ('parked', 'redriving', 'redriven', 'discarded')),
    decided_at     timestamptz,
    decided_by     text,
    decided_reason text
);
create index failed_waiting on failed (fingerprint, position) where state = 'parked';
create index failed_redriving on failed (position) where state = 'redriving';
create index failed_message on failed (message_id, service);
create index failed_subject on failed (subject);

-- What operators did, and why. Rows are only added.
create table operator_action (
    position  bigint generated always as identity primary key,
    at        timestamptz not null default now(),
    actor     text not null,
    action    text not null check (action in ('retry', 'discard', 'restore')),
    reason    text not null,
    failed_id uuid not null references failed (id)
);
create index operator_action_failed on operator_action (failed_id);
