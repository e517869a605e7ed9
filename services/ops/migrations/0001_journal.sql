-- Every event of keur.events as it was heard. One consumer writes it, so positions rise in the order of commits.
create table journal (
    position      bigint generated always as identity primary key,
    id            text not null unique,
    type          text not null,
    source        text not null,
    time          timestamptz not null,
    subject       text not null,
    sequence      bigint not null,
    scheme        text,
    correlationid text not null,
    causationid   text,
    traceparent   text,
    data          jsonb not null,
    refs          text[] not null,       -- kind/id of everything the event names, its subject first
    causes        text[] not null,       -- ids of the events behind it: causationid, and the cause that a mail names
    heard_at      timestamptz not null default now()
);
create index journal_refs on journal using gin (refs);
create index journal_causes on journal using gin (causes);
create index journal_type on journal (type, position);

create view v_journal as
    select position, id, type, source, time, subject, sequence, scheme, correlationid, causationid, data, refs, heard_at
    from journal;

do $$ begin
    if exists (select from pg_roles where rolname = 'auditor') then
        grant usage on schema public to auditor;
        grant select on v_journal to auditor;
    end if;
end $$;
