-- Practice gained before the enrolment or with an earlier employer, with what the office saw as proof. Recorded in error, it
-- is withdrawn with a reason and stays readable.
create table practice_elsewhere (
    practice_id      text primary key,
    trainee_id       text not null references trainee,
    starts_on        date not null,
    ends_on          date not null,
    gained_at        text not null,          -- the employer, as the trainee names it
    proof            text not null,
    recorded_on      date not null,
    recorded_by      text not null,
    withdrawn_on     date,
    withdrawn_reason text not null default '',
    check (ends_on >= starts_on)
);
create index practice_elsewhere_of on practice_elsewhere (trainee_id, starts_on);
