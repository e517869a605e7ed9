"""Placements that ended early, and whether another one followed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import asyncpg

from shared.db import Tx

from ..domain.coverage import Host
from ..domain.placements import Placement
from ..domain.visits import Place
from .rows import distinct


@dataclass(frozen=True, slots=True)
class Ending:
    """A placement that ended early. ``needed_by`` is None where the scheme has no norm."""

    placement_id: str
    trainee_id: str
    company_id: str
    mentor_id: str
    ended_on: date
    reason: str
    needed_by: date | None
    overdue_since: date | None

    def evidence(self) -> dict[str, object]:
        """Of the signal that there is no place."""
        return {
            "since": self.ended_on.isoformat(),
            "needed_by": self.needed_by.isoformat() if self.needed_by else None,
            "overdue": self.overdue_since is not None,
        }


_ENDING = "placement_id, trainee_id, company_id, mentor_id, ended_on, reason, needed_by, overdue_since"


async def open_of(tx: Tx, trainees: Iterable[str]) -> dict[str, Ending]:
    """Who waits for another placement."""
    rows = await tx.fetch(
        f"select {_ENDING} from placement_ending where trainee_id = any($1) and settled_on is null",  # noqa: S608
        distinct(trainees),
    )
    return {row["trainee_id"]: _ending(row) for row in rows}


async def last_of(tx: Tx, trainee_id: str) -> Ending | None:
    """The placement that ended early last, whether or not another one followed."""
    row = await tx.fetchrow(
        f"""
        select {_ENDING} from placement_ending where trainee_id = $1
        order by ended_on desc, placement_id desc limit 1
        """,  # noqa: S608
        trainee_id,
    )
    return None if row is None else _ending(row)


def _ending(row: asyncpg.Record) -> Ending:
    return Ending(**row)


async def keep(tx: Tx, one: Ending, *, by: str, at: datetime) -> None:
    await tx.execute(
        """
        insert into placement_ending (placement_id, trainee_id, company_id, mentor_id, ended_on, reason, needed_by,
                                      recorded_by, recorded_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        one.placement_id,
        one.trainee_id,
        one.company_id,
        one.mentor_id,
        one.ended_on,
        one.reason,
        one.needed_by,
        by,
        at,
    )


async def settle(tx: Tx, followed: Mapping[str, Placement | None], on: date) -> dict[str, Ending]:
    """By trainee: the placement that follows, or None when none is needed any more. Gives those that were open."""
    rows = await tx.fetch(
        f"""
        update placement_ending e set replaced_by = given.placement_id,
               settled_on = greatest(coalesce(given.starts_on, $4::date), ended_on)
        from unnest($1::text[], $2::text[], $3::date[]) as given(trainee, placement_id, starts_on)
        where e.trainee_id = given.trainee and e.settled_on is null
        returning {", ".join("e." + name for name in _ENDING.split(", "))}
        """,  # noqa: S608
        list(followed),
        [one.placement_id if one else None for one in followed.values()],
        [one.starts_on if one else None for one in followed.values()],
        on,
    )
    return {row["trainee_id"]: _ending(row) for row in rows}


async def become_overdue(tx: Tx, today: date, limit: int) -> list[Ending]:
    """Those whose last day has passed without another placement, each once."""
    rows = await tx.fetch(
        f"""
        update placement_ending set overdue_since = $1 where placement_id in (
            select placement_id from placement_ending
            where needed_by < $1 and settled_on is null and overdue_since is null
            order by needed_by, placement_id limit $2 for update skip locked)
        returning {_ENDING}
        """,  # noqa: S608
        today,
        limit,
    )
    return [_ending(row) for row in rows]


async def numbers(tx: Tx, trainees: Iterable[str]) -> dict[str, int]:
    """How many placements each trainee has had: the number of the newest."""
    rows = await tx.fetch(
        """
        select trainee_id, max(substring(placement_id from '([0-9]+)$')::int) as number
        from placement where trainee_id = any($1) group by trainee_id
        """,
        distinct(trainees),
    )
    return {row["trainee_id"]: row["number"] for row in rows}


async def norm_days(tx: Tx, scheme: str, version: str) -> int | None:
    days: int | None = await tx.fetchval(
        """
        select (content #>> '{norms,replacement_placement_days}')::int
        from scheme_curriculum where scheme = $1 and version = $2
        """,
        scheme,
        version,
    )
    return days


async def accredited_on(tx: Tx, day: date) -> list[Host]:
    """Every company that takes part and is accredited on a day."""
    rows = await tx.fetch(
        """
        select company_id, equipment, city, accredited_until from company where accredited_until >= $1
          and company_id not in (select company_id from company_left where last_day < $1)
        order by company_id
        """,
        day,
    )
    return [
        Host(
            Place("company", row["company_id"]),
            frozenset(row["equipment"]),
            row["city"],
            row["accredited_until"],
        )
        for row in rows
    ]
