"""Licences to use the mark, cases of wrong use and their steps."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from shared.db import Tx


async def add_licence(
    tx: Tx,
    licence_id: str,
    company_id: str,
    scheme: str,
    conditions: str,
    valid_from: date,
    valid_until: date,
    *,
    by: str,
    now: datetime,
) -> bool:
    """Whether none ran yet for this company and mark."""
    new = await tx.fetchval(
        """
        insert into mark_licence (licence_id, company_id, scheme, conditions, valid_from, valid_until, granted_by,
                                  granted_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing returning true
        """,
        licence_id,
        company_id,
        scheme,
        conditions,
        valid_from,
        valid_until,
        by,
        now,
    )
    return bool(new)


async def end_licence(tx: Tx, licence_id: str, *, on: date, by: str) -> tuple[str, str] | None:
    """The company whose licence ends, and the mark; None when none runs under this id."""
    row = await tx.fetchrow(
        """
        update mark_licence set ended_on = $2, ended_by = $3 where licence_id = $1 and ended_on is null
        returning company_id, scheme
        """,
        licence_id,
        on,
        by,
    )
    return None if row is None else (row["company_id"], row["scheme"])


async def end_running(tx: Tx, company_id: str, scheme: str, *, on: date, by: str) -> str | None:
    """The licence that ended, when one ran."""
    ended: str | None = await tx.fetchval(
        """
        update mark_licence set ended_on = $3, ended_by = $4
        where company_id = $1 and scheme = $2 and ended_on is null returning licence_id
        """,
        company_id,
        scheme,
        on,
        by,
    )
    return ended


async def ending_soon(tx: Tx, terms: Sequence[tuple[str, int]], today: date, limit: int) -> list[dict[str, Any]]:
    """Licences that end within so many days of today (``terms``: mark and days), of which that was not told."""
    rows = await tx.fetch(
        """
        select l.licence_id, l.company_id, l.scheme, l.valid_until
        from unnest($1::text[], $2::int[]) as t(scheme, days)
        join mark_licence l on l.scheme = t.scheme and l.ended_on is null
             and l.valid_until between $3 and $3 + t.days
        where not exists (select from mark_licence_reminder r where r.licence_id = l.licence_id)
        order by l.licence_id limit $4
        """,
        [scheme for scheme, _ in terms],
        [days for _, days in terms],
        today,
        limit,
    )
    return [dict(row) for row in rows]


async def note_reminded(tx: Tx, licence_ids: Sequence[str], *, now: datetime) -> set[str]:
    """Those of which it is noted now for the first time."""
    rows = await tx.fetch(
        """
        insert into mark_licence_reminder select id, $2 from unnest($1::text[]) as id
        on conflict do nothing returning licence_id
        """,
        list(licence_ids),
        now,
    )
    return {row["licence_id"] for row in rows}


async def add_case(
    tx: Tx, case_id: str, company_id: str, scheme: str, found_on: date, what: str, *, by: str, now: datetime
) -> None:
    await tx.execute(
        """
        insert into misuse_case (case_id, company_id, scheme, found_on, what, opened_by, opened_at)
        values ($1, $2, $3, $4, $5, $6, $7)
        """,
        case_id,
        company_id,
        scheme,
        found_on,
        what,
        by,
        now,
    )


async def lock_case(tx: Tx, case_id: str) -> tuple[str, str, list[str]] | None:
    """Company, mark and the kinds of its steps; nobody else takes a step until commit."""
    row = await tx.fetchrow("select company_id, scheme from misuse_case where case_id = $1 for update", case_id)
    if row is None:
        return None
    steps = await tx.fetch("select kind from misuse_step where case_id = $1 order by position", case_id)
    return row["company_id"], row["scheme"], [step["kind"] for step in steps]


async def add_step(tx: Tx, case_id: str, position: int, kind: str, words: str, *, by: str, now: datetime) -> None:
    await tx.execute(
        """
        insert into misuse_step (case_id, position, kind, words, taken_by, taken_at)
        values ($1, $2, $3, $4, $5, $6)
        """,
        case_id,
        position,
        kind,
        words,
        by,
        now,
    )


async def licences(tx: Tx, after: str, limit: int) -> list[dict[str, Any]]:
    rows = await tx.fetch("select * from mark_licence where licence_id > $1 order by licence_id limit $2", after, limit)
    return [dict(row) for row in rows]


async def cases(tx: Tx, after: str, limit: int) -> list[dict[str, Any]]:
    """Each with its steps in order."""
    rows = await tx.fetch(
        """
        select c.*, coalesce((
            select json_agg(json_build_object('kind', s.kind, 'words', s.words, 'taken_by', s.taken_by,
                                              'taken_at', s.taken_at) order by s.position)
            from misuse_step s where s.case_id = c.case_id
        ), '[]') as steps
        from misuse_case c where c.case_id > $1 order by c.case_id limit $2
        """,
        after,
        limit,
    )
    return [dict(row) for row in rows]
