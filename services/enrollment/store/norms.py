"""The norms of every scheme version known here."""

from datetime import date

from shared.db import Tx

from ..domain.norms import Norms


async def norms(tx: Tx) -> dict[tuple[str, str], Norms]:
    """By scheme and version: a handful of rows."""
    rows = await tx.fetch(
        """
        select scheme, version,
               jsonb_build_object('norms', content -> 'norms', 'week_pattern', content -> 'week_pattern',
                                  'eligibility', content -> 'eligibility') as content
        from scheme_curriculum
        """
    )
    return {(row["scheme"], row["version"]): Norms.from_content(row["content"], row["version"]) for row in rows}


async def in_force(tx: Tx, today: date) -> list[Norms]:
    """Of each scheme the version that holds today: what mentors are held to, who may guide under several schemes."""
    known = await norms(tx)
    rows = await tx.fetch(
        """
        select distinct on (scheme) scheme, version from scheme_version where valid_from <= $1
        order by scheme, valid_from desc, version desc
        """,
        today,
    )
    return [known[key] for row in rows if (key := (row["scheme"], row["version"])) in known]
