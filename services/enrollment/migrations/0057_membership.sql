-- When a company took part in the mark: each membership with its first day, and its end with the reason.
create table membership (
    membership_id text primary key,
    company_id    text not null references company,
    began_on      date not null,
    ended_on      date,                  -- the last day
    reason        text,
    recorded_by   text not null,
    ended_by      text,
    check ((ended_on is null) = (reason is null)),
    check (ended_on is null or ended_on >= began_on)
);
create unique index membership_open on membership (company_id) where ended_on is null;
create index membership_of on membership (company_id, began_on desc);

insert into membership (membership_id, company_id, began_on, recorded_by)
select company_id || '/1', company_id, member_since, 'migration' from company where member_since is not null;

-- Companies that no longer take part, with their last day. Who never had a membership is not among them.
create view company_left as
select company_id, max(ended_on) as last_day from membership group by company_id having bool_and(ended_on is not null);

-- Companies whose accreditation was granted or withdrawn here: a file no longer says until when it holds.
create table accreditation_here (company_id text primary key references company);
insert into accreditation_here
select company_id from company_accreditation
union select c.company_id from audit a join company c on a.subject = 'company/' || c.company_id
where a.change like 'accreditation withdrawn:%';
