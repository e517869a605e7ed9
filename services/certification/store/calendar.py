"""What the calendar finds among certificates: those that end, may be renewed, have ended, or are to be looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from shared.db import Tx

Term = tuple[str, str, int]
"""Scheme, version, and a number of days before the end."""


@dataclass(frozen=True, slots=True)
class Ending:
    """A certificate that ends, with the terms that are due and not noted, in days before the end."""

    number: str
    trainee_id: str
    scheme: str
    scheme_version: str
    programme: str
    valid_until: date
    days: list[int]


async def ending(tx: Tx, kind: str, terms: Sequence[Term], today: date, limit: int) -> list[Ending]:
    """Valid and suspended ones of which a term has come and is not noted yet, the terms nearest to the end first."""
    rows = await tx.fetch(
        """
        select c.number, c.trainee_id, c.scheme, c.scheme_version, s.programme, s.valid_until,
               array_agg(t.days order by t.days) as days
        from unnest($1::text[], $2::text[], $3::int[]) as t(scheme, version, days)
        join certificate_status s
             on s.scheme = t.scheme and s.state in ('valid', 'suspended')
             and s.valid_until between $4 and $4 + t.days
        join certificate c on c.number = s.number and c.scheme_version = t.version
        where not exists (
            select from certificate_reminder r
            where r.number = s.number and r.kind = $5 and r.due_on = s.valid_until - t.days
        )
        group by c.number, s.number order by c.number limit $6
        """,
        [scheme for scheme, _, _ in terms],
        [version for _, version, _ in terms],
        [days for _, _, days in terms],
        today,
        kind,
        limit,
    )
    return [Ending(**row) for row in rows]


async def ended(tx: Tx, today: date, limit: int) -> list[str]:
    """Numbers whose last day has passed while they are still valid or suspended."""
    rows = await tx.fetch(
        """
        select number from certificate_status
        where state in ('valid', 'suspended') and valid_until < $1 order by valid_until, number limit $2
        """,
        today,
        limit,
    )
    return [row["number"] for row in rows]


async def suspensions_to_look_at(tx: Tx, today: date, limit: int) -> list[dict[str, Any]]:
    rows = await tx.fetch(
        """
        select s.number, c.trainee_id, c.scheme, s.until_on from certificate_status s join certificate c using (number)
        where s.state = 'suspended' and s.until_on <= $1 and not exists (
            select from certificate_reminder r
            where r.number = s.number and r.kind = 'suspension' and r.due_on = s.until_on
        )
        order by s.until_on, s.number limit $2
        """,
        today,
        limit,
    )
    return [dict(row) for row in rows]


async def note(tx: Tx, kind: str, noted: Sequence[tuple[str, date, bool]], *, now: datetime) -> set[tuple[str, date]]:
    """Number, due day, and whether it is told; gives those that are noted now for the first time."""
    rows = await tx.fetch(
        """
        insert into certificate_reminder (number, kind, due_on, told, noted_at)
        select number, $1, due_on, told, $5 from unnest($2::text[], $3::date[], $4::bool[]) as t(number, due_on, told)
        on conflict do nothing returning number, due_on
        """,
        kind,
        [number for number, _, _ in noted],
        [due_on for _, due_on, _ in noted],
        [told for _, _, told in noted],
        now,
    )
    return {(row["number"], row["due_on"]) for row in rows}
