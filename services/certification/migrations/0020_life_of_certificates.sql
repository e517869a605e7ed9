-- The life of a certificate after it was issued: an append-only history, hash-chained from the document that was issued.
-- What was decided stands for good; how a certificate stands follows from its last step, and only from that.

-- What a certificate says after a correction, a smaller scope, a new print or a new period. Version 1 is the row that was
-- issued; that one never changes.
create table certificate_version (
    number          text not null references certificate,
    version         int not null check (version > 1),
    document        jsonb not null,
    document_sha256 text not null,
    valid_until     date,
    made_at         timestamptz not null,
    primary key (number, version)
);
create trigger versions_for_good before update or delete on certificate_version
    for each row execute function refuse_change();

create view certificate_edition as
    select number, 1 as version, document, document_sha256, valid_until from certificate
    union all
    select number, version, document, document_sha256, valid_until from certificate_version;

create table certificate_step (
    number       text not null references certificate,
    position     int not null check (position > 0),
    kind         text not null check (kind in ('suspended', 'reinstated', 'withdrawn', 'expired', 'corrected',
                                               'scope_reduced', 'reissued', 'recertified')),
    state        text not null check (state in ('valid', 'suspended', 'expired', 'withdrawn')),
    reason       text not null,                 -- a code; the words are kept apart, and only their hash is here
    words_sha256 text not null,
    decided_by   text not null,
    decided_at   timestamptz not null,
    from_on      date not null,                 -- the day in Amsterdam from which it holds
    until_on     date,                          -- of a suspension: when the office looks at it again
    version      int,                           -- of the document that this step made
    appeal_until date,                          -- last day on which an appeal may be lodged; null: the scheme has none
    previous     text not null,                 -- hash of the step before; of the first, the hash of the document issued
    hash         text not null unique,
    primary key (number, position),
    foreign key (number, version) references certificate_version,
    check (until_on is null or kind = 'suspended'),
    check ((version is not null) = (kind in ('corrected', 'scope_reduced', 'reissued', 'recertified')))
);
create index certificate_step_newest on certificate_step (decided_at desc, number);

-- What was said about a step, for those who may know. Apart, so that it can be erased without breaking the chain.
create table certificate_step_words (
    number      text not null,
    position    int not null,
    salt        text not null,
    reason      text,
    obligations text[] not null default '{}',
    primary key (number, position),
    foreign key (number, position) references certificate_step
);

-- How each certificate stands now. Nobody writes here but the triggers below.
create table certificate_status (
    number      text primary key references certificate,
    scheme      text not null,
    programme   text not null,
    state       text not null default 'valid' check (state in ('valid', 'suspended', 'expired', 'withdrawn')),
    since       timestamptz not null,
    until_on    date,
    valid_until date,
    version     int not null default 1,
    steps       int not null default 0,
    head        text not null
);
create index certificate_status_ends on certificate_status (valid_until, number)
    where state in ('valid', 'suspended') and valid_until is not null;
create index certificate_status_suspended on certificate_status (until_on, number) where state = 'suspended';
create index certificate_status_counted on certificate_status (scheme, programme, state, valid_until);

create function certificate_begins() returns trigger language plpgsql as $$
begin
    insert into certificate_status (number, scheme, programme, since, valid_until, head)
    select number, scheme, programme, issued_at, valid_until, document_sha256 from issued;
    return null;
end $$;
create trigger issued_is_valid after insert on certificate
    referencing new table as issued for each statement execute function certificate_begins();
insert into certificate_status (number, scheme, programme, since, valid_until, head)
    select number, scheme, programme, issued_at, valid_until, document_sha256 from certificate;

create function refuse_by_hand() returns trigger language plpgsql as $$
begin
    raise exception '% follows from the steps of a certificate', tg_table_name using errcode = 'restrict_violation';
end $$;
create trigger status_follows_from_steps before insert or update or delete on certificate_status
    for each row when (pg_trigger_depth() = 0) execute function refuse_by_hand();

