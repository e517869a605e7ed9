"""Imported certificates: added in one statement, with their leaves in the log; never changed."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from shared.db import Tx

from ..domain.history import Imported, status_of
from ..domain.life import Step, Words
from ..log import Kind, LogEntry, append

FIELDS = ("number", "holder", "birth_date", "programme", "scheme", "issued_on", "valid_until", "status")


_STANDING = """
    select i.*, coalesce(s.state, i.status) as stands, coalesce(s.hash, i.document_sha256) as head,
           coalesce(s.position, 0) as steps, s.decided_at
    from imported_certificate i left join lateral (
        select * from imported_step s where s.number = i.number order by s.position desc limit 1
    ) s on true
"""


async def lock(tx: Tx, number: str) -> dict[str, Any] | None:
    """How an imported certificate stands; nobody else takes a step with it until commit."""
    # A statement of its own: only the next one sees what was committed while this one waited for the lock.
    await tx.execute("select from imported_certificate where number = $1 for update", number)
    row = await tx.fetchrow(f"{_STANDING} where i.number = $1", number)
    return None if row is None else dict(row)


async def add_step(tx: Tx, step: Step, words: Words) -> None:
    """The database refuses one after a withdrawal."""
    await tx.execute(
        """
        insert into imported_step (number, position, kind, state, reason, words, words_salt, decided_by, decided_at,
                                   from_on, until_on, previous, hash)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
        """,
        step.number,
        step.position,
        step.kind.value,
        step.state.value,
        step.reason,
        words.reason,
        words.salt,
        step.decided_by,
        step.decided_at,
        step.from_on,
        step.until_on,
        step.previous,
        step.hash,
    )


async def known(tx: Tx, numbers: Collection[str]) -> dict[str, str | None]:
    """The hash of what was imported under these numbers; None for one that was issued here."""
    rows = await tx.fetch(
        """
        select number, document_sha256 from imported_certificate where number = any($1)
        union all select number, null from certificate where number = any($1)
        """,
        list(numbers),
    )
    return {row["number"]: row["document_sha256"] for row in rows}


async def add(tx: Tx, some: Sequence[tuple[Imported, str]], *, now: datetime, by: str) -> None:
    """Each with its check code. A number that was issued meanwhile is refused by the database."""
    await tx.execute(
        """
        insert into imported_certificate (number, holder, birth_date, programme, scheme, issued_on, valid_until, status,
                                          check_code, document, document_sha256, imported_at, imported_by)
        select *, $12, $13 from unnest($1::text[], $2::text[], $3::date[], $4::text[], $5::text[], $6::date[],
                                       $7::date[], $8::text[], $9::text[], $10::jsonb[], $11::text[])
        """,
        *([getattr(one, name) for one, _ in some] for name in FIELDS),
        [code for _, code in some],
        [one.document() for one, _ in some],
        [one.sha256 for one, _ in some],
        now,
        by,
    )
    await append(tx, [LogEntry(one.number, Kind.IMPORTED, now, one.sha256) for one, _ in some])


async def entry(tx: Tx, number: str, today: date) -> dict[str, Any] | None:
    """An imported certificate as the register answers for it, with its check code and birth date."""
    row = await tx.fetchrow(f"{_STANDING} where i.number = $1", number)
    return None if row is None else _answer(dict(row), today)


async def some(tx: Tx, after: str, limit: int, today: date) -> list[dict[str, Any]]:
    """By number."""
    rows = await tx.fetch(f"{_STANDING} where i.number > $1 order by i.number limit $2", after, limit)
    return [_answer(dict(row), today) for row in rows]


def _answer(row: dict[str, Any], today: date) -> dict[str, Any]:
    names = ("number", "holder", "birth_date", "programme", "scheme", "issued_on", "valid_until", "check_code")
    return {
        **{name: row[name] for name in (*names, "document_sha256", "document")},
        "scheme_version": None,
        "trainee_id": None,
        "status": status_of(row["stands"], row["valid_until"], today).value,
        "state": row["stands"],
        "since": row["decided_at"] or row["imported_at"],
        "version": 1,
        "as_of": today,
        "imported": True,
    }
