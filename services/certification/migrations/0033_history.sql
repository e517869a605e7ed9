-- Certificates of before: taken over from older registers, marked as imported. They have numbers of their own, take none
-- from a counter, and never change.
create table imported_certificate (
    number          text primary key,
    holder          text not null,
    birth_date      date,
    programme       text not null,
    scheme          text not null,                  -- as it was called; no scheme that is published here
    issued_on       date not null,
    valid_until     date,
    status          text not null check (status in ('valid', 'expired', 'withdrawn')),
    check_code      text not null,
    document        jsonb not null,
    document_sha256 text not null,
    imported_at     timestamptz not null,
    imported_by     text not null,
    check (valid_until is null or valid_until >= issued_on)
);
create trigger imported_for_good before update or delete on imported_certificate
    for each row execute function refuse_change();

-- One number is one certificate, whichever came first.
create function refuse_imported_number() returns trigger language plpgsql as $$
begin
    if exists (select from issued join imported_certificate using (number)) then
        raise exception 'a certificate that was imported has this number' using errcode = 'unique_violation';
    end if;
    return null;
end $$;
create trigger issued_under_a_free_number after insert on certificate
    referencing new table as issued for each statement execute function refuse_imported_number();
create function refuse_issued_number() returns trigger language plpgsql as $$
begin
    if exists (select from taken join certificate using (number)) then
        raise exception 'a certificate that was issued has this number' using errcode = 'unique_violation';
    end if;
    return null;
end $$;
create trigger imported_under_a_free_number after insert on imported_certificate
    referencing new table as taken for each statement execute function refuse_issued_number();
