"""Accreditations of companies."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from shared.db import Tx

from ..domain.accreditation import Accreditation


async def known(tx: Tx, accreditation_id: str) -> Accreditation | None:
    row = await tx.fetchrow(
        """
        select accreditation_id, company_id, granted_on, until, findings, reassessed
        from company_accreditation where accreditation_id = $1
        """,
        accreditation_id,
    )
    return None if row is None else Accreditation(**row)


async def keep(tx: Tx, one: Accreditation, *, by: str) -> None:
    """Kept, and what the company is accredited until from now on."""
    await tx.execute(
        """
        insert into company_accreditation (accreditation_id, company_id, granted_on, until, reassessed, findings,
                                           granted_by)
        values ($1, $2, $3, $4, $5, $6, $7)
        """,
        one.accreditation_id,
        one.company_id,
        one.granted_on,
        one.until,
        one.reassessed,
        one.findings,
        by,
    )
    await set_until(tx, one.company_id, one.until)


async def set_until(tx: Tx, company_id: str, until: date) -> None:
    """From now on it is recorded here, and an older file no longer says so."""
    await tx.execute("update company set accredited_until = $2 where company_id = $1", company_id, until)
    await tx.execute("insert into accreditation_here values ($1) on conflict do nothing", company_id)


async def withdraw(tx: Tx, company_id: str, on: date, reason: str, *, by: str) -> None:
    """Ends the newest one that holds; what a file brought has no row and ends with the company's own last day."""
    await tx.execute(
        """
        update company_accreditation set withdrawn_on = $2, reason = $3, withdrawn_by = $4
        where accreditation_id = (
            select accreditation_id from company_accreditation
            where company_id = $1 and withdrawn_on is null and until >= $2 order by granted_on desc limit 1)
        """,
        company_id,
        on,
        reason,
        by,
    )
    await set_until(tx, company_id, on - timedelta(days=1))


async def of(tx: Tx, company_id: str) -> list[dict[str, Any]]:
    """The newest first."""
    rows = await tx.fetch(
        """
        select accreditation_id, company_id, granted_on, until, reassessed, findings, withdrawn_on, reason
        from company_accreditation where company_id = $1 order by granted_on desc, accreditation_id desc
        """,
        company_id,
    )
    return [dict(row) for row in rows]


@dataclass(frozen=True, slots=True)
class Ending:
    company_id: str
    until: date


async def ending(tx: Tx, today: date, until: date) -> Sequence[Ending]:
    """Accreditations that end within these days, of companies that were not told of that day; now they are."""
    rows = await tx.fetch(
        """
        insert into accreditation_told as told (company_id, until)
        select company_id, accredited_until from company where accredited_until between $1 and $2
        on conflict (company_id) do update set until = excluded.until where told.until <> excluded.until
        returning company_id, until
        """,
        today,
        until,
    )
    return [Ending(**row) for row in rows]


async def soon(tx: Tx, until: date, limit: int = 200) -> list[dict[str, Any]]:
    """Companies whose accreditation has ended or ends by a day, the earliest first, with who learns there."""
    rows = await tx.fetch(
        """
        select c.company_id, c.name, c.city, c.accredited_until, c.member_since,
               (select count(*) from placement p where p.company_id = c.company_id and p.state = 'active')::int
               as trainees
        from company c where c.accredited_until is null or c.accredited_until <= $1
        order by c.accredited_until nulls first, c.company_id limit $2
        """,
        until,
        limit,
    )
    return [dict(row) for row in rows]
