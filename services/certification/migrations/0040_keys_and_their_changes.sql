-- The keys that sign, and how one takes the place of another: two persons, each step recorded before a file is made.
-- key_rotation was never used.

drop table key_rotation;

-- A proposal to replace a key, and what became of it.
create table key_change (
    change_id     uuid primary key,
    keys          text[] not null check (keys <@ array['credential', 'paper'] and cardinality(keys) between 1 and 2),
    reason        text not null check (reason in ('routine', 'compromised', 'algorithm', 'lost', 'staff', 'other')),
    words         text not null check (words <> ''),
    since         timestamptz,                  -- of a key that somebody else may have: from when
    state         text not null default 'proposed'
                  check (state in ('proposed', 'approved', 'completed', 'withdrawn')),
    proposed_by   text not null,
    proposed_at   timestamptz not null,
    approved_by   text,
    approved_at   timestamptz,
    withdrawn_by  text,
    withdrawn_at  timestamptz,
    completed_at  timestamptz,
    constraint approved_by_another check (approved_by <> proposed_by),
    check ((reason = 'compromised') = (since is not null)),
    check ((state in ('approved', 'completed')) = (approved_by is not null)),
    check ((approved_by is null) = (approved_at is null)),
    check ((state = 'withdrawn') = (withdrawn_by is not null and withdrawn_at is not null)),
    check ((state = 'completed') = (completed_at is not null))
);
create unique index key_change_waiting on key_change ((true)) where state = 'proposed';

create function key_change_moves() returns trigger language plpgsql as $$
begin
    if tg_op = 'INSERT' then
        if new.state <> 'proposed' then
            raise exception 'a change of keys begins as a proposal' using errcode = 'restrict_violation';
        end if;
        return new;
    end if;
    if tg_op = 'DELETE' or (old.state, new.state) not in
        (('proposed', 'approved'), ('proposed', 'withdrawn'), ('approved', 'completed')) then
        raise exception 'a change of keys that is % stays as it is', old.state using errcode = 'restrict_violation';
    end if;
    if (new.change_id, new.keys, new.reason, new.words, new.proposed_by, new.proposed_at)
       is distinct from (old.change_id, old.keys, old.reason, old.words, old.proposed_by, old.proposed_at)
       or new.since is distinct from old.since
       or (old.state = 'approved' and (new.approved_by, new.approved_at)
           is distinct from (old.approved_by, old.approved_at)) then
        raise exception 'what was proposed and approved does not change' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger decided_for_good before insert or update or delete on key_change
    for each row execute function key_change_moves();

-- Every key there ever was. Who signs holds the row of its key until its signature is kept; who approves a change waits
-- for that, so that nothing is signed by a key after the commit that retired it.
create table signing_key (
    key_id        text primary key,             -- Multikey of the public key; of a paper's signer: SHA-256 of its certificate
    kind          text not null check (kind in ('credential', 'paper')),
    files         text[] not null,              -- of a paper's signer: base names of signer and authority
    state         text not null default 'active' check (state in ('active', 'retired', 'revoked')),
    began_at      timestamptz not null,
    ended_at      timestamptz,
    revoked_since timestamptz,
    made_by       uuid references key_change,   -- null: made when the system was set up, or put there by hand
    ended_by      uuid references key_change,
    check ((state = 'active') = (ended_at is null)),
    check ((state = 'revoked') = (revoked_since is not null)),
    unique (made_by, kind)
);
create unique index signing_key_active on signing_key (kind) where state = 'active';

create function signing_key_moves() returns trigger language plpgsql as $$
begin
    if tg_op = 'DELETE' or old.state <> 'active' or new.state = 'active'
       or (new.key_id, new.kind, new.files, new.began_at) is distinct from
          (old.key_id, old.kind, old.files, old.began_at) then
        raise exception 'key % is %; that is for good', old.key_id, old.state using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger ended_for_good before update or delete on signing_key
    for each row execute function signing_key_moves();

create function key_may_sign() returns trigger language plpgsql as $$
begin
    if exists (select from signing_key where key_id = new.key_id and state <> 'active') then
        raise exception 'key % signs no more', new.key_id using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger signed_by_an_active_key before update on signing
    for each row when (new.state in ('begun', 'signed') and new.state <> old.state) execute function key_may_sign();

-- Certificates that are to be made out again because somebody else may have the key, and what came of each.
create table key_reissue (
    change_id uuid not null references key_change,
    number    text not null references certificate,
    state     text not null default 'waiting' check (state in ('waiting', 'done', 'left', 'failed')),
    version   int,                              -- that took the place of what the key signed
    why       text,                             -- why it was left, or could not be done
    at        timestamptz,
    primary key (change_id, number),
    check ((state = 'waiting') = (at is null)),
    check ((state = 'done') = (version is not null)),
    check ((state in ('left', 'failed')) = (why is not null))
);
create index key_reissue_waiting on key_reissue (change_id, number) where state = 'waiting';
