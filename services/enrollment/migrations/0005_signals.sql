-- What gives cause to look at a trainee's training: one row from the day on which it was seen until it no longer holds.
-- The evidence holds figures, keys and dates, never a name or a text somebody wrote; it is worked out anew from the
-- entries, so a signal that goes on keeps its day and gets the newest evidence.
create table signal (
    signal_id     bigint generated always as identity primary key,
    trainee_id    text not null references trainee,
    kind          text not null,
    about         text not null default '',     -- what it is about within the kind: a target, a mentor; empty for the whole
    opened_on     date not null,
    closed_on     date,
    evidence      jsonb not null,
    check (closed_on >= opened_on)
);
create unique index signal_open on signal (trainee_id, kind, about) where closed_on is null;
create index signal_of_trainee on signal (trainee_id, opened_on desc);
create index signal_open_by_kind on signal (kind, opened_on) where closed_on is null;
