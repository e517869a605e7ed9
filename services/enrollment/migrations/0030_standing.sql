-- Who stopped before the end, why and when in the training. Only here and never in an event: the reason can be a
-- matter of health. The cause is the one of the six that the reason answers to, empty for any other.
create table enrolment_ending (
    trainee_id     text primary key references enrolment,
    dropped_out_on date not null,
    reason         text not null,
    cause          text check (cause in ('P1', 'P2', 'P3', 'P4', 'P5', 'P6')),
    phase          text not null check (phase in ('start phase', 'year 1', 'later', 'exam phase')),
    days_in        int not null check (days_in >= 0),
    recorded_by    text not null,
    recorded_at    timestamptz not null
);
create index enrolment_ending_by_day on enrolment_ending (dropped_out_on, trainee_id);

-- An interruption of a training; ``until`` is the first day on which it no longer held, empty while it goes on.
create table enrolment_pause (
    trainee_id  text not null references enrolment,
    paused_on   date not null,
    reason      text not null,
    until       date check (until >= paused_on),
    recorded_by text not null,
    primary key (trainee_id, paused_on)
);
create unique index enrolment_pause_now on enrolment_pause (trainee_id) where until is null;
