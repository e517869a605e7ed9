-- Which published versions were told to listeners that keep all of what they are told. Those of before are told once more.
create table scheme_told (
    scheme  text not null,
    version text not null,
    primary key (scheme, version),
    foreign key (scheme, version) references scheme_version
);
