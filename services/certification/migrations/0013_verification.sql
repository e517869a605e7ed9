-- Each time that everything issued was checked again by the clock, and who asked for another issuing key and who agreed.

create table register_verification (
    verification_id uuid primary key,
    day             date not null unique,       -- in Amsterdam
    began_at        timestamptz not null,
    ended_at        timestamptz not null,
    certificates    int not null,
    leaves          bigint not null,
    violations      int not null,
    register_sha256 text not null
);
create trigger verified_for_good before update or delete on register_verification
    for each row execute function refuse_change();

create table key_rotation (
    rotation_id  uuid primary key,
    why          text not null check (why in ('routine', 'compromised')),
    asked_by     text not null,
    asked_at     timestamptz not null,
    expires_at   timestamptz not null,
    approved_by  text check (approved_by <> asked_by),
    approved_at  timestamptz,
    old_key      text,
    new_key      text,
    check ((approved_by is null) = (approved_at is null))
);
create unique index key_rotation_open on key_rotation ((true)) where approved_at is null;
