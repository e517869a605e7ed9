-- Each time that a company was accredited: when, until when, what was found, and why it ended early if it did.
create table company_accreditation (
    accreditation_id text primary key,
    company_id       text not null references company,
    granted_on       date not null,
    until            date not null check (until >= granted_on),
    reassessed       boolean not null,      -- it was accredited before
    findings         text not null,         -- the office's own words; shown to the office only
    granted_by       text not null,
    withdrawn_on     date,
    reason           text,
    withdrawn_by     text,
    check ((withdrawn_on is null) = (reason is null))
);
create index company_accreditation_of on company_accreditation (company_id, granted_on desc);

-- The end of an accreditation of which the company was told, so that it is told once.
create table accreditation_told (
    company_id text primary key references company,
    until      date not null
);
create index company_accredited_until on company (accredited_until) where accredited_until is not null;
