"""The norms of every scheme version known here."""

from collections.abc import Collection, Mapping, Sequence
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


Learned = tuple[Norms, Mapping[str, Sequence[str]]]
"""The norms of a version, and by programme the codes of its targets."""


async def learned_under(tx: Tx, versions: Collection[tuple[str, str]]) -> dict[tuple[str, str], Learned]:
    """What trainees under these versions are watched by; no more of a scheme than that, as each entry asks for it."""
    rows = await tx.fetch(
        """
        select scheme, version,
               jsonb_build_object('norms', content -> 'norms', 'week_pattern', content -> 'week_pattern',
                                  'eligibility', content -> 'eligibility') as content,
               (select jsonb_object_agg(key, value -> 'targets') from jsonb_each(content -> 'programmes')) as programmes
        from scheme_curriculum join unnest($1::text[], $2::text[]) as asked(scheme, version) using (scheme, version)
        """,
        [scheme for scheme, _ in versions],
        [version for _, version in versions],
    )
    return {
        (row["scheme"], row["version"]): (
            Norms.from_content(row["content"], row["version"]),
            {code: targets or () for code, targets in (row["programmes"] or {}).items()},
        )
        for row in rows
    }


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
