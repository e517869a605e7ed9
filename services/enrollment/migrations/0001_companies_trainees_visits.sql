-- Our own copy of each certification scheme: what the training needs of it (told by certification).
create table scheme_version (
    scheme                      text not null,
    version                     text not null,
    valid_from                  date not null,
    programmes                  text[] not null,
    targets                     text[] not null,
    visit_company_weeks         int,
    visit_school_weeks          int,
    visit_after_complaint_weeks int,
    mentor_max_trainees         int,
    primary key (scheme, version)
);

create table company (
    company_id          text primary key,
    name                text not null,
    registration_number text not null,
    street              text not null,
    postal_code         text not null,
    city                text not null,
    contact_name        text not null,
    contact_email       text not null,
    member_since        date,
    accredited_until    date,
    places              int not null,
    equipment           text[] not null
);
create index company_by_name on company (lower(name), company_id);

create table mentor (
    mentor_id          text primary key,
    company_id         text not null references company,
    name               text not null,
    email              text not null,
    language           text not null check (language in ('nl', 'en')),
    course_valid_until date,
    max_trainees       int check (max_trainees >= 0),
    hours_per_week     numeric(5, 2)
);
create index mentor_of_company on mentor (company_id);

create table school (
    school_id text primary key,
    name      text not null,
    city      text not null,
    equipment text[] not null
);

create table instructor (
    instructor_id text primary key,
    school_id     text not null references school,
    name          text not null,
    email         text not null,
    language      text not null check (language in ('nl', 'en'))
);
create index instructor_of_school on instructor (school_id);

create table trainee (
    trainee_id     text primary key,
    name           text not null,
    birth_date     date not null,
    email          text not null,
    language       text not null check (language in ('nl', 'en')),
    guardian_email text not null,
    -- Words of the name and the key, for a search that knows only their beginning.
    words          tsvector not null generated always as (to_tsvector('simple', name || ' ' || trainee_id)) stored
);
create index trainee_words on trainee using gin (words);

create table enrolment (
    trainee_id     text primary key references trainee,
    state          text not null check (state in ('applied', 'accepted', 'enrolled', 'active', 'paused', 'completed',
                                                  'dropped out')),
    scheme         text not null,
    scheme_version text not null,
    programme      text not null,
    school_id      text not null references school,
    instructor_id  text not null references instructor,
    company_id     text not null references company,
    mentor_id      text not null references mentor,
    starts_on      date not null,
    planned_end    date not null check (planned_end > starts_on),
    ended_on       date,
    minor          boolean not null,
    channel        text not null,
    foreign key (scheme, scheme_version) references scheme_version
);
create index enrolment_at_school on enrolment (school_id, starts_on);
create index enrolment_at_company on enrolment (company_id, starts_on);

-- Each company and mentor a trainee has or had; an enrolment's newest placement is the one that it names.
create table placement (
    placement_id text primary key,
    trainee_id   text not null references enrolment,
    company_id   text not null references company,
    mentor_id    text not null references mentor,
    state        text not null check (state in ('proposed', 'covered', 'signed', 'active', 'ended')),
    starts_on    date not null,
    ends_on      date not null
);
create unique index placement_now on placement (trainee_id) where state <> 'ended';
create index placement_of_mentor on placement (mentor_id, ends_on);
create index placement_at_company on placement (company_id, ends_on);
-- What the clock starts: only placements that have not begun.
create index placement_to_begin on placement (starts_on) where state = 'proposed';

create table held_visit (
    visit_id      text primary key,
    place_kind    text not null check (place_kind in ('company', 'school')),
    place_id      text not null,
    held_on       date not null,
    findings      text not null,
    next_in_weeks int check (next_in_weeks > 0)
);
create index held_visit_at_place on held_visit (place_kind, place_id, held_on desc);
create index held_visit_by_day on held_visit (held_on desc, visit_id desc);

create table planned_visit (
    visit_id   text primary key,
    place_kind text not null check (place_kind in ('company', 'school')),
    place_id   text not null,
    due_on     date not null,
    reason     text not null check (reason in ('cadence', 'complaint', 'agreed')),
    state      text not null check (state in ('planned', 'due', 'overdue', 'completed', 'waived')),
    told_on    date,
    -- The day on which the clock does something with it; empty when it waits for people.
    act_on     date,
    scheme     text,
    held_as    text references held_visit,
    unique (place_kind, place_id, due_on)
);
create unique index planned_visit_open on planned_visit (place_kind, place_id) where state in ('planned', 'due', 'overdue');
create index planned_visit_to_act on planned_visit (act_on) where act_on is not null;
create index planned_visit_by_state on planned_visit (state, due_on, visit_id);

create table complaint (
    complaint_id text primary key,
    trainee_id   text not null references trainee,
    received_on  date not null,
    category     text not null,
    confidential boolean not null,
    text         text not null,
    state        text not null default 'received',
    -- The place it makes a visit due sooner at, as it was when the complaint came.
    place_kind   text not null check (place_kind in ('company', 'school')),
    place_id     text not null
);
create index complaint_of_trainee on complaint (trainee_id, received_on);
create index complaint_at_place on complaint (place_kind, place_id, received_on desc);

create table logbook_entry (
    entry_id       text primary key,
    trainee_id     text not null references trainee,
    week           text not null,
    monday         date not null,
    place          text not null check (place in ('school', 'company')),
    target         text not null,
    level          text not null check (level in ('simple', 'assist', 'independent')),
    hours          numeric(5, 2) not null,
    mentor_minutes int not null
);
create index logbook_of_trainee on logbook_entry (trainee_id, monday);

-- The office's own contact person as it was last told, so that it is told again only when it changed.
create table office_contact (
    role     text primary key,
    name     text not null,
    email    text not null,
    language text not null
);

-- How far the clock has been followed: a day is in it when all that fell due on it was told.
create table schedule_run (
    one       boolean primary key default true check (one),
    ran_until date not null,
    ran_at    timestamptz not null
);

-- A trainee's file in the order of what happened, built from events. No names here: they are looked up when shown.
create table timeline (
    trainee_id text not null,
    event_id   text not null,
    at         timestamptz not null,
    type       text not null,
    facts      jsonb not null,
    primary key (trainee_id, event_id)
);
create index timeline_in_order on timeline (trainee_id, at desc);

-- Who changed what, and because of what. Keys and states only.
create table audit (
    position bigint generated always as identity primary key,
    at       timestamptz not null default now(),
    actor    text not null,
    cause    text,
    subject  text not null,
    change   text not null
);
create index audit_of_subject on audit (subject, position);
