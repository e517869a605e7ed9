-- Schemes, candidates, results, decisions, certificates. What was published, entered, decided or issued is never
-- overwritten: triggers refuse it, whoever asks.

create function refuse_change() returns trigger language plpgsql as $$
begin
    raise exception '% never changes after it was written', tg_table_name using errcode = 'restrict_violation';
end $$;

create table scheme_version (
    scheme       text not null,
    version      text not null,
    valid_from   date not null,
    content      json not null,                 -- json, not jsonb: the order of exams and targets is the author's
    sha256       text not null,
    published_at timestamptz not null,
    published_by text not null,
    primary key (scheme, version)
);
create trigger published_for_good before update or delete on scheme_version
    for each row execute function refuse_change();

-- One row per trainee heard of, from whatever arrives first. Every change to what belongs to a trainee locks this row
-- first, so that a result, an enrolment and a name that arrive at the same moment see each other.
create table candidate (
    trainee_id     text primary key,
    state          text not null default 'awaited'
                   check (state in ('awaited', 'admitted', 'assessing', 'eligible', 'granted')),
    scheme         text,
    scheme_version text,
    programme      text,
    school_id      text,
    instructor_id  text,
    company_id     text,
    mentor_id      text,
    starts_on      date,
    missing        text[] not null default '{}',
    since          timestamptz not null,        -- of the state
    doubt          text,                        -- why a person must look: a correction took away a pass after issue
    doubt_since    timestamptz,
    foreign key (scheme, scheme_version) references scheme_version,
    check (state = 'awaited' or scheme_version is not null)
);
create index candidate_by_state on candidate (state, trainee_id);
create index candidate_in_doubt on candidate (trainee_id) where doubt is not null;

-- Personal data in a table of its own. Emptied, not deleted, on erasure: an older message must not bring it back.
create table holder (
    trainee_id text primary key references candidate,
    name       text,
    birth_date date,
    sequence   bigint not null
);

create table result (
    result_id   text not null,
    revision    int not null check (revision > 0),
    trainee_id  text not null references candidate,
    exam        text not null,
    attempt     int not null check (attempt > 0),
    taken_on    date not null,
    score       numeric not null,
    knocked_out boolean not null,
    examiner    text not null,
    corrects    int,
    state       text not null check (state in ('waiting', 'counted', 'refused', 'replaced')),
    passed      boolean,
    refusal     text,                           -- name of the rule, when state is refused
    recorded_at timestamptz not null,
    recorded_by text not null,
    primary key (result_id, revision),
    foreign key (result_id, corrects) references result,
    check (corrects is null or corrects = revision - 1),
    check ((state = 'refused') = (refusal is not null) or state = 'replaced')
);
create unique index result_current on result (result_id) where state <> 'replaced';
create unique index result_one_per_attempt on result (trainee_id, exam, attempt) where state in ('waiting', 'counted');
create index result_of_trainee on result (trainee_id) where state <> 'replaced';
create index result_to_look_at on result (state, recorded_at) where state in ('waiting', 'refused');
create trigger entered_for_good
    before update of result_id, revision, trainee_id, exam, attempt, taken_on, score, knocked_out, examiner, corrects
    or delete on result for each row execute function refuse_change();

create table decision (
    decision_id    uuid primary key,
    trainee_id     text not null unique references candidate,
    scheme         text not null,
    scheme_version text not null,
    scheme_sha256  text not null,
    outcome        text not null check (outcome in ('granted')),
    mode           text not null check (mode in ('automatic', 'reviewed')),
    evidence       text[] not null,             -- result_id/revision of each result it rests on
    dossier        jsonb not null,              -- as it was put beside the rules; the decision runs again over this
    dossier_sha256 text not null,
    decided_on     date not null,
    decided_at     timestamptz not null,
    decided_by     text not null,
    foreign key (scheme, scheme_version) references scheme_version
);
create trigger decided_for_good before update or delete on decision for each row execute function refuse_change();

-- The last serial given out. Its row is locked by the issuing transaction, so a rollback gives the number back: no gaps.
create table number_counter (
    scheme text not null,
    year   int not null,
    last   int not null check (last >= 0),
    primary key (scheme, year)
);

create table certificate (
    number          text primary key,
    certificate_id  uuid not null unique,
    scheme          text not null,
    scheme_version  text not null,
    year            int not null,
    serial          int not null check (serial > 0),
    trainee_id      text not null unique references candidate,
    programme       text not null,
    decision_id     uuid not null unique references decision,
    issued_on       date not null,
    valid_until     date,
    check_code      text not null,
    document        jsonb not null,             -- what the certificate says; its hash is over the canonical spelling
    document_sha256 text not null,
    issued_at       timestamptz not null,
    unique (scheme, year, serial),
    check (year = extract(year from issued_on)),
    foreign key (scheme, scheme_version) references scheme_version
);
create index certificate_newest on certificate (issued_at desc, number desc);
create trigger issued_for_good before update or delete on certificate for each row execute function refuse_change();

create table audit (
    position bigint generated always as identity primary key,
    at       timestamptz not null default now(),
    actor    text not null,
    cause    text,
    subject  text not null,
    change   text not null
);
create index audit_of_subject on audit (subject, position);

create view v_exam as
    select r.result_id, r.revision, r.corrects, r.trainee_id, c.scheme, c.scheme_version, r.exam, r.attempt, r.taken_on,
           r.score, r.knocked_out, r.examiner, r.state, r.passed, r.refusal, r.recorded_at, r.recorded_by
    from result r join candidate c using (trainee_id);
comment on view v_exam is 'Every exam result ever entered, corrections beside what they correct.';
comment on column v_exam.result_id is 'the client''s key of the result; the same for its corrections';
comment on column v_exam.revision is '1 for the first entry, one more for each correction';
comment on column v_exam.corrects is 'the revision that this one replaces';
comment on column v_exam.scheme is 'null while the trainee''s enrolment has not arrived';
comment on column v_exam.attempt is '1 for the first, then the resits';
comment on column v_exam.taken_on is 'day of the exam, in Amsterdam';
comment on column v_exam.score is 'on the scale of the exam in the scheme version';
comment on column v_exam.knocked_out is 'true fails the exam whatever the score';
comment on column v_exam.state is 'waiting for the enrolment, counted, refused by a rule, or replaced by a correction';
comment on column v_exam.passed is 'null until it counts';
comment on column v_exam.refusal is 'name of the rule that refused it';

create view v_certificate as
    select c.number, c.certificate_id, c.scheme, c.scheme_version, c.year, c.serial, c.trainee_id, c.programme,
           c.decision_id, d.mode, d.dossier_sha256, c.issued_on, c.valid_until, c.document_sha256, c.issued_at
    from certificate c join decision d using (decision_id);
comment on view v_certificate is 'Every certificate issued: the register without names and check codes.';
comment on column v_certificate.serial is 'counts from 1 within scheme and year, without gaps, in the order of issue';
comment on column v_certificate.trainee_id is 'the client''s key of the holder';
comment on column v_certificate.mode is 'automatic: decided by the rules; reviewed: by a person';
comment on column v_certificate.dossier_sha256 is 'over the canonical dossier and scheme version it was decided on';
comment on column v_certificate.issued_on is 'calendar day in Amsterdam; its year is the year of the number';
comment on column v_certificate.valid_until is 'last day of validity; null does not expire';
comment on column v_certificate.document_sha256 is 'over the canonical JSON of the certificate';

do $$ begin
    if exists (select from pg_roles where rolname = 'auditor') then
        grant usage on schema public to auditor;
        grant select on v_exam, v_certificate to auditor;
    end if;
end $$;
