"""Credentials on their way: owed when the certificate is issued, begun with all that is signed, signed or voided."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.db import Tx

from . import schemes

FULL_AT = 65_536
"""A list takes half of its places, so that a free one is found in two tries on average."""


@dataclass(frozen=True, slots=True)
class Owed:
    """A certificate without a credential, with what the credential says; ``status`` is list and place."""

    signing_id: int
    number: str
    document: dict[str, Any]
    scheme: Mapping[str, Any]
    issued_at: datetime
    status: tuple[int, int]
    version: int = 1


@dataclass(frozen=True, slots=True)
class Begun:
    """A credential that is recorded and not signed yet."""

    signing_id: int
    number: str
    key_id: str
    method: str
    begun_at: datetime
    credential: dict[str, Any]


async def waits(tx: Tx) -> bool:
    """Whether any credential is owed or begun."""
    found: bool = await tx.fetchval("select exists (select from signing where state in ('owed', 'begun'))")
    return found


async def waits_for(tx: Tx, number: str) -> bool:
    """Whether a credential of this certificate is owed or begun."""
    found: bool = await tx.fetchval(
        "select exists (select from signing where number = $1 and state in ('owed', 'begun'))", number
    )
    return found


async def take_owed(tx: Tx, limit: int, number: str | None, *, now: datetime) -> list[Owed]:
    """The oldest that are owed (or the one of ``number``), locked until commit; those that another took are left."""
    others = "" if number else "skip locked"  # who asks for one waits for whoever signs it already
    rows = await tx.fetch(
        f"""
        select s.signing_id, s.number, s.version, e.document, c.issued_at, c.scheme, c.scheme_version
        from signing s join certificate c using (number) join certificate_edition e using (number, version)
        where s.state = 'owed' and ($2::text is null or s.number = $2)
        order by s.signing_id limit $1 for update of s {others}
        """,  # noqa: S608
        limit,
        number,
    )
    places = await _places(tx, [(row["number"], row["version"]) for row in rows], now=now)
    published = await schemes.versions(tx, {(row["scheme"], row["scheme_version"]) for row in rows})
    return [
        Owed(
            row["signing_id"],
            row["number"],
            row["document"],
            published[row["scheme"], row["scheme_version"]].content,
            row["issued_at"],
            places[row["number"], row["version"]],
            row["version"],
        )
        for row in rows
    ]


async def owe(tx: Tx, number: str, version: int) -> None:
    """A new version of a certificate wants a credential of its own."""
    await tx.execute("insert into signing (number, version) values ($1, $2)", number, version)


async def waiting(tx: Tx) -> int:
    """Credentials that are owed a signature, certificates that are to be made out again, changes of keys not carried
    out: nothing of it moves by itself when a key is missing."""
    found: int = await tx.fetchval(
        """
        select (select count(*) from signing where state in ('owed', 'begun'))
             + (select count(*) from key_reissue where state = 'waiting')
             + (select count(*) from key_change where state = 'approved')
        """
    )
    return found


async def begin(tx: Tx, some: Sequence[Begun]) -> None:
    await tx.execute(
        """
        update signing s set state = 'begun', begun_at = t.begun_at, key_id = t.key_id, method = t.method,
                             credential = t.credential
        from unnest($1::bigint[], $2::timestamptz[], $3::text[], $4::text[], $5::json[])
             as t(signing_id, begun_at, key_id, method, credential)
        where s.signing_id = t.signing_id and s.state = 'owed'
        """,
        [one.signing_id for one in some],
        [one.begun_at for one in some],
        [one.key_id for one in some],
        [one.method for one in some],
        [one.credential for one in some],
    )


async def begun(tx: Tx, limit: int, number: str | None) -> list[Begun]:
    """Recorded and not signed: just now, or before a crash."""
    rows = await tx.fetch(
        """
        select signing_id, number, key_id, method, begun_at, credential from signing
        where state = 'begun' and ($2::text is null or number = $2) order by signing_id limit $1
        """,
        limit,
        number,
    )
    return [Begun(**row) for row in rows]


async def finish(tx: Tx, proofs: Sequence[tuple[int, dict[str, Any]]], *, now: datetime) -> None:
    """By signing id. One that was finished in the meantime is left: the same key and time give the same proof."""
    await tx.execute(
        """
        update signing s set state = 'signed', proof = t.proof, finished_at = $3
        from unnest($1::bigint[], $2::json[]) as t(signing_id, proof)
        where s.signing_id = t.signing_id and s.state = 'begun'
        """,
        [signing_id for signing_id, _ in proofs],
        [proof for _, proof in proofs],
        now,
    )


async def void(tx: Tx, signing_ids: Sequence[int], why: str, *, now: datetime, again: bool) -> None:
    """They will not be signed; with ``again`` what they were for is owed anew."""
    await tx.execute(
        """
        update signing set state = 'voided', voided_why = $2, finished_at = $3
        where signing_id = any($1) and state = 'begun'
        """,
        signing_ids,
        why,
        now,
    )
    if not again:
        return
    await tx.execute(
        """
        insert into signing (number, version) select s.number, s.version from signing s
        where s.signing_id = any($1) and s.state = 'voided'
          and not exists (
              select from signing o where (o.number, o.version) = (s.number, s.version) and o.state <> 'voided'
          )
        """,
        signing_ids,
    )


async def signed(tx: Tx, number: str) -> dict[str, Any] | None:
    """The credential of the version that stands, with its proof; None while it is owed, or while it is to be made out
    again because somebody else may have the key."""
    row = await tx.fetchrow(
        """
        select credential, proof from signing join certificate_status t using (number, version)
        left join signing_key k using (key_id)
        where number = $1 and signing.state = 'signed'
          and (begun_at < revoked_since or revoked_since is null or t.state in ('expired', 'withdrawn'))
        """,
        number,
    )
    return None if row is None else {**row["credential"], "proof": [row["proof"]]}


Edition = tuple[str, int]
"""A certificate's number and the version of its document."""


