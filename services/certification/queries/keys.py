"""Keys and their changes as the desk sees them, and whether what was signed was signed by a key that could."""

from typing import Any

from shared.db import Tx

from ..domain.verification import Violation

_CHANGES = """
    select k.change_id::text, k.keys, k.reason, k.words, k.since, k.state, k.proposed_by, k.proposed_at, k.approved_by,
           k.approved_at, k.withdrawn_by, k.withdrawn_at, k.completed_at,
           coalesce(r.waiting, 0) as waiting, coalesce(r.done, 0) as done, coalesce(r.left_alone, 0) as left_alone,
           coalesce(r.failed, 0) as failed
    from key_change k left join (
        select change_id,
               count(*) filter (where state = 'waiting') as waiting, count(*) filter (where state = 'done') as done,
               count(*) filter (where state = 'left') as left_alone, count(*) filter (where state = 'failed') as failed
        from key_reissue group by change_id
    ) r using (change_id)
"""
_LATE = """
    select s.number as about, s.key_id from signing s join signing_key k using (key_id)
    where s.state = 'signed' and s.begun_at > k.ended_at
    union all
    select 'head ' || h.size, k.key_id from log_head h join signing_key k on k.key_id = split_part(h.method, '#', 2)
    where h.made_at > k.ended_at
    union all
    select p.number, k.key_id from paper p join signing_key k on k.key_id = p.signer
    where p.state = 'signed' and p.finished_at > k.ended_at
"""
_STANDS_ON_REVOKED = """
    select t.number from certificate_status t
    join signing s on (s.number, s.version) = (t.number, t.version) and s.state = 'signed'
    join signing_key k using (key_id)
    where t.state in ('valid', 'suspended') and s.begun_at >= k.revoked_since
      and not exists (select from key_reissue r where r.number = t.number and r.state = 'waiting')
"""
_ALONE = "select change_id::text from key_change where approved_by = proposed_by"


async def keys(tx: Tx) -> list[dict[str, Any]]:
    """Every key, the newest first, with who proposed and approved it and why it ended."""
    rows = await tx.fetch(
        """
        select s.key_id, s.kind, s.state, s.began_at, s.ended_at, s.revoked_since, s.made_by::text, s.ended_by::text,
               m.proposed_by, m.approved_by, e.reason as ended_because, e.words as ended_words
        from signing_key s left join key_change m on m.change_id = s.made_by
        left join key_change e on e.change_id = s.ended_by
        order by s.kind, s.began_at desc, s.key_id
        """
    )
    return [dict(row) for row in rows]


async def changes(tx: Tx, limit: int = 50) -> list[dict[str, Any]]:
    """The newest first, with how many certificates were made out again, wait, were left or failed."""
    return [dict(row) for row in await tx.fetch(f"{_CHANGES} order by k.proposed_at desc limit $1", limit)]


async def change(tx: Tx, change_id: str) -> dict[str, Any] | None:
    row = await tx.fetchrow(f"{_CHANGES} where k.change_id::text = $1", change_id)
    return None if row is None else dict(row)


async def reissues(tx: Tx, change_id: str, after: str, limit: int) -> list[dict[str, Any]]:
    """What came of each certificate of a change, by number."""
    rows = await tx.fetch(
        """
        select number, state, version, why, at from key_reissue
        where change_id::text = $1 and number > $2 order by number limit $3
        """,
        change_id,
        after,
        limit,
    )
    return [dict(row) for row in rows]


async def check(tx: Tx, violations: list[Violation]) -> int:
    """Adds what was signed by a key that had ended, what stands on one that somebody else may have, and what one person
    did alone; gives how many keys there are."""
    for row in await tx.fetch(_LATE):
        violations.append(Violation("key", row["about"], f"was signed by {row['key_id']} after that key had ended"))
    for row in await tx.fetch(_STANDS_ON_REVOKED):
        violations.append(Violation("key", row["number"], "stands on a key that somebody else may have"))
    for row in await tx.fetch(_ALONE):
        violations.append(Violation("key", row["change_id"], "one person alone changed the keys"))
    found: int = await tx.fetchval("select count(*) from signing_key")
    return found
