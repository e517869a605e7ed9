-- Practice gained before the enrolment or with an earlier employer, as the training told it. What was recorded in error is
-- withdrawn, never taken away: a decision may rest on it.
create table practice_elsewhere (
    practice_id text primary key,
    trainee_id  text not null,
    starts_on   date not null,
    ends_on     date not null,
    withdrawn   boolean not null default false,
    check (ends_on >= starts_on)
);
create index practice_elsewhere_of on practice_elsewhere (trainee_id);