-- Which step may follow on which state, and what the certificate is then. The rows of this table are the state machine.
create table certificate_move (
    kind   text not null,
    before text not null,
    after  text not null,
    primary key (kind, before)
);
insert into certificate_move values
    ('suspended', 'valid', 'suspended'),
    ('reinstated', 'suspended', 'valid'),
    ('withdrawn', 'valid', 'withdrawn'),
    ('withdrawn', 'suspended', 'withdrawn'),
    ('expired', 'valid', 'expired'),
    ('expired', 'suspended', 'expired'),
    ('corrected', 'valid', 'valid'),
    ('corrected', 'suspended', 'suspended'),
    ('scope_reduced', 'valid', 'valid'),
    ('scope_reduced', 'suspended', 'suspended'),
    ('reissued', 'valid', 'valid'),
    ('reissued', 'suspended', 'suspended'),
    ('recertified', 'valid', 'valid');
create trigger moves_for_good before insert or update or delete on certificate_move
    for each row execute function refuse_change();

create function certificate_step_fits() returns trigger language plpgsql as $$
declare
    stands certificate_status;
begin
    select * into stands from certificate_status where number = new.number for update;
    if not exists (
        select from certificate_move m where m.kind = new.kind and m.before = stands.state and m.after = new.state
    ) then
        raise exception 'a certificate that is % cannot be %', stands.state, new.kind
            using errcode = 'restrict_violation';
    end if;
    if new.position <> stands.steps + 1 or new.previous <> stands.head then
        raise exception 'step % of % does not follow on the one before', new.position, new.number
            using errcode = 'restrict_violation';
    end if;
    if new.version is not null and new.version <> stands.version + 1 then
        raise exception 'version % of % does not follow on the one before', new.version, new.number
            using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger step_fits before insert on certificate_step for each row execute function certificate_step_fits();

create function certificate_goes_on() returns trigger language plpgsql as $$
begin
    update certificate_status s
    set state = new.state, steps = new.position, head = new.hash, version = coalesce(new.version, s.version),
        since = case when s.state = new.state then s.since else new.decided_at end,
        until_on = case when new.state = 'suspended' then coalesce(new.until_on, s.until_on) end,
        valid_until = case when v.number is null then s.valid_until else v.valid_until end,
        programme = coalesce(v.document->>'programme', s.programme)
    from (select) as nothing left join certificate_version v on v.number = new.number and v.version = new.version
    where s.number = new.number;
    return null;
end $$;
create trigger step_is_taken after insert on certificate_step for each row execute function certificate_goes_on();
create trigger steps_for_good before update or delete on certificate_step
    for each row execute function refuse_change();

-- A credential for each version, each with a place of its own on a status list: what was corrected is revoked, while the
-- certificate goes on.
alter table signing add column version int not null default 1;
drop index signing_current;
create unique index signing_current on signing (number, version) where state <> 'voided';
alter table status_entry add column version int not null default 1;
alter table status_entry drop constraint status_entry_pkey;
alter table status_entry add primary key (number, version);

-- What the clock has told about a certificate, each once: that it ends, that its holder may renew it, that a suspension
-- is to be looked at again. ``told`` is false where a later reminder was due as well when the clock was caught up.
create table certificate_reminder (
    number  text not null references certificate,
    kind    text not null check (kind in ('expiring', 'window', 'suspension')),
    due_on  date not null,
    told    boolean not null,
    noted_at timestamptz not null,
    primary key (number, kind, due_on)
);

create or replace view v_certificate as
    select c.number, c.certificate_id, c.scheme, c.scheme_version, c.year, c.serial, c.trainee_id, c.programme,
           c.decision_id, d.mode, d.dossier_sha256, c.issued_on, c.valid_until, c.document_sha256, c.issued_at,
           s.state as status, s.since as status_since, s.version, s.valid_until as stands_until, s.steps, s.head
    from certificate c join decision d using (decision_id) join certificate_status s using (number);
comment on column v_certificate.status is 'valid, suspended, expired or withdrawn, by the last step of its history';
comment on column v_certificate.status_since is 'since when it stands so';
comment on column v_certificate.version is '1 as issued, one more for each correction, smaller scope, print or period';
comment on column v_certificate.stands_until is 'last day of validity now: a recertification moves it';
comment on column v_certificate.steps is 'how many steps its history has';
comment on column v_certificate.head is 'hash of its last step, in which all before it are chained';

create view v_certificate_step as
    select number, position, kind, state, reason, words_sha256, decided_by, decided_at, from_on, until_on, version,
           appeal_until, previous, hash
    from certificate_step;
comment on view v_certificate_step is 'Every step in the life of a certificate, without what was said about it.';
do $$ begin
    if exists (select from pg_roles where rolname = 'auditor') then
        grant select on v_certificate_step to auditor;
    end if;
end $$;
