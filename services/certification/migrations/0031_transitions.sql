-- Versions that nobody learns under any more. A version itself never changes, so this stands beside it.
create table scheme_retirement (
    scheme     text not null,
    version    text not null,
    retired_on date not null,
    because    text not null check (because in ('moved', 'finished')),
    primary key (scheme, version),
    foreign key (scheme, version) references scheme_version
);
create trigger retired_for_good before update or delete on scheme_retirement
    for each row execute function refuse_change();
create index candidate_under on candidate (scheme, scheme_version, state);
