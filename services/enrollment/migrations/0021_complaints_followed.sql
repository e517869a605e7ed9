-- What becomes of a complaint. The old code goes on writing complaints as received; what is new has a default.
alter table complaint
    add column by text not null default 'trainee' check (by in ('trainee', 'guardian', 'mentor', 'office')),
    add column acknowledge_by  date,       -- last days by the norms of the scheme, where it has any
    add column resolve_by      date,
    add column act_on          date,       -- the day on which the clock looks at it
    add column acknowledged_on date,
    add column in_hand_on      date,
    add column agenda_words    text not null default '',   -- the coordinator's own, for the agenda of the visit
    add column on_agenda_on    date,
    add column discussed_on    date,
    add column waived_reason   text not null default '',   -- why it is not discussed
    add column resolution      text not null default '',
    add column resolved_on     date,
    add column closed_on       date;
create index complaint_to_act on complaint (act_on) where act_on is not null;
create index complaint_open on complaint (place_kind, place_id) where state <> 'closed';
create index complaint_in_hand on complaint (place_kind, place_id) where state = 'in hand';
create index complaint_by_day on complaint (received_on desc, complaint_id desc);

-- Who complained does not agree with what came of it: the complaint is in hand again.
create table complaint_appeal (
    appeal_id    bigint generated always as identity primary key,
    complaint_id text not null references complaint,
    lodged_on    date not null,
    text         text not null,
    unique (complaint_id, lodged_on)
);
