-- Exam sessions with who sits, examines and watches, what happened there, and corrections that two persons make.

create table exam_session (
    session_id  text primary key,
    scheme      text not null,
    exam        text not null,
    starts_at   timestamptz not null,
    place       text not null,
    examiner    text not null,
    invigilator text,
    state       text not null default 'planned' check (state in ('planned', 'held', 'cancelled')),
    why         text,                               -- why it was cancelled
    planned_at  timestamptz not null,
    planned_by  text not null,
    check ((state = 'cancelled') = (why is not null))
);
create index exam_session_newest on exam_session (starts_at desc, session_id);

create table exam_seat (
    session_id text not null references exam_session,
    trainee_id text not null references candidate,
    result_id  text,                                -- once the grid was entered
    absent     boolean not null default false,
    primary key (session_id, trainee_id),
    check (not (absent and result_id is not null))
);
create index exam_seat_of on exam_seat (trainee_id);

create table exam_incident (
    incident_id text primary key,
    session_id  text not null references exam_session,
    trainee_id  text,
    what        text not null,
    noted_at    timestamptz not null,
    noted_by    text not null
);
create trigger noted_for_good before update or delete on exam_incident
    for each row execute function refuse_change();

-- A correction by hand: one person proposes it with a reason, another one settles it.
create table correction (
    correction_id text primary key,
    result_id     text not null,
    revision      int not null,                     -- what stood when it was proposed
    score         numeric not null,
    knocked_out   boolean not null,
    taken_on      date not null,
    reason        text not null,
    proposed_at   timestamptz not null,
    proposed_by   text not null,
    state         text not null default 'proposed' check (state in ('proposed', 'approved', 'rejected')),
    settled_at    timestamptz,
    settled_by    text,
    foreign key (result_id, revision) references result,
    check ((state = 'proposed') = (settled_by is null)),
    constraint settled_by_another check (settled_by is null or settled_by <> proposed_by)
);
create unique index correction_open on correction (result_id) where state = 'proposed';
create trigger proposed_for_good
    before update of correction_id, result_id, revision, score, knocked_out, taken_on, reason, proposed_at, proposed_by
    or delete on correction for each row execute function refuse_change();
create trigger settled_for_good before update on correction
    for each row when (old.state <> 'proposed') execute function refuse_change();
