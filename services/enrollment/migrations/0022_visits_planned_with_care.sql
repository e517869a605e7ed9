-- A visit also comes sooner because of signals; it can be moved to another day, or waived with a reason.
alter table planned_visit drop constraint planned_visit_reason_check;
alter table planned_visit
    add constraint planned_visit_reason_check check (reason in ('cadence', 'complaint', 'agreed', 'signal')),
    add column moved_to      date,
    add column moved_on      date,
    add column waived_on     date,
    add column waived_reason text;

-- Trainees of whom a signal opened or closed: the clock plans the visit of their company anew.
create table visit_to_plan (
    position   bigint generated always as identity primary key,
    trainee_id text not null
);

-- Talks that the coordinator holds with those concerned, apart from a visit or as a part of one.
create table evaluation_talk (
    talk_id      text primary key,
    held_on      date not null,
    place_kind   text not null check (place_kind in ('company', 'school')),
    place_id     text not null,
    trainee_id   text references trainee,
    participants text[] not null,       -- kind/id
    summary      text not null,
    recorded_by  text not null
);
create index evaluation_talk_at_place on evaluation_talk (place_kind, place_id, held_on desc);
create index evaluation_talk_by_day on evaluation_talk (held_on desc, talk_id desc);
