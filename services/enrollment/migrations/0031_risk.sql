-- How a training stands with regard to drop-out, worked out from its open signals by the scheme's own rule.
create table risk (
    trainee_id text primary key references enrolment,
    level      text not null check (level in ('low', 'raised', 'high')),
    points     int not null check (points >= 0),
    causes     text[] not null,
    since      date not null,     -- the first day of this level
    judged_on  date not null
);
create index risk_to_see on risk (level, trainee_id) where level <> 'low';

-- Whose signals changed since the clock looked last. Only added to and taken away, so that nobody waits for another.
create table risk_to_judge (
    look_id    bigint generated always as identity primary key,
    trainee_id text not null
);
