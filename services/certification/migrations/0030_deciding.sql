-- Who decides: evidence from the training, who trained whom, deciders with their ties, assignments and refusals.

-- Evidence beside results, as the training told it: added, never changed.
create table target_signed_off (
    trainee_id text not null,
    target     text not null,
    signed_on  date not null,
    primary key (trainee_id, target)
);
create trigger heard_for_good before update or delete on target_signed_off
    for each row execute function refuse_change();

create table attendance_measured (
    trainee_id    text not null,
    up_to         date not null,
    expected_days numeric not null check (expected_days >= 0),
    attended_days numeric not null check (attended_days >= 0),
    primary key (trainee_id, up_to)
);
create trigger heard_for_good before update or delete on attendance_measured
    for each row execute function refuse_change();

create table practice_period (
    placement_id text primary key,
    trainee_id   text not null,
    company_id   text not null,
    starts_on    date not null,
    ends_on      date                               -- null: it goes on
);
create index practice_of_trainee on practice_period (trainee_id);

-- Who trained, mentored or employed a trainee beside those of the enrolment. Nobody is ever taken off it.
create table trained_by (
    trainee_id text not null,
    role       text not null check (role in ('instructor', 'mentor', 'company', 'school')),
    key        text not null,
    since      date not null,
    primary key (trainee_id, role, key)
);
create trigger trained_for_good before update or delete on trained_by
    for each row execute function refuse_change();

create view involved as
    select c.trainee_id, v.role, v.key
    from candidate c
    cross join lateral (values ('instructor', c.instructor_id), ('mentor', c.mentor_id), ('company', c.company_id),
                               ('school', c.school_id)) as v(role, key)
    where v.key is not null
    union
    select trainee_id, role, key from trained_by;

-- Deciders, and to whom they are tied. A tie can end and is never forgotten; nobody notes his or her own.
create table decider (
    person   text primary key,                      -- as one signs in: office/anna
    since    date not null,
    ended_on date,
    noted_by text not null,
    check (noted_by <> person)
);
create table decider_tie (
    person   text not null references decider,
    kind     text not null check (kind in ('company', 'school', 'instructor', 'mentor', 'examiner', 'trainee')),
    key      text not null,
    ended_on date,                                  -- counts for a company or school: worked there until
    noted_by text not null,
    primary key (person, kind, key),
    check (noted_by <> person)
);
create index decider_tie_of on decider_tie (kind, key);
create trigger tied_for_good before update of person, kind, key or delete on decider_tie
    for each row execute function refuse_change();

-- Why a person may not decide on a candidate; none when uninvolved. Who once trained, mentored or examined always did;
-- who left a company or school before the candidate began was never a colleague.
create function ties_between(the_person text, the_trainee text) returns table (tie text) language sql stable as $$
    select t.kind || '/' || t.key
    from decider_tie t
    join involved i on (i.role, i.key) = (t.kind, t.key)
    join candidate c on c.trainee_id = i.trainee_id
    where t.person = the_person and i.trainee_id = the_trainee
      and (t.kind in ('instructor', 'mentor') or t.ended_on is null or t.ended_on >= c.starts_on)
    union
    select 'examiner/' || t.key
    from decider_tie t join result r on r.examiner = t.key
    where t.person = the_person and t.kind = 'examiner' and r.trainee_id = the_trainee
    union
    select 'trainee/' || t.key from decider_tie t
    where t.person = the_person and t.kind = 'trainee' and t.key = the_trainee
$$;

create function refuse_involved(the_person text, the_trainee text) returns void language plpgsql as $$
declare
    ties text;
begin
    perform from decider where person = the_person and ended_on is null for share;
    if not found then
        raise exception 'only a decider decides' using errcode = 'KEUR1';
    end if;
    select string_agg(tie, ' ' order by tie) into ties from ties_between(the_person, the_trainee);
    if ties is not null then
        raise exception 'an involved person does not decide' using errcode = 'KEUR2', detail = ties;
    end if;
end $$;

alter table decision drop constraint if exists decision_trainee_id_key;
alter table decision drop constraint if exists decision_outcome_check;
alter table decision
    add constraint decision_outcome_check check (outcome in ('granted', 'refused')),
    add column reason text,                         -- code of why it was refused
    add column explanation text,                    -- the decider's own words
    add column appeal_until date,                   -- last day of the appeal term; null: the scheme has none
    add check ((outcome = 'refused') = (reason is not null)),
    add check ((mode = 'automatic') = (decided_by = 'rules')),
    add check (outcome = 'granted' or mode = 'reviewed');
create unique index decision_granted_once on decision (trainee_id) where outcome = 'granted';
create index decision_of_trainee on decision (trainee_id, decided_at);

create function refuse_involved_decider() returns trigger language plpgsql as $$
begin
    perform refuse_involved(new.decided_by, new.trainee_id);
    return new;
end $$;
create trigger decided_by_the_uninvolved before insert on decision
    for each row when (new.mode = 'reviewed') execute function refuse_involved_decider();

alter table scheme_version add column decision_mode text generated always as (content ->> 'decision_mode') stored;
create function refuse_rules_where_a_person_decides() returns trigger language plpgsql as $$
begin
    if exists (select from decided d join scheme_version s on (s.scheme, s.version) = (d.scheme, d.scheme_version)
               where d.mode = 'automatic' and s.decision_mode = 'reviewed') then
        raise exception 'under this scheme a person decides' using errcode = 'KEUR3';
    end if;
    return null;
end $$;
create trigger decided_as_the_scheme_says after insert on decision
    referencing new table as decided for each statement execute function refuse_rules_where_a_person_decides();

-- Who is to decide on whom. One at a time; whoever hands it on leaves the row behind.
create table assignment (
    assignment_id bigint generated always as identity primary key,
    trainee_id    text not null references candidate,
    decider       text not null references decider,
    assigned_at   timestamptz not null,
    assigned_by   text not null,
    ended_at      timestamptz,
    ended_why     text check (ended_why in ('decided', 'reassigned', 'no longer eligible')),
    check ((ended_at is null) = (ended_why is null))
);
create unique index assignment_open on assignment (trainee_id) where ended_at is null;
create index assignment_of_decider on assignment (decider) where ended_at is null;
create function refuse_involved_assignee() returns trigger language plpgsql as $$
begin
    perform refuse_involved(new.decider, new.trainee_id);
    return new;
end $$;
create trigger assigned_to_the_uninvolved before insert or update of decider, trainee_id on assignment
    for each row execute function refuse_involved_assignee();

-- Conflicts that were found, each told once.
create table conflict (
    trainee_id text not null references candidate,
    role       text not null check (role in ('decider', 'examiner')),
    person     text not null,
    tie        text not null,
    found_at   timestamptz not null,
    primary key (trainee_id, role, person, tie)
);

alter table candidate drop constraint candidate_state_check;
alter table candidate add constraint candidate_state_check
    check (state in ('awaited', 'admitted', 'assessing', 'eligible', 'granted', 'refused'));
