"""The timeline of a trainee's file."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from shared.db import Tx


class Moment(NamedTuple):
    """Something that happened to a trainee: keys and facts, no names."""

    trainee_id: str
    event_id: str
    at: datetime
    type: str
    facts: dict[str, Any]


async def add(tx: Tx, moments: Sequence[Moment]) -> None:
    """The same event twice is one moment."""
    await tx.execute(
        """
        insert into timeline (trainee_id, event_id, at, type, facts)
        select * from unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::jsonb[])
        on conflict do nothing
        """,
        *([getattr(one, name) for one in moments] for name in Moment._fields),
    )


async def of(tx: Tx, trainee_id: str, limit: int = 200) -> list[dict[str, Any]]:
    """Newest first."""
    rows = await tx.fetch(
        "select event_id, at, type, facts from timeline where trainee_id = $1 order by at desc, event_id desc limit $2",
        trainee_id,
        limit,
    )
    return [dict(row) for row in rows]
