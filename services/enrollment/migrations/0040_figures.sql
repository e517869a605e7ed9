-- What the figures need of what certification tells. Kept from its events, so that every figure is SQL over own data;
-- the highest sequence of a trainee's events wins, so that the same events again, in any order, give the same rows.
create table exam_heard (
    result_id  text primary key,
    trainee_id text not null,
    scheme     text not null,
    exam       text not null,
    attempt    int not null,
    taken_on   date not null,
    passed     boolean not null,
    sequence   bigint not null
);
create index exam_heard_first_attempts on exam_heard (taken_on) where attempt = 1;
create index exam_heard_of_trainee on exam_heard (trainee_id);

create table certificate_heard (
    number     text primary key,
    trainee_id text not null,
    scheme     text not null,
    programme  text not null,
    issued_on  date not null,
    sequence   bigint not null
);
create index certificate_heard_of_trainee on certificate_heard (trainee_id, issued_on);

-- What a mark measures itself against: the shares of its scheme's own `completion`, and its words for exams.
create table scheme_goal (
    scheme   text not null,
    version  text not null,
    title    jsonb not null,
    baseline double precision,
    target   double precision,
    stretch  double precision,
    exams    jsonb not null,
    primary key (scheme, version)
);

-- What was heard before these tables were there stands in the timeline.
insert into exam_heard (result_id, trainee_id, scheme, exam, attempt, taken_on, passed, sequence)
select distinct on (facts ->> 'result_id')
       facts ->> 'result_id', trainee_id, facts ->> 'scheme', facts ->> 'exam', (facts ->> 'attempt')::int,
       (facts ->> 'taken_on')::date, type = 'certification.exam-passed.v1', 0
from timeline where type in ('certification.exam-passed.v1', 'certification.exam-failed.v1')
order by facts ->> 'result_id', at desc;

insert into certificate_heard (number, trainee_id, scheme, programme, issued_on, sequence)
select distinct on (facts ->> 'number')
       facts ->> 'number', trainee_id, facts ->> 'scheme', facts ->> 'programme', (facts ->> 'issued_on')::date, 0
from timeline where type = 'certification.certificate-issued.v1' order by facts ->> 'number', at desc;

-- Cohorts are counted by the day of the start.
create index enrolment_by_start on enrolment (starts_on);
-- Signals around the day of a visit.
create index planned_visit_held on planned_visit (held_as) where held_as is not null;
