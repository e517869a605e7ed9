"""Who learns under which version of a scheme, and which versions are retired."""

from collections.abc import Sequence
from datetime import date

from shared.db import Tx

from ..domain.transitions import UNDECIDED


async def under_scheme(tx: Tx, scheme: str, after: str, limit: int) -> list[str]:
    """Everybody in the file under any version of a scheme, by key."""
    rows = await tx.fetch(
        """
        select trainee_id from candidate where scheme = $1 and state <> 'awaited' and trainee_id > $2
        order by trainee_id limit $3
        """,
        scheme,
        after,
        limit,
    )
    return [row["trainee_id"] for row in rows]


async def undecided_under(tx: Tx, scheme: str, version: str, programmes: Sequence[str]) -> list[str]:
    """Those under one version on whom nothing was decided, of these programmes; by key."""
    rows = await tx.fetch(
        """
        select trainee_id from candidate
        where scheme = $1 and scheme_version = $2 and state = any($3) and programme = any($4) order by trainee_id
        """,
        scheme,
        version,
        list(UNDECIDED),
        list(programmes),
    )
    return [row["trainee_id"] for row in rows]


async def put_under(tx: Tx, trainee_ids: Sequence[str], version: str) -> list[str]:
    """From now on these learn under that version of their scheme; those about whom was decided stay where they are."""
    rows = await tx.fetch(
        """
        update candidate set scheme_version = $2 where trainee_id = any($1) and state = any($3) and scheme_version <> $2
        returning trainee_id
        """,
        list(trainee_ids),
        version,
        list(UNDECIDED),
    )
    return sorted(row["trainee_id"] for row in rows)


async def retire(tx: Tx, scheme: str, version: str, on: date, because: str) -> bool:
    """True when that is new and nobody learns under it."""
    done = await tx.fetchval(
        """
        insert into scheme_retirement (scheme, version, retired_on, because)
        select $1, $2, $3, $4
        where not exists (select from candidate where scheme = $1 and scheme_version = $2 and state = any($5))
        on conflict do nothing returning 1
        """,
        scheme,
        version,
        on,
        because,
        list(UNDECIDED),
    )
    return done is not None
