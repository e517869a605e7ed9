"""Companies and schools."""

from collections.abc import Iterable, Sequence
from typing import Any

from shared.db import Tx

from ..domain.companies import Company, School
from .rows import codes, columns, distinct


async def companies(tx: Tx, keys: Iterable[str]) -> dict[str, Company]:
    rows = await tx.fetch("select * from company where company_id = any($1)", distinct(keys))
    return {row["company_id"]: Company(**{**row, "equipment": tuple(row["equipment"])}) for row in rows}


async def schools(tx: Tx, keys: Iterable[str]) -> dict[str, School]:
    rows = await tx.fetch("select * from school where school_id = any($1)", distinct(keys))
    return {row["school_id"]: School(**{**row, "equipment": tuple(row["equipment"])}) for row in rows}


async def keep_companies(tx: Tx, companies: Sequence[Company]) -> None:
    await tx.execute(
        """
        insert into company (company_id, name, registration_number, street, postal_code, city, contact_name,
                             contact_email, member_since, accredited_until, places, equipment)
        select a, b, c, d, e, f, g, h, i, j, k, string_to_array(l, ';')
        from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                    $9::date[], $10::date[], $11::int[], $12::text[]) as given(a, b, c, d, e, f, g, h, i, j, k, l)
        on conflict (company_id) do update set
            name = excluded.name, registration_number = excluded.registration_number, street = excluded.street,
            postal_code = excluded.postal_code, city = excluded.city, contact_name = excluded.contact_name,
            contact_email = excluded.contact_email, member_since = excluded.member_since,
            accredited_until = excluded.accredited_until, places = excluded.places, equipment = excluded.equipment
        """,
        *columns(companies, "company_id", "name", "registration_number", "street", "postal_code", "city"),
        *columns(companies, "contact_name", "contact_email", "member_since", "accredited_until", "places"),
        codes(companies, "equipment"),
    )


async def keep_schools(tx: Tx, schools: Sequence[School]) -> None:
    await tx.execute(
        """
        insert into school (school_id, name, city, equipment)
        select a, b, c, string_to_array(d, ';')
        from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as given(a, b, c, d)
        on conflict (school_id) do update set
            name = excluded.name, city = excluded.city, equipment = excluded.equipment
        """,
        *columns(schools, "school_id", "name", "city"),
        codes(schools, "equipment"),
    )


async def names(tx: Tx, table: str, keys: Iterable[str]) -> dict[str, Any]:
    """Name by key, of ``company`` or ``school``."""
    query = {
        "company": "select company_id, name from company where company_id = any($1)",
        "school": "select school_id, name from school where school_id = any($1)",
    }[table]
    return {row[0]: row[1] for row in await tx.fetch(query, distinct(keys))}
