-- What a decider does with a certificate of an older register: suspend, reinstate, withdraw. What it says never changes.
create table imported_step (
    number       text not null references imported_certificate,
    position     int not null check (position > 0),
    kind         text not null check (kind in ('suspended', 'reinstated', 'withdrawn')),
    state        text not null check (state in ('valid', 'suspended', 'withdrawn')),
    reason       text not null,
    words        text not null,
    words_salt   text not null,
    decided_by   text not null,
    decided_at   timestamptz not null,
    from_on      date not null,
    until_on     date,
    previous     text not null,
    hash         text not null,
    primary key (number, position)
);
create trigger imported_steps_for_good before update or delete on imported_step
    for each row execute function refuse_change();

create function withdrawn_stays_withdrawn() returns trigger language plpgsql as $$
begin
    if exists (select from imported_step where number = new.number and state = 'withdrawn')
       or exists (select from imported_certificate where number = new.number and status = 'withdrawn') then
        raise exception 'what was withdrawn never comes back' using errcode = 'restrict_violation';
    end if;
    return new;
end $$;
create trigger withdrawn_stays_withdrawn before insert on imported_step
    for each row execute function withdrawn_stays_withdrawn();
