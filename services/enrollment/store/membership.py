"""Memberships of companies."""

from collections.abc import Iterable, Sequence
from datetime import date

from shared.db import Tx

from ..domain.companies import Company
from ..domain.membership import EndReason, Membership
from .rows import columns, distinct


async def of(tx: Tx, company_id: str) -> list[Membership]:
    """The newest first."""
    return (await of_all(tx, [company_id])).get(company_id, [])


async def of_all(tx: Tx, companies: Iterable[str]) -> dict[str, list[Membership]]:
    """By company, the newest first; held until commit."""
    rows = await tx.fetch(
        """
        select membership_id, company_id, began_on, ended_on, reason from membership where company_id = any($1)
        order by company_id, began_on desc, membership_id for update
        """,
        distinct(companies),
    )
    found: dict[str, list[Membership]] = {}
    for row in rows:
        reason = EndReason(row["reason"]) if row["reason"] else None
        found.setdefault(row["company_id"], []).append(Membership(**{**row, "reason": reason}))
    return found


async def left(tx: Tx, companies: Iterable[str]) -> dict[str, date]:
    """The last day of those that no longer take part."""
    rows = await tx.fetch(
        "select company_id, last_day from company_left where company_id = any($1)", distinct(companies)
    )
    return {row["company_id"]: row["last_day"] for row in rows}


async def keep(tx: Tx, some: Sequence[Membership], *, by: str) -> None:
    """Begun, corrected or ended. The company's page shows the first day of the newest."""
    await tx.execute(
        """
        insert into membership (membership_id, company_id, began_on, ended_on, reason, recorded_by)
        select *, $6 from unnest($1::text[], $2::text[], $3::date[], $4::date[], $5::text[])
        on conflict (membership_id) do update set
            began_on = excluded.began_on, ended_on = excluded.ended_on, reason = excluded.reason,
            ended_by = case when excluded.ended_on is null then membership.ended_by else excluded.recorded_by end
        """,
        *columns(some, "membership_id", "company_id", "began_on", "ended_on", "reason"),
        by,
    )
    await tx.execute(
        """
        update company c set member_since = given.began_on
        from unnest($1::text[], $2::date[]) as given(company_id, began_on)
        where c.company_id = given.company_id and c.member_since is distinct from given.began_on
        """,
        *columns(some, "company_id", "began_on"),
    )


async def accredited_here(tx: Tx, companies: Iterable[str]) -> set[str]:
    """Those whose accreditation was granted or withdrawn here, and is no longer a file's to say."""
    rows = await tx.fetch("select company_id from accreditation_here where company_id = any($1)", distinct(companies))
    return {row["company_id"] for row in rows}


def from_file(company: Company, known: Sequence[Membership]) -> Membership | None:
    """What a file says of when a company joined, where nothing else was recorded here."""
    if company.member_since is None or len(known) > 1 or any(one.ended_on for one in known):
        return None
    key = known[0].membership_id if known else f"{company.company_id}/1"
    return Membership(key, company.company_id, company.member_since)
