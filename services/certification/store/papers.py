"""Papers on their way: begun before they are signed, then kept whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.db import Tx

from ..paper.work import Paper


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a paper is made from, and what tells it from others of the same certificate."""

    number: str
    signing_id: int
    layout: str
    language: str
    signer: str


async def source(tx: Tx, number: str) -> dict[str, Any] | None:
    """A certificate whose credential is signed, with all that stands on its paper. None otherwise."""
    row = await tx.fetchrow(
        """
        select c.number, d.document, c.check_code, c.issued_at, v.content, s.signing_id, l.language,
               e.withdrawn_at is not null as withdrawn
        from certificate c join scheme_version v on (v.scheme, v.version) = (c.scheme, c.scheme_version)
        join certificate_status t on t.number = c.number
        join certificate_edition d on (d.number, d.version) = (c.number, t.version)
        join signing s on (s.number, s.version) = (c.number, t.version) and s.state = 'signed'
        left join holder_language l using (trainee_id)
        left join status_entry e on (e.number, e.version) = (c.number, t.version)
        where c.number = $1
        """,
        number,
    )
    return None if row is None else dict(row)


async def kept(tx: Tx, wanted: Wanted) -> bytes | None:
    """The signed paper, when it was made before."""
    found: bytes | None = await tx.fetchval(
        """
        select pdf from paper
        where (number, signing_id, layout, language, signer) = ($1, $2, $3, $4, $5) and state = 'signed'
        """,
        wanted.number,
        wanted.signing_id,
        wanted.layout,
        wanted.language,
        wanted.signer,
    )
    return found


async def begin(tx: Tx, wanted: Wanted, *, now: datetime) -> None:
    """Recorded before it is signed; one that was begun before a crash is gone on with."""
    await tx.execute(
        """
        insert into paper (number, signing_id, layout, language, signer, begun_at)
        values ($1, $2, $3, $4, $5, $6) on conflict do nothing
        """,
        wanted.number,
        wanted.signing_id,
        wanted.layout,
        wanted.language,
        wanted.signer,
        now,
    )


async def finish(tx: Tx, wanted: Wanted, paper: Paper, *, now: datetime) -> None:
    """Of two that were signed at once the first stays."""
    await tx.execute(
        """
        update paper set state = 'signed', pdf = $6, sha256 = $7, unsigned_sha256 = $8, unsigned_size = $9,
                         finished_at = $10
        where (number, signing_id, layout, language, signer) = ($1, $2, $3, $4, $5) and state = 'begun'
        """,
        wanted.number,
        wanted.signing_id,
        wanted.layout,
        wanted.language,
        wanted.signer,
        *paper,
        now,
    )


async def know_languages(tx: Tx, some: Sequence[tuple[str, str, int]]) -> None:
    """Trainee id, language, sequence of the message; an older message does not replace a newer one."""
    newest = {trainee_id: (language, sequence) for trainee_id, language, sequence in sorted(some, key=lambda x: x[2])}
    await tx.execute(
        """
        insert into holder_language as h (trainee_id, language, sequence)
        select * from unnest($1::text[], $2::text[], $3::bigint[])
        on conflict (trainee_id) do update set language = excluded.language, sequence = excluded.sequence
        where h.sequence < excluded.sequence
        """,
        list(newest),
        [language for language, _ in newest.values()],
        [sequence for _, sequence in newest.values()],
    )
