"""Published scheme versions. What is published never changes, so a version read once is kept in memory."""

from collections.abc import Iterable
from datetime import datetime

from shared.db import Tx

from ..domain.schemes import SchemeVersion

Key = tuple[str, str]
_read: dict[str, SchemeVersion] = {}


async def lock(tx: Tx) -> None:
    """One publication at a time: it is checked against all that was published before."""
    await tx.execute("select pg_advisory_xact_lock(hashtext('scheme_version'))")


async def all_versions(tx: Tx) -> dict[Key, SchemeVersion]:
    """Every version by scheme and version, oldest first."""
    rows = await tx.fetch(
        "select scheme, version, sha256 from scheme_version order by scheme, valid_from, published_at"
    )
    await _load(tx, {row["sha256"] for row in rows})
    return {(row["scheme"], row["version"]): _read[row["sha256"]] for row in rows}


async def versions(tx: Tx, keys: Iterable[Key]) -> dict[Key, SchemeVersion]:
    """The versions of these keys; what is not published is not among them."""
    wanted = sorted(set(keys))
    rows = await tx.fetch(
        """
        select scheme, version, sha256 from scheme_version
        join unnest($1::text[], $2::text[]) as wanted(scheme, version) using (scheme, version)
        """,
        [scheme for scheme, _ in wanted],
        [version for _, version in wanted],
    )
    await _load(tx, {row["sha256"] for row in rows})
    return {(row["scheme"], row["version"]): _read[row["sha256"]] for row in rows}


async def _load(tx: Tx, hashes: set[str]) -> None:
    if missing := hashes - _read.keys():
        rows = await tx.fetch("select content, sha256 from scheme_version where sha256 = any($1)", sorted(missing))
        _read.update({row["sha256"]: SchemeVersion.from_content(row["content"]) for row in rows})


async def add(tx: Tx, version: SchemeVersion, *, published_at: datetime, published_by: str) -> None:
    scheme = version.scheme
    await tx.execute(
        """
        insert into scheme_version (scheme, version, valid_from, content, sha256, published_at, published_by)
        values ($1, $2, $3, $4, $5, $6, $7)
        """,
        scheme.scheme,
        scheme.version,
        scheme.valid_from,
        version.content,
        version.sha256,
        published_at,
        published_by,
    )


async def untold(tx: Tx) -> list[Key]:
    """Versions that nobody was told of since listeners keep all of what they are told."""
    rows = await tx.fetch(
        """
        select scheme, version from scheme_version v
        where not exists (select from scheme_told t where (t.scheme, t.version) = (v.scheme, v.version)) order by 1, 2
        """
    )
    return [(row["scheme"], row["version"]) for row in rows]


async def note_told(tx: Tx, keys: Iterable[Key]) -> None:
    keys = list(keys)
    await tx.execute(
        "insert into scheme_told select * from unnest($1::text[], $2::text[]) on conflict do nothing",
        [scheme for scheme, _ in keys],
        [version for _, version in keys],
    )
