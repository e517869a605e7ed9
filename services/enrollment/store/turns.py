"""Who gives the same things at the same moment takes turns: else both find them new, and the second breaks a rule."""

from collections.abc import Iterable
from zlib import crc32

from shared.db import Tx

BUCKETS = 64
"""A key is locked by the bucket that it falls in: a file of any length takes this many locks at most."""


async def take_turns(tx: Tx, kind: str, keys: Iterable[str]) -> None:
    """Waits for whoever is giving one of these now, until their transaction ends. Call it before looking what is
    known of them, and before any other lock."""
    await tx.execute(
        """
        select pg_advisory_xact_lock(hashtextextended($1 || bucket, 0))
        from (select distinct unnest($2::int[]) as bucket order by 1) as buckets
        """,
        f"given {kind} ",
        [crc32(key.encode()) % BUCKETS for key in keys],
    )
