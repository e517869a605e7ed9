-- What each scheme version asks to be learned and with which equipment: the parts of its content that coverage reads.
-- Beside scheme_version, not in it, so that code from before goes on reading that table as it was.
create table scheme_curriculum (
    scheme  text not null,
    version text not null,
    content jsonb not null,
    primary key (scheme, version),
    foreign key (scheme, version) references scheme_version
);

-- An attainment target that a placement's trainee could or can learn nowhere. Which targets are covered, and by what, is
-- worked out from equipment, scheme and plans whenever somebody looks; kept is what is told: open since, closed on.
create table coverage_gap (
    gap_id         text primary key,   -- placement/target
    placement_id   text not null references placement,
    trainee_id     text not null references trainee,
    company_id     text not null references company,
    target         text not null,
    equipment      text[] not null,    -- what it takes to learn it
    opened_on      date not null,
    closed_on      date,
    closed_because text check (closed_because in ('equipment', 'plan', 'placement ended', 'scheme')),
    unique (placement_id, target),
    check ((closed_on is null) = (closed_because is null))
);
create index coverage_gap_open on coverage_gap (gap_id) where closed_on is null;
create index coverage_gap_of_trainee on coverage_gap (trainee_id) where closed_on is null;
create index coverage_gap_at_company on coverage_gap (company_id, target) where closed_on is null;

-- Where a target is learned instead, from when to when, and who chose it. A later choice replaces an earlier one.
create table gap_plan (
    plan_id      text primary key,
    placement_id text not null references placement,
    trainee_id   text not null references trainee,
    target       text not null,
    place_kind   text not null check (place_kind in ('company', 'school')),
    place_id     text not null,
    starts_on    date not null,
    ends_on      date not null check (ends_on >= starts_on),
    chosen_by    text not null,
    chosen_at    timestamptz not null,
    replaced_at  timestamptz
);
create unique index gap_plan_now on gap_plan (placement_id, target) where replaced_at is null;
create index gap_plan_at_place on gap_plan (place_kind, place_id) where replaced_at is null;
