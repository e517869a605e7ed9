-- Credentials: recorded before they are signed. The row is written by the transaction that issues, so whatever crashes,
-- it is finished or voided and never missing (invariant I8).

create table status_list (
    list         int primary key,
    used         int not null default 0,
    made_at      timestamptz not null,
    bits_sha256  text,                      -- of the bitstring that was signed last
    signed_at    timestamptz,
    credential   json                       -- as it was signed last
);

-- Where a certificate's status stands: at random, so that the place says nothing about the number; for good.
create table status_entry (
    number text primary key references certificate,
    list   int not null references status_list,
    place  int not null check (place between 0 and 131071),
    withdrawn_at timestamptz,               -- the bit is set since then; never back
    unique (list, place)
);
create index status_entry_withdrawn on status_entry (list, place) where withdrawn_at is not null;
create trigger placed_for_good before update of number, list, place or delete on status_entry
    for each row execute function refuse_change();
create trigger withdrawn_for_good before update on status_entry
    for each row when (old.withdrawn_at is not null) execute function refuse_change();

create table signing (
    signing_id  bigint generated always as identity primary key,
    number      text not null references certificate,
    state       text not null default 'owed' check (state in ('owed', 'begun', 'signed', 'voided')),
    owed_at     timestamptz not null default now(),
    begun_at    timestamptz,                -- the time in the proof
    finished_at timestamptz,
    key_id      text,
    method      text,                       -- URL of the key
    credential  json,                       -- what is signed; json, not jsonb: the order is kept for readers
    proof       json,
    voided_why  text,
    check ((state = 'owed') = (credential is null)),
    check (state = 'owed' or (begun_at is not null and key_id is not null and method is not null)),
    check ((state = 'signed') = (proof is not null)),
    check ((state = 'voided') = (voided_why is not null)),
    check ((finished_at is not null) = (state in ('signed', 'voided')))
);
create unique index signing_current on signing (number) where state <> 'voided';
create index signing_open on signing (signing_id) where state in ('owed', 'begun');
create trigger signed_for_good before update or delete on signing
    for each row when (old.state in ('signed', 'voided')) execute function refuse_change();

create function owe_signatures() returns trigger language plpgsql as $$
begin
    insert into signing (number) select number from issued order by issued_at, number;
    return null;
end $$;
create trigger issued_owes_a_signature after insert on certificate
    referencing new table as issued for each statement execute function owe_signatures();

insert into signing (number) select number from certificate order by issued_at, number;
