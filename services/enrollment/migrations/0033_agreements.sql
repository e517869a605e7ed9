-- Training agreements: each sheet of a placement with what it says. A sheet is never changed: another one follows.
create table agreement (
    agreement_id text primary key,                  -- the sheet's number: placement/version
    placement_id text not null references placement,
    trainee_id   text not null references enrolment,
    version      int not null check (version >= 1),
    content      jsonb not null,                    -- keys, dates and programme as agreed; no names
    parties      text[] not null,                   -- references of who signs
    state        text not null check (state in ('sent', 'completed', 'withdrawn')),
    amends       text references agreement,         -- completed by the signatures of this earlier sheet
    made_on      date not null,
    asked_on     date not null,                     -- the day on which those who have to sign were asked last
    asked        int not null default 1,
    completed_on date,
    unique (placement_id, version)
);
create unique index agreement_open on agreement (trainee_id) where state = 'sent';
create index agreement_of_trainee on agreement (trainee_id, made_on desc, version desc);
create index agreement_to_remind on agreement (asked_on) where state = 'sent';

create table agreement_signature (
    agreement_id text not null references agreement,
    party        text not null,
    signed_on    date not null,
    how          text not null check (how in ('link', 'paper')),
    primary key (agreement_id, party)
);

-- The day for which the agreements were looked through.
create table agreement_run (
    one boolean primary key default true check (one),
    day date not null
);

-- The clock starts placements that wait, also those that were signed for.
create index placement_waiting on placement (starts_on) where state in ('proposed', 'signed');
