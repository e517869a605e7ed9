-- A talk of a mentor with a trainee, written down in ten seconds. It adds to the minutes of the logbook.
create table contact_moment (
    moment_id  text primary key,
    trainee_id text not null references trainee,
    mentor_id  text not null references mentor,
    held_on    date not null,
    monday     date not null,          -- of its week
    minutes    int not null check (minutes between 1 and 1440)
);
create index contact_moment_of on contact_moment (trainee_id, monday);

-- What the school said of one day; it goes before what follows from the hours in the logbook.
create table attendance_entry (
    trainee_id text not null references trainee,
    day        date not null,
    monday     date not null,          -- of its week
    present    text not null check (present in ('yes', 'no', 'excused')),
    primary key (trainee_id, day)
);

-- Who confirmed that a target was reached; it is signed off when both have.
create table sign_off (
    trainee_id text not null references trainee,
    target     text not null,
    role       text not null check (role in ('instructor', 'mentor')),
    person_id  text not null,
    signed_on  date not null,
    primary key (trainee_id, target, role)
);

-- When a target was first taught and practised: the Monday of the week. Worked out from the logbook.
create table target_first (
    trainee_id   text not null references trainee,
    target       text not null,
    taught_on    date,                 -- at school
    school_on    date,                 -- practised at school: not only shown, but done
    company_on   date,                 -- practised in the company
    primary key (trainee_id, target)
);
insert into target_first (trainee_id, target, taught_on, school_on, company_on)
select trainee_id, target, min(monday) filter (where place = 'school'),
       min(monday) filter (where place = 'school' and level <> 'simple'), min(monday) filter (where place = 'company')
from logbook_entry group by 1, 2;

-- The day on which the passing of time alone may change a trainee's signals, and what was told of attendance.
create table training_watch (
    trainee_id     text primary key references trainee,
    next_on        date,
    attended_until date
);
insert into training_watch (trainee_id, next_on) select trainee_id, '0001-01-01' from enrolment;
create index training_watch_due on training_watch (next_on) where next_on is not null;

-- Which school taught in a week: asked when a trainee worked and wrote no school hours.
create index logbook_school_weeks on logbook_entry (monday, trainee_id) where place = 'school';
