"""Imported certificates: added in one statement, with their leaves in the log; never changed."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from shared.db import Tx

from ..domain.history import Imported, status_of
from ..log import Kind, LogEntry, append

FIELDS = ("number", "holder", "birth_date", "programme", "scheme", "issued_on", "valid_until", "status")


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
    row = await tx.fetchrow("select * from imported_certificate where number = $1", number)
    return None if row is None else _answer(dict(row), today)


async def some(tx: Tx, after: str, limit: int, today: date) -> list[dict[str, Any]]:
    """By number."""
    rows = await tx.fetch("select * from imported_certificate where number > $1 order by number limit $2", after, limit)
    return [_answer(dict(row), today) for row in rows]


def _answer(row: dict[str, Any], today: date) -> dict[str, Any]:
    names = ("number", "holder", "birth_date", "programme", "scheme", "issued_on", "valid_until", "check_code")
    return {
        **{name: row[name] for name in (*names, "document_sha256", "document")},
        "scheme_version": None,
        "trainee_id": None,
        "status": status_of(row["status"], row["valid_until"], today).value,
        "state": row["status"],
        "since": row["imported_at"],
        "version": 1,
        "as_of": today,
        "imported": True,
    }
