"""The history of certificates: how one stands, locked; its steps; the versions of its document."""

from collections.abc import Collection
from typing import Any

import asyncpg

from shared.db import Tx

from ..domain.certificates import Status
from ..domain.life import NewVersion, Standing, Step, Words
from ..domain.renewal import Renewal

_STANDING = """
    select c.number, c.certificate_id::text, c.trainee_id, c.scheme, c.scheme_version, s.programme, c.issued_on,
           s.state, s.steps, s.head, s.version, s.valid_until, s.until_on, coalesce(v.document, c.document) as document,
           coalesce(v.document_sha256, c.document_sha256) as document_sha256
    from certificate c join certificate_status s using (number)
    left join certificate_version v using (number, version)
    where c.number = $1
"""


async def lock(tx: Tx, number: str) -> Standing | None:
    """How a certificate stands; nobody else takes a step with it until commit."""
    # A statement of its own: only the next one sees what was committed while this one waited for the lock.
    await tx.execute("select from certificate_status where number = $1 for update", number)
    return await standing(tx, number)


async def standing(tx: Tx, number: str) -> Standing | None:
    row = await tx.fetchrow(_STANDING, number)
    return None if row is None else _standing(row)


def _standing(row: asyncpg.Record) -> Standing:
    return Standing(**{**row, "state": Status(row["state"])})


async def add(tx: Tx, step: Step, words: Words, made: NewVersion | None) -> None:
    """A step with what was said about it, and the version that it made. The database refuses what does not fit."""
    if made is not None:
        await tx.execute(
            """
            insert into certificate_version (number, version, document, document_sha256, valid_until, made_at)
            values ($1, $2, $3, $4, $5, $6)
            """,
            step.number,
            made.version,
            made.document,
            made.document_sha256,
            made.valid_until,
            step.decided_at,
        )
    await tx.execute(
        """
        insert into certificate_step (number, position, kind, state, reason, words_sha256, decided_by, decided_at,
                                      from_on, until_on, version, appeal_until, previous, hash)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        """,
        step.number,
        step.position,
        step.kind.value,
        step.state.value,
        step.reason,
        step.words_sha256,
        step.decided_by,
        step.decided_at,
        step.from_on,
        step.until_on,
        step.version,
        step.appeal_until,
        step.previous,
        step.hash,
    )
    await tx.execute(
        "insert into certificate_step_words (number, position, salt, reason, obligations) values ($1, $2, $3, $4, $5)",
        step.number,
        step.position,
        words.salt,
        words.reason,
        list(words.obligations),
    )


async def settle_doubt(tx: Tx, trainee_id: str) -> None:
    """A person has decided what a doubt about the certificate comes to."""
    await tx.execute("update candidate set doubt = null, doubt_since = null where trainee_id = $1", trainee_id)


async def add_renewal(tx: Tx, step: Step, renewal: Renewal) -> None:
    """What a new period rests on. The database refuses it when who decided also examined."""
    await tx.execute(
        """
        insert into certificate_renewal (number, position, exams, practice_months, window_from, decided_by)
        values ($1, $2, $3, $4, $5, $6)
        """,
        step.number,
        step.position,
        [one.as_data() for one in renewal.exams],
        renewal.practice_months,
        renewal.window_from,
        step.decided_by,
    )


async def document_before(tx: Tx, number: str, version: int) -> dict[str, Any]:
    """What the certificate said before this version."""
    found: dict[str, Any] = await tx.fetchval(
        "select document from certificate_edition where number = $1 and version = $2", number, version - 1
    )
    return found


async def forget_words(tx: Tx, trainee_ids: Collection[str]) -> None:
    """What was said about these holders' certificates and in their appeals is forgotten; the chain holds without it."""
    await tx.execute(
        """
        update certificate_step_words set reason = null, obligations = '{}'
        where number in (select number from certificate where trainee_id = any($1::text[]))
        """,
        list(trainee_ids),
    )
    await tx.execute(
        """
        update appeal_words set grounds = null, late_reason = null, decision = null
        where appeal_id in (select appeal_id from appeal_of_trainee where trainee_id = any($1))
        """,
        list(trainee_ids),
    )
