-- Who wants to take part: from interest to enrolment. The day of each step is kept, so that the funnel can be counted.
create table application (
    application_id text primary key,
    state          text not null check (state in ('pending', 'interest', 'applied', 'accepted', 'rejected', 'enrolled')),
    channel        text not null,
    name           text not null,
    email          text not null,
    language       text not null check (language in ('nl', 'en')),
    programme      text not null,
    public         boolean not null,           -- by the form that anybody can fill in
    made_at        timestamptz not null,
    interest_on    date,
    applied_on     date,
    accepted_on    date,
    rejected_on    date,
    enrolled_on    date,
    reason         text,
    trainee_id     text unique references enrolment,
    check ((state = 'rejected') = (reason is not null)),
    check ((state = 'enrolled') = (trainee_id is not null))
);
create index application_by_state on application (state, application_id);
create index application_recent on application (made_at) where public;