async def _places(tx: Tx, editions: Sequence[Edition], *, now: datetime) -> dict[Edition, tuple[int, int]]:
    """Each credential's list and place; new ones are drawn at random. A place of what was withdrawn meanwhile is set
    from the start: whoever withdraws holds the row of its status."""
    numbers = [number for number, _ in editions]
    rows = await tx.fetch("select number, version, list, place from status_entry where number = any($1)", numbers)
    found = {(row["number"], row["version"]): (row["list"], row["place"]) for row in rows}
    wanting = [edition for edition in editions if edition not in found]
    if wanting:
        await tx.execute(
            "select from certificate_status where number = any($1) order by number for share",
            [number for number, _ in wanting],
        )
        # Lists fill one after another; the lock also keeps two batches from drawing the same place.
        await tx.execute("select pg_advisory_xact_lock(hashtext('status_list'))")
    while wanting:
        current = await _list_with_room(tx, now=now)
        drawn = await tx.fetch(
            """
            insert into status_entry (number, version, list, place, withdrawn_at)
            select t.number, t.version, $2, t.place, coalesce(case when s.state = 'withdrawn' then s.since end, (
                select min(p.decided_at) from certificate_step p
                where p.number = t.number and p.version > t.version
                  and (p.kind in ('corrected', 'scope_reduced') or p.reason = 'key_compromised')
            ))
            from unnest($1::text[], $4::int[], $3::int[]) as t(number, version, place)
            join certificate_status s using (number)
            on conflict (list, place) do nothing returning number, version, list, place
            """,
            [number for number, _ in wanting],
            current,
            [secrets.randbelow(2 * FULL_AT) for _ in wanting],
            [version for _, version in wanting],
        )
        await tx.execute("update status_list set used = used + $2 where list = $1", current, len(drawn))
        found |= {(row["number"], row["version"]): (row["list"], row["place"]) for row in drawn}
        wanting = [edition for edition in wanting if edition not in found]
    return found


async def _list_with_room(tx: Tx, *, now: datetime) -> int:
    current: int | None = await tx.fetchval(
        "select list from status_list where used < $1 order by list desc limit 1", FULL_AT
    )
    if current is None:
        current = await tx.fetchval(
            """
            insert into status_list (list, made_at) select coalesce(max(list), 0) + 1, $1 from status_list
            returning list
            """,
            now,
        )
    if current is None:
        raise AssertionError("a list was made")
    return current
