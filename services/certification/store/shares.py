"""Links that show one certificate for a while, and who opened them."""

from datetime import datetime
from typing import Any

from shared.db import Tx

_SHARE = """
    select share_id, number, made_at, ends_at, ended_at,
           (select count(*) from share_access a where a.share_id = s.share_id) as opened,
           (select max(at) from share_access a where a.share_id = s.share_id) as opened_at
    from share s
"""


async def add(
    tx: Tx,
    share_id: str,
    number: str,
    token_sha256: str,
    manage_sha256: str,
    *,
    by: str,
    now: datetime,
    ends_at: datetime,
) -> None:
    await tx.execute(
        """
        insert into share (share_id, number, token_sha256, manage_sha256, made_by, made_at, ends_at)
        values ($1, $2, $3, $4, $5, $6, $7)
        """,
        share_id,
        number,
        token_sha256,
        manage_sha256,
        by,
        now,
        ends_at,
    )


async def opened(tx: Tx, token_sha256: str, *, how: str, now: datetime) -> dict[str, Any] | None:
    """The link behind a token that still stands; that it was opened is noted. None otherwise."""
    stands = "token_sha256 = $1 and ended_at is null and ends_at > $2"
    row = await tx.fetchrow(f"{_SHARE} where {stands}", token_sha256, now)
    if row is None:
        return None
    await tx.execute("insert into share_access (share_id, at, how) values ($1, $2, $3)", row["share_id"], now, how)
    return dict(row)


async def managed(tx: Tx, manage_sha256: str) -> dict[str, Any] | None:
    """The link that a holder manages, with when it was opened."""
    row = await tx.fetchrow(f"{_SHARE} where manage_sha256 = $1", manage_sha256)
    if row is None:
        return None
    log = await tx.fetch(
        "select at, how from share_access where share_id = $1 order by at desc limit 200", row["share_id"]
    )
    return {**dict(row), "log": [dict(one) for one in log]}


async def end(tx: Tx, share_id: str, *, now: datetime) -> None:
    await tx.execute("update share set ended_at = $2 where share_id = $1 and ended_at is null", share_id, now)


async def of_certificate(tx: Tx, number: str) -> list[dict[str, Any]]:
    """The newest first; without tokens, which nobody has any more."""
    return [dict(row) for row in await tx.fetch(f"{_SHARE} where number = $1 order by made_at desc limit 100", number)]
