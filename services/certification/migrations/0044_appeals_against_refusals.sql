-- Who was refused a certificate has no number, and appeals against the decision itself. It is decided like any appeal: by
-- somebody who had no part, and now also by nobody who works at the same company or school.
alter table appeal
    alter column number drop not null,
    alter column step drop not null,
    add column decision_id uuid unique references decision,
    add column decide_by date,                      -- the last day to decide on it; null: the scheme has no term
    add constraint against_one_decision
        check ((number is null) = (step is null) and (number is null) <> (decision_id is null));

create view appeal_of_trainee as
    select a.appeal_id, coalesce(c.trainee_id, d.trainee_id) as trainee_id, coalesce(c.scheme, d.scheme) as scheme,
           coalesce(c.scheme_version, d.scheme_version) as scheme_version
    from appeal a left join certificate c on c.number = a.number left join decision d on d.decision_id = a.decision_id;

create function against_a_refusal() returns trigger language plpgsql as $$
begin
    if not exists (select from decision where decision_id = new.decision_id and outcome = 'refused') then
        raise exception 'only a refusal is appealed against without a certificate' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger against_a_refusal before insert on appeal
    for each row when (new.decision_id is not null) execute function against_a_refusal();

create or replace view appeal_had_part as
    select a.appeal_id, s.decided_by as who, 'decided' as part from appeal a
        join certificate_step s on (s.number, s.position) = (a.number, a.step)
    union all
    select a.appeal_id, d.decided_by, 'decided' from appeal a
        join certificate c on c.number = a.number join decision d on d.decision_id = c.decision_id
    union all
    select a.appeal_id, d.decided_by, 'decided' from appeal a join decision d on d.decision_id = a.decision_id
    union all
    select t.appeal_id, r.examiner, 'examined' from appeal_of_trainee t join result r using (trainee_id)
    union all
    select t.appeal_id, i.key, 'trained' from appeal_of_trainee t join involved i using (trainee_id)
        where i.role in ('instructor', 'mentor')
    union all
    select appeal_id, lodged_by, 'lodged' from appeal;

create or replace function appeal_by_the_uninvolved() returns trigger language plpgsql as $$
declare
    part_of text;
begin
    select part into part_of from appeal_had_part
    where appeal_id = new.appeal_id and person(who) = person(new.decided_by) limit 1;
    if part_of is null then
        select tie into part_of from appeal_of_trainee t cross join lateral ties_between(new.decided_by, t.trainee_id)
        where t.appeal_id = new.appeal_id limit 1;
    end if;
    if part_of is not null then
        raise exception 'who % may not decide on the appeal', part_of using errcode = 'restrict_violation';
    end if;
    return new;
end $$;

-- Whose refusal did not stand does not decide on that candidate again.
create function refused_before(the_person text, the_trainee text) returns table (tie text) language sql stable as $$
    select 'decision/' || d.decision_id from decision d
    join appeal a on a.decision_id = d.decision_id join appeal_decision o using (appeal_id)
    where o.outcome = 'upheld' and d.decided_by = the_person and d.trainee_id = the_trainee
$$;

create or replace function refuse_involved(the_person text, the_trainee text) returns void language plpgsql as $$
declare
    ties text;
begin
    perform from decider where person = the_person and ended_on is null for share;
    if not found then
        raise exception 'only a decider decides' using errcode = 'KEUR1';
    end if;
    select string_agg(tie, ' ' order by tie) into ties from (
        select tie from ties_between(the_person, the_trainee) union select tie from refused_before(the_person, the_trainee)
    ) as found;
    if ties is not null then
        raise exception 'an involved person does not decide' using errcode = 'KEUR2', detail = ties;
    end if;
end $$;

-- Appeals of which it was told that their term is over: each once.
create table appeal_overdue (
    appeal_id text primary key references appeal,
    told_at   timestamptz not null
);
