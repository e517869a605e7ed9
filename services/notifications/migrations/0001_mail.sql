-- Who people are to us: the newest contact point and name heard of, per reference (trainee/T1, mentor/M1, company/C1 …).
-- Both kinds of news share the subject's sequence, so the newer name wins whichever brought it.
create table person (
    ref              text primary key check (ref ~ '^[a-z]+/.+$'),
    name             text,
    email            text,
    language         text not null default 'nl' check (language in ('nl', 'en')),
    organisation     text,
    city             text,
    name_sequence    bigint not null default 0,
    contact_sequence bigint not null default 0,
    erased_at        timestamptz
);

-- A small own copy of who belongs to whom.
create table enrolment (
    trainee_id     text primary key,
    scheme         text not null,
    scheme_version text not null,
    programme      text not null,
    school_id      text not null,
    instructor_id  text not null,
    company_id     text not null,
    mentor_id      text not null,
    starts_on      date not null,
    planned_end    date not null,
    minor          boolean not null,
    sequence       bigint not null
);
create index enrolment_school on enrolment (school_id);
create table placement (
    trainee_id   text primary key,
    placement_id text not null,
    company_id   text not null,
    mentor_id    text not null,
    starts_on    date not null,
    sequence     bigint not null
);

-- The words of a scheme that mails use: titles, never rules.
create table scheme_words (
    scheme     text not null,
    version    text not null,
    valid_from date not null,
    title      jsonb not null,
    owner      text not null,
    exams      jsonb not null,
    primary key (scheme, version)
);

create table check_code (
    number     text primary key,
    trainee_id text not null,
    code       text not null
);
create index check_code_trainee on check_code (trainee_id);

-- References whose names or facts a mail's text can use.
create view known (ref) as
    select ref from person where name is not null and erased_at is null
    union all
    select 'certificate/' || number from check_code;
create index check_code_ref on check_code (('certificate/' || number));

create table mail (
    number      bigint generated always as identity unique,
    id          text primary key,
    template    text not null,
    recipient   text not null,
    cause       text not null,
    subject_ref text not null,
    scheme      text,
    correlation text,
    trace       text,
    needs       text[] not null default '{}',
    data        jsonb not null default '{}',
    state       text not null check (state in ('held', 'due', 'sending', 'sent', 'delivered', 'bounced',
                                               'suppressed', 'in_doubt', 'failed')),
    reason      text,
    attempts    integer not null default 0,
    doubts      integer not null default 0,
    due_at      timestamptz not null default now(),
    lease_until timestamptz,
    created_at  timestamptz not null default now(),
    sent_at     timestamptz,
    sent_to     text,
    language    text,
    message_id  text unique,
    unique (recipient, template, cause),
    check ((state = 'sending') = (lease_until is not null))
);
create index mail_to_send on mail (due_at, number) where state in ('due', 'in_doubt');
create index mail_leased on mail (lease_until) where state = 'sending';
create index mail_held on mail using gin (needs) where state = 'held';
create index mail_recipient on mail (recipient);
create index mail_subject on mail (subject_ref);
create index mail_cause on mail (cause);
create index mail_not_well on mail (state, number) where state not in ('sent', 'delivered');

-- How a mail begins: not sent to or about the erased, held while its address or a name in its text is not known.
create function first_state(recipient text, needs text[]) returns text language sql stable as $$
    select case
        when exists (select from person where ref = any(needs || recipient) and erased_at is not null) then 'suppressed'
        when exists (select from person where ref = recipient and email <> '')
             and not exists (select from unnest(needs) as need where not exists (select from known where known.ref = need))
            then 'due'
        else 'held'
    end
$$;

-- Every change of state after the first, with who made it and why.
create table mail_history (
    id      bigint generated always as identity primary key,
    mail_id text not null references mail (id),
    at      timestamptz not null default clock_timestamp(),
    state   text not null,
    attempt integer not null,
    reason  text,
    actor   text not null
);
create index mail_history_mail on mail_history (mail_id, id);

-- What the capture sink was handed. Holds personal data: erased with the person.
create table captured_mail (
    id          text primary key,
    received_at timestamptz not null default clock_timestamp(),
    sender      text not null,
    recipients  text not null,
    subject     text not null,
    message_id  text,
    raw         bytea not null
);
create index captured_mail_message on captured_mail (message_id);

-- For the auditor: references only. One row per mail; see docs/operations for the columns.
create view v_mail as
    select number, id, message_id, template, language, recipient, subject_ref, scheme, cause, state, reason,
           attempts, doubts, created_at, sent_at
    from mail;
do $$
begin
    if exists (select from pg_roles where rolname = 'auditor') then
        grant select on v_mail to auditor;
    end if;
end
$$;
