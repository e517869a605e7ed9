-- A hash over the whole of each row that is written once and never changes, kept apart from the row. Documents, dossiers,
-- steps and leaves have hashes of their own; this also holds what stands beside them: the check code, who decided, when.
-- It is no signature: whoever may write everything can write this too. It shows what a disk, a slip or a script altered.
-- A migration that gives such a table a column with a value for rows that are there must seal them anew.

create table row_seal (
    relation text not null,
    key      text not null,
    sha256   text not null,
    primary key (relation, key)
);
create trigger sealed_for_good before update or delete on row_seal for each row execute function refuse_change();

-- Columns that are null are left out, so that a column added later changes nothing for those who have none.
create function row_hash(one anyelement) returns text language sql stable set timezone = 'UTC' as $$
    select encode(sha256(convert_to(jsonb_strip_nulls(to_jsonb(one))::text, 'UTF8')), 'hex')
$$;

-- Which rows are sealed, and what tells them apart; the argument of each trigger below.
create view sealed_row as
    select 'certificate' as relation, number as key, row_hash(t) as sha256, number as about from certificate t
    union all select 'certificate_version', number || ' ' || version, row_hash(t), number from certificate_version t
    union all select 'decision', decision_id::text, row_hash(t), trainee_id from decision t
    union all select 'certificate_renewal', number || ' ' || position, row_hash(t), number from certificate_renewal t
    union all select 'appeal', appeal_id, row_hash(t), appeal_id from appeal t
    union all select 'appeal_decision', appeal_id, row_hash(t), appeal_id from appeal_decision t
    union all select 'imported_certificate', number, row_hash(t), number from imported_certificate t;

create function seal_rows() returns trigger language plpgsql as $$
begin
    execute format(
        'insert into row_seal (relation, key, sha256) select %L, %s, row_hash(t) from added t', tg_table_name, tg_argv[0]
    );
    return null;
end $$;
create trigger added_is_sealed after insert on certificate
    referencing new table as added for each statement execute function seal_rows('number');
create trigger added_is_sealed after insert on certificate_version
    referencing new table as added for each statement execute function seal_rows('number || '' '' || version');
create trigger added_is_sealed after insert on decision
    referencing new table as added for each statement execute function seal_rows('decision_id::text');
create trigger added_is_sealed after insert on certificate_renewal
    referencing new table as added for each statement execute function seal_rows('number || '' '' || position');
create trigger added_is_sealed after insert on appeal
    referencing new table as added for each statement execute function seal_rows('appeal_id');
create trigger added_is_sealed after insert on appeal_decision
    referencing new table as added for each statement execute function seal_rows('appeal_id');
create trigger added_is_sealed after insert on imported_certificate
    referencing new table as added for each statement execute function seal_rows('number');

insert into row_seal (relation, key, sha256) select relation, key, sha256 from sealed_row;
