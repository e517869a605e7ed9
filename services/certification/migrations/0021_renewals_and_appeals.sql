-- A new period is granted on what was shown for it; an appeal is decided by somebody who had no part before.

create function person(reference text) returns text language sql immutable as $$
    select lower(regexp_replace(reference, '^[a-z]+/', ''))
$$;
comment on function person is 'examiner EX1 and examiner/EX1 are one person';

create table certificate_renewal (
    number          text not null,
    position        int not null,
    exams           jsonb not null,             -- exam, taken_on, score, knocked_out, examiner: each passed
    practice_months int,
    window_from     date not null,
    decided_by      text not null,
    primary key (number, position),
    foreign key (number, position) references certificate_step
);
create trigger renewed_for_good before update or delete on certificate_renewal
    for each row execute function refuse_change();

create function renewal_by_another() returns trigger language plpgsql as $$
begin
    if exists (
        select from jsonb_array_elements(new.exams) as exam where person(exam->>'examiner') = person(new.decided_by)
    ) then
        raise exception 'who examined may not decide' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger renewal_by_another before insert on certificate_renewal
    for each row execute function renewal_by_another();

create table appeal (
    appeal_id      text primary key,
    number         text not null,
    step           int not null,
    against        text not null,
    lodged_by      text not null,
    lodged_on      date not null,
    late           boolean not null,
    dossier        jsonb not null,              -- as it was on the day of the appeal; the decision rests on this
    dossier_sha256 text not null,
    entered_by     text not null,
    entered_at     timestamptz not null,
    unique (number, step),
    foreign key (number, step) references certificate_step
);
create trigger lodged_for_good before update or delete on appeal for each row execute function refuse_change();

create table appeal_words (
    appeal_id   text primary key references appeal,
    grounds     text,
    late_reason text,
    decision    text
);

create table appeal_decision (
    appeal_id  text primary key references appeal,
    outcome    text not null check (outcome in ('upheld', 'dismissed')),
    decided_by text not null,
    decided_on date not null,
    decided_at timestamptz not null,
    new_number text references certificate
);
create trigger appeal_decided_for_good before update or delete on appeal_decision
    for each row execute function refuse_change();

-- Who had a part: decided the step, decided or issued the certificate, examined, trained, or lodged the appeal.
create view appeal_had_part as
    select a.appeal_id, s.decided_by as who, 'decided' as part from appeal a
        join certificate_step s on (s.number, s.position) = (a.number, a.step)
    union all
    select a.appeal_id, d.decided_by, 'decided' from appeal a
        join certificate c using (number) join decision d using (decision_id)
    union all
    select a.appeal_id, r.examiner, 'examined' from appeal a
        join certificate c using (number) join result r using (trainee_id)
    union all
    select a.appeal_id, t.who, 'trained' from appeal a
        join certificate c using (number) join candidate k using (trainee_id)
        cross join lateral (values (k.mentor_id), (k.instructor_id)) as t(who) where t.who is not null
    union all
    select appeal_id, lodged_by, 'lodged' from appeal;

create function appeal_by_the_uninvolved() returns trigger language plpgsql as $$
declare
    part_of text;
begin
    select part into part_of from appeal_had_part
    where appeal_id = new.appeal_id and person(who) = person(new.decided_by) limit 1;
    if part_of is not null then
        raise exception 'who % may not decide on the appeal', part_of using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger by_the_uninvolved before insert on appeal_decision
    for each row execute function appeal_by_the_uninvolved();

-- What was withdrawn never comes back: where the withdrawal does not stand, a new certificate takes its place.
alter table certificate add column replaces text unique references certificate;
alter table certificate drop constraint certificate_trainee_id_key;
alter table certificate drop constraint certificate_decision_id_key;
create unique index certificate_of_trainee on certificate (trainee_id) where replaces is null;
create unique index certificate_on_decision on certificate (decision_id) where replaces is null;
create index certificate_of_holder on certificate (trainee_id, issued_at desc);
create function replaces_what_was_withdrawn() returns trigger language plpgsql as $$
begin
    if not exists (
        select from certificate c join certificate_status s using (number)
        where c.number = new.replaces and s.state = 'withdrawn'
          and (c.trainee_id, c.decision_id) = (new.trainee_id, new.decision_id)
    ) then
        raise exception '% does not take the place of a withdrawn certificate of the same holder', new.number
            using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger replaces_what_was_withdrawn before insert on certificate
    for each row when (new.replaces is not null) execute function replaces_what_was_withdrawn();
