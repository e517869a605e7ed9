-- Who complained, so that nobody else is told; and until when an appeal can be lodged, where the scheme has a term.
alter table complaint
    add column complainant  text,   -- kind/id; empty where the office itself wrote it down
    add column appeal_until date;
update complaint c set complainant = case c.by
    when 'trainee' then 'trainee/' || c.trainee_id
    when 'guardian' then 'guardian/' || c.trainee_id
    when 'mentor' then (select 'mentor/' || e.mentor_id from enrolment e where e.trainee_id = c.trainee_id)
end;

alter table scheme_cadence add column complaint_appeal_days int;
