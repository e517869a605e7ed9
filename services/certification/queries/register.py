"""The register: what the public may ask with number and check code, and the whole of it for the office."""

from datetime import date
from typing import Any

from shared.db import Tx

from ..domain.certificates import Status, status_on

_ENTRY = """
    select c.number, coalesce(v.document, c.document)->>'holder' as holder, s.programme, c.scheme, c.scheme_version,
           c.issued_on, s.valid_until, coalesce(v.document_sha256, c.document_sha256) as document_sha256, c.check_code,
           c.trainee_id, s.state, s.since, s.version, h.birth_date
    from certificate c join certificate_status s using (number)
    left join certificate_version v using (number, version)
    left join holder h on h.trainee_id = c.trainee_id
"""
PUBLIC = ("number", "status", "holder", "programme", "scheme", "scheme_version", "issued_on", "valid_until")
EXPORTED = (
    "number", "check_code", "status", "trainee_id", "scheme", "scheme_version", "programme", "issued_on", "valid_until",
    "document_sha256", "version",
)  # fmt: skip


async def entry(tx: Tx, number: str, today: date) -> dict[str, Any] | None:
    """One entry with its check code and trainee id, which the public is not shown."""
    row = await tx.fetchrow(f"{_ENTRY} where c.number = $1", number)
    return None if row is None else _with_status(dict(row), today)


async def certificate(tx: Tx, number: str, today: date) -> dict[str, Any] | None:
    """One certificate as it is exported."""
    found = await entry(tx, number, today)
    return None if found is None else _only(EXPORTED, found)


async def certificates(tx: Tx, after: str, limit: int, today: date) -> list[dict[str, Any]]:
    """For export: by number, with check codes and without names."""
    rows = await tx.fetch(f"{_ENTRY} where c.number > $1 order by c.number limit $2", after, limit)
    return [_only(EXPORTED, _with_status(dict(row), today)) for row in rows]


async def register(tx: Tx, after: str, limit: int, today: date) -> list[dict[str, Any]]:
    """Every entry as the public is shown it once number and code match, with the document's hash."""
    rows = await tx.fetch(f"{_ENTRY} where c.number > $1 order by c.number limit $2", after, limit)
    return [_only((*PUBLIC, "document_sha256"), _with_status(dict(row), today)) for row in rows]


_FOUND = """
    where ($1 = '' or c.number like upper($2) || '%' or c.trainee_id like $2 || '%'
           or c.document->>'holder' ilike '%' || $2 || '%')
      and ($3 = '' or (c.issued_at, c.number) < (select issued_at, number from certificate where number = $3))
    order by c.issued_at desc, c.number desc limit $4
"""


async def some(tx: Tx, words: str, after: str, limit: int, today: date) -> list[dict[str, Any]]:
    """The office's list, newest first; ``words`` are the start of a number or a trainee's key, or part of a name."""
    rows = await tx.fetch(
        _ENTRY + _FOUND,
        words,
        words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_"),
        after,
        limit,
    )
    return [_with_status(dict(row), today) for row in rows]


async def scheme_content(tx: Tx, scheme: str, version: str) -> dict[str, Any] | None:
    content: dict[str, Any] | None = await tx.fetchval(
        "select content from scheme_version where scheme = $1 and version = $2", scheme, version
    )
    return content


def _with_status(row: dict[str, Any], today: date) -> dict[str, Any]:
    return {**row, "status": status_on(row["valid_until"], today, Status(row["state"])).value, "as_of": today}


def _only(names: tuple[str, ...], row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in names}
