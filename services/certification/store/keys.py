"""Keys that sign and changes of keys: rows, and the lock under which is signed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from shared.db import Tx

from ..domain.key_change import KeyChange, Kind, Reason, State


@dataclass(frozen=True, slots=True)
class Key:
    """``id``: Multikey, or SHA-256 of the certificate of a paper's signer; ``files``: base names of signer and
    authority."""

    id: str
    kind: Kind
    files: tuple[str, ...]
    state: str
    began_at: datetime
    ended_at: datetime | None = None
    revoked_since: datetime | None = None
    made_by: str | None = None
    ended_by: str | None = None


_KEYS = """
    select key_id as id, kind, files, state, began_at, ended_at, revoked_since, made_by::text, ended_by::text
    from signing_key
"""
_CHANGES = """
    select change_id::text, keys, reason, words, since, proposed_by, proposed_at, state, approved_by, approved_at
    from key_change
"""


def _key(row: asyncpg.Record) -> Key:
    return Key(**{**row, "kind": Kind(row["kind"]), "files": tuple(row["files"])})


def _change(row: asyncpg.Record) -> KeyChange:
    told = {"keys": tuple(map(Kind, row["keys"])), "reason": Reason(row["reason"]), "state": State(row["state"])}
    return KeyChange(**{**row, **told})


async def all_of(tx: Tx, kind: Kind | None = None) -> list[Key]:
    """Oldest first."""
    rows = await tx.fetch(f"{_KEYS} where $1::text is null or kind = $1 order by began_at, made_by nulls first", kind)
    return [_key(row) for row in rows]


async def hold_active(tx: Tx, kind: Kind) -> None:
    """Whoever signs holds its key until commit; an approval waits for it, and who comes after it sees the key ended."""
    await tx.execute("select from signing_key where kind = $1 and state = 'active' for share", kind)


async def lock_changes(tx: Tx) -> None:
    """One at a time proposes, approves, or makes the new key, until commit."""
    await tx.execute("select pg_advisory_xact_lock(hashtext('key_change'))")


async def add(tx: Tx, key: Key) -> None:
    """Leaves one that is there already as it is."""
    await tx.execute(
        """
        insert into signing_key (key_id, kind, files, state, began_at, ended_at, revoked_since, made_by)
        values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict do nothing
        """,
        key.id,
        key.kind,
        list(key.files),
        key.state,
        key.began_at,
        key.ended_at,
        key.revoked_since,
        key.made_by,
    )


async def end(
    tx: Tx, id: str, *, at: datetime, revoked_since: datetime | None = None, change_id: str | None = None
) -> None:
    await tx.execute(
        """
        update signing_key set state = case when $3::timestamptz is null then 'retired' else 'revoked' end,
                               ended_at = $2, revoked_since = $3, ended_by = $4
        where key_id = $1 and state = 'active'
        """,
        id,
        at,
        revoked_since,
        change_id,
    )


async def change(tx: Tx, change_id: str) -> KeyChange | None:
    row = await tx.fetchrow(f"{_CHANGES} where change_id::text = $1", change_id)
    return None if row is None else _change(row)


async def in_state(tx: Tx, state: State) -> list[KeyChange]:
    """Oldest first."""
    return [_change(row) for row in await tx.fetch(f"{_CHANGES} where state = $1 order by proposed_at", state)]


async def add_change(tx: Tx, one: KeyChange) -> None:
    await tx.execute(
        """
        insert into key_change (change_id, keys, reason, words, since, proposed_by, proposed_at)
        values ($1, $2, $3, $4, $5, $6, $7)
        """,
        one.change_id,
        [kind.value for kind in one.keys],
        one.reason,
        one.words,
        one.since,
        one.proposed_by,
        one.proposed_at,
    )


async def keep_change(tx: Tx, one: KeyChange, *, by: str | None, now: datetime) -> None:
    """As it stands from now on. The database refuses what does not follow on how it stood."""
    await tx.execute(
        """
        update key_change set state = $2, approved_by = $3, approved_at = $4,
            withdrawn_by = case when $2 = 'withdrawn' then $5 end,
            withdrawn_at = case when $2 = 'withdrawn' then $6::timestamptz end,
            completed_at = case when $2 = 'completed' then $6::timestamptz end
        where change_id::text = $1
        """,
        one.change_id,
        one.state,
        one.approved_by,
        one.approved_at,
        by,
        now,
    )


async def note_reissues(tx: Tx, change_id: str, key_ids: Sequence[str], since: datetime, *, now: datetime) -> int:
    """Every certificate that stands on a signature of these keys from ``since`` on, by its credential or a paper; how
    many are to be made out again. Of what has ended it is said that it is left."""
    rows = await tx.fetch(
        """
        insert into key_reissue (change_id, number, state, why, at)
        select $1::uuid, t.number, case when ended then 'left' else 'waiting' end, case when ended then t.state end,
               case when ended then $4::timestamptz end
        from (select *, state in ('expired', 'withdrawn') as ended from certificate_status) t
        where exists (
            select from signing s where (s.number, s.version) = (t.number, t.version) and s.state = 'signed'
              and ((s.key_id = any($2::text[]) and s.begun_at >= $3) or exists (
                  select from paper p where p.signing_id = s.signing_id and p.state = 'signed'
                    and p.signer = any($2::text[]) and p.finished_at >= $3
              )))
        returning state
        """,
        change_id,
        list(key_ids),
        since,
        now,
    )
    return sum(row["state"] == "waiting" for row in rows)


async def take_reissues(tx: Tx, limit: int) -> list[dict[str, Any]]:
    """Some that wait, locked until commit; those that another took are left. Who approved decided on them."""
    rows = await tx.fetch(
        """
        select r.change_id::text, r.number, k.approved_by from key_reissue r join key_change k using (change_id)
        where r.state = 'waiting' order by r.change_id, r.number limit $1 for update of r skip locked
        """,
        limit,
    )
    # All rows before the first leaf: the log's counter is taken last, as everybody takes it.
    numbers = [row["number"] for row in rows]
    await tx.execute("select from certificate_status where number = any($1) order by number for update", numbers)
    return [dict(row) for row in rows]


async def keep_reissue(
    tx: Tx,
    change_id: str,
    number: str,
    state: str,
    *,
    version: int | None = None,
    why: str | None = None,
    now: datetime,
) -> None:
    await tx.execute(
        """
        update key_reissue set state = $3, version = $4, why = $5, at = $6
        where change_id::text = $1 and number = $2
        """,
        change_id,
        number,
        state,
        version,
        why,
        now,
    )


async def open_work(tx: Tx, change_id: str) -> int:
    """How many certificates of a change wait to be made out again, or for the signature under what was."""
    found: int = await tx.fetchval(
        """
        select count(*) from key_reissue r where change_id::text = $1 and (state = 'waiting' or exists (
            select from signing s where (s.number, s.version) = (r.number, r.version) and s.state in ('owed', 'begun')
        ))
        """,
        change_id,
    )
    return found
