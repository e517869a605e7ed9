"""The nodes of the tree, kept in the database, and the proofs that are made of them: a few dozen hashes each."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import Any

from shared.db import Tx

from . import merkle
from .merkle import Growth, Node, Range

CHUNK = 10_000


async def size(tx: Tx) -> int:
    """Leaves that are committed."""
    found: int = await tx.fetchval("select size from log_counter")
    return found


async def extend(tx: Tx) -> tuple[int, bytes]:
    """Works out what stands above the leaves that came since; gives size and root. One at a time, by a lock."""
    await tx.execute("select pg_advisory_xact_lock(hashtext('log tree'))")
    wanted, built = await size(tx), int(await tx.fetchval("select size from log_tree"))
    edge = merkle.subtrees(0, built)
    known = await nodes(tx, edge)
    growth = Growth(built, [known[node] for node in edge])
    while growth.size < wanted:
        rows = await tx.fetch(
            "select leaf_sha256 from log_entry where position >= $1 and position < $2 order by position",
            growth.size,
            min(wanted, growth.size + CHUNK),
        )
        if not rows:
            raise AssertionError("the counter stands above the last leaf")
        made = growth.take(row["leaf_sha256"] for row in rows)
        await tx.copy_records_to_table("log_node", records=made, columns=["level", "place", "sha256"])
        await asyncio.sleep(0)  # a million leaves let others go first in between
    if growth.size > built:
        await tx.execute("update log_tree set size = $1", growth.size)
    return growth.size, growth.root


async def nodes(tx: Tx, wanted: Iterable[Node]) -> dict[Node, bytes]:
    """Whole subtrees by level and place; level 0 are leaves."""
    wanted = list(wanted)
    rows = await tx.fetch(
        """
        select 0 as level, position as place, leaf_sha256 as sha256 from log_entry where position = any($1::bigint[])
        union all
        select n.level, n.place, n.sha256 from unnest($2::int[], $3::bigint[]) as t(level, place)
        cross join lateral (select * from log_node n where (n.level, n.place) = (t.level, t.place)) n
        """,
        [place for level, place in wanted if level == 0],
        [level for level, _ in wanted if level],
        [place for level, place in wanted if level],
    )
    return {(row["level"], row["place"]): row["sha256"] for row in rows}


async def hashes(tx: Tx, ranges: Sequence[Range]) -> list[bytes]:
    """The hash of each range, in one query."""
    known = await nodes(tx, {node for span in ranges for node in merkle.subtrees(*span)})
    return [merkle.range_hash(span, known) for span in ranges]


async def inclusion(tx: Tx, position: int, of_size: int) -> list[bytes]:
    """The path from a leaf to the root of the log when it had ``of_size`` leaves."""
    return await hashes(tx, merkle.inclusion_ranges(position, of_size))


async def consistency(tx: Tx, first: int, second: int) -> list[bytes]:
    """That the log of ``first`` leaves is the beginning of that of ``second``."""
    return await hashes(tx, merkle.consistency_ranges(first, second))


async def root(tx: Tx, of_size: int) -> bytes:
    """The root when the log had ``of_size`` leaves."""
    return (await hashes(tx, [(0, of_size)]))[0]


async def leaves_of(tx: Tx, number: str) -> list[dict[str, Any]]:
    """What happened to a certificate, in the order of the log."""
    rows = await tx.fetch(
        """
        select position, kind, number, at, document_sha256, leaf_sha256 from log_entry
        where number = $1 order by position
        """,
        number,
    )
    return [dict(row) for row in rows]


async def leaves(tx: Tx, after: int, limit: int) -> list[dict[str, Any]]:
    """A part of the log, for who follows it; ``after`` is the last position seen, -1 for none."""
    rows = await tx.fetch(
        """
        select position, kind, number, at, document_sha256, leaf_sha256 from log_entry
        where position > $1 order by position limit $2
        """,
        after,
        limit,
    )
    return [dict(row) for row in rows]
