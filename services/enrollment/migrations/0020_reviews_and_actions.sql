-- What a scheme version says about talking to each other: the cadences and days that are read often, each empty where
-- the scheme has none, so that the feature is off under it. known_on: the day on which we first knew of them; nothing
-- counts from before that day, so that a system that learns of a cadence today has nothing overdue tomorrow.
create table scheme_cadence (
    scheme                     text not null,
    version                    text not null,
    programme_review_weeks     int,
    visit_after_signal_weeks   int,
    complaint_acknowledge_days int,
    complaint_resolve_days     int,
    known_on                   date not null,
    primary key (scheme, version),
    foreign key (scheme, version) references scheme_version
);
-- What was kept of schemes before this table was there.
insert into scheme_cadence (scheme, version, complaint_acknowledge_days, known_on)
select scheme, version, (content -> 'norms' ->> 'complaint_acknowledge_days')::int, current_date from scheme_curriculum;

-- Programme reviews of a trainee: the one to come, and those that were. At most one is open per trainee.
create table planned_review (
    review_id  text primary key,
    trainee_id text not null references enrolment,
    due_on     date not null,
    state      text not null check (state in ('planned', 'due', 'overdue', 'escalated', 'held', 'lapsed')),
    told_on    date,              -- the day of the last telling: due, the reminder, the escalation
    act_on     date,
    held_as    text,
    unique (trainee_id, due_on)
);
create unique index planned_review_open on planned_review (trainee_id)
    where state in ('planned', 'due', 'overdue', 'escalated');
create index planned_review_to_act on planned_review (act_on) where act_on is not null;
create index planned_review_by_state on planned_review (state, due_on, review_id);

-- What instructor and mentor said to each other about a trainee. The texts stay in this service.
create table review_record (
    record_id               text primary key,
    trainee_id              text not null references enrolment,
    instructor_id           text not null references instructor,
    mentor_id               text not null references mentor,
    held_on                 date not null,
    topics                  text[] not null,
    agreements              text not null,
    instructor_confirmed_on date,
    mentor_confirmed_on     date,
    recorded_by             text not null
);
create index review_record_of_trainee on review_record (trainee_id, held_on desc);
create index review_record_by_day on review_record (held_on desc, record_id desc);

-- What somebody has to do by a day, agreed in a review, a visit, a talk or because of a complaint.
create table action_point (
    action_id   text primary key,
    origin      text not null check (origin in ('review', 'visit', 'talk', 'complaint')),
    origin_id   text not null,
    owner       text not null,     -- kind/id
    trainee_id  text references trainee,
    place_kind  text check (place_kind in ('company', 'school')),
    place_id    text,
    scheme      text,
    text        text not null,
    assigned_on date not null,
    due_on      date not null check (due_on >= assigned_on),
    state       text not null check (state in ('open', 'overdue', 'done')),
    act_on      date,              -- the day on which it is overdue; empty when the clock has nothing to do with it
    done_on     date,
    done_by     text,
    check ((state = 'done') = (done_on is not null))
);
create index action_point_to_act on action_point (act_on) where act_on is not null;
create index action_point_open on action_point (due_on, action_id) where state <> 'done';
create index action_point_of_trainee on action_point (trainee_id, due_on);
create index action_point_at_place on action_point (place_kind, place_id) where state <> 'done';
create index action_point_from on action_point (origin, origin_id);
