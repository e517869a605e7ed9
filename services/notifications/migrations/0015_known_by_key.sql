-- The same as before, asked of each table by its key: through the view, every need of every mail read all people. And
-- as a procedure, whose plan is made once for a connection: a query as a function was planned anew for each mail.
create or replace function first_state(recipient text, needs text[]) returns text language plpgsql stable as $$
begin
    if exists (select from person where ref = any(needs || recipient) and erased_at is not null) then
        return 'suppressed';
    end if;
    if exists (select from person where ref = recipient and email <> '')
       and not exists (
           select from unnest(needs) as need
           where not exists (
               select from person where person.ref = need and person.name is not null and person.erased_at is null
           ) and not exists (select from check_code where 'certificate/' || check_code.number = need)
       )
    then
        return 'due';
    end if;
    return 'held';
end
$$;
