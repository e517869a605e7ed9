-- From which connection the public form was filled in: a hash, kept for a day, to see when one of them asks too much.
create table application_asker (
    asker   bytea not null,
    made_at timestamptz not null
);
create index application_asker_recent on application_asker (asker, made_at);
create index application_asker_old on application_asker (made_at);
