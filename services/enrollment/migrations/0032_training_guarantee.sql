-- A placement that ended early: the training guarantee asks for another one. Days without a place count from the day it
-- ended to the day on which the next one begins, or on which the training itself was over.
create table placement_ending (
    placement_id  text primary key references placement,
    trainee_id    text not null references enrolment,
    company_id    text not null references company,
    mentor_id     text not null references mentor,
    ended_on      date not null,
    reason        text not null,
    needed_by     date,                                   -- empty where the scheme has no norm
    overdue_since date,
    replaced_by   text references placement,
    settled_on    date check (settled_on >= ended_on),    -- replaced, or no longer needed
    recorded_by   text not null,
    recorded_at   timestamptz not null
);
create unique index placement_ending_open on placement_ending (trainee_id) where settled_on is null;
create index placement_ending_to_act on placement_ending (needed_by) where settled_on is null and overdue_since is null;
