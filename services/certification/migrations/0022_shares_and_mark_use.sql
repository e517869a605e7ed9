-- A link that shows one certificate for a while: the token itself is kept nowhere, only its hash.
create table share (
    share_id      text primary key,
    number        text not null references certificate,
    token_sha256  text not null unique,
    manage_sha256 text not null unique,         -- of the link with which the holder sees who looked, and ends it
    made_by       text not null,
    made_at       timestamptz not null,
    ends_at       timestamptz not null,
    ended_at      timestamptz
);
create index share_of_certificate on share (number, made_at);
create table share_access (
    share_id text not null references share,
    at       timestamptz not null,
    how      text not null check (how in ('page', 'json'))
);
create index share_access_of on share_access (share_id, at);

-- Who may use the mark, on which conditions, until when; and what was done where it was used wrongly.
create table mark_licence (
    licence_id  text primary key,
    company_id  text not null,
    scheme      text not null,
    conditions  text not null,
    valid_from  date not null,
    valid_until date not null check (valid_until >= valid_from),
    granted_by  text not null,
    granted_at  timestamptz not null,
    ended_on    date,
    ended_by    text
);
create index mark_licence_of_company on mark_licence (company_id, valid_from);
create unique index mark_licence_runs on mark_licence (company_id, scheme) where ended_on is null;

create table misuse_case (
    case_id    text primary key,
    company_id text not null,
    scheme     text not null,
    found_on   date not null,
    what       text not null,
    opened_by  text not null,
    opened_at  timestamptz not null
);
create table misuse_step (
    case_id  text not null references misuse_case,
    position int not null check (position > 0),
    kind     text not null check (kind in ('warned', 'corrected', 'licence_ended', 'closed')),
    words    text not null,
    taken_by text not null,
    taken_at timestamptz not null,
    primary key (case_id, position)
);
create trigger misuse_steps_for_good before update or delete on misuse_step
    for each row execute function refuse_change();
