"""Exam sessions, their seats and incidents, and corrections by hand."""

from collections.abc import Collection, Sequence
from datetime import datetime

import asyncpg

from shared.db import Tx

from ..domain.sessions import Correction, Session, SessionState

_SESSION = "select session_id, scheme, exam, starts_at, place, examiner, invigilator, state from exam_session"


async def lock(tx: Tx, session_id: str) -> Session | None:
    row = await tx.fetchrow(f"{_SESSION} where session_id = $1 for update", session_id)
    return None if row is None else Session(**{**row, "state": SessionState(row["state"])})


async def add(tx: Tx, session: Session, trainee_ids: Sequence[str], *, now: datetime, by: str) -> None:
    await tx.execute(
        """
        insert into exam_session (session_id, scheme, exam, starts_at, place, examiner, invigilator, planned_at,
                                  planned_by)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        """,
        session.session_id,
        session.scheme,
        session.exam,
        session.starts_at,
        session.place,
        session.examiner,
        session.invigilator,
        now,
        by,
    )
    await tx.execute(
        "insert into exam_seat (session_id, trainee_id) select $1, id from unnest($2::text[]) as id",
        session.session_id,
        list(trainee_ids),
    )


async def move(tx: Tx, before: Session, after: Session, reason: str, *, now: datetime, by: str) -> None:
    """The row of the session is locked; what it was stays beside it."""
    await tx.execute(
        "update exam_session set starts_at = $2, place = $3 where session_id = $1",
        after.session_id,
        after.starts_at,
        after.place,
    )
    await tx.execute(
        """
        insert into exam_session_move (session_id, position, starts_from, starts_at, place_from, place, reason,
                                       moved_at, moved_by)
        select $1, 1 + count(*), $2, $3, $4, $5, $6, $7, $8 from exam_session_move where session_id = $1
        """,
        after.session_id,
        before.starts_at,
        after.starts_at,
        before.place,
        after.place,
        reason,
        now,
        by,
    )


async def end(tx: Tx, session_id: str, state: SessionState, why: str | None = None) -> None:
    await tx.execute("update exam_session set state = $2, why = $3 where session_id = $1", session_id, state, why)


async def seats(tx: Tx, session_id: str) -> dict[str, str | None]:
    """The result id of each seat, None without one; by trainee."""
    rows = await tx.fetch(
        "select trainee_id, result_id from exam_seat where session_id = $1 order by trainee_id", session_id
    )
    return {row["trainee_id"]: row["result_id"] for row in rows}


async def elsewhere(tx: Tx, exam: str, trainee_ids: Collection[str]) -> dict[str, str]:
    """Sessions still to be held in which these sit this exam, by trainee."""
    rows = await tx.fetch(
        """
        select e.trainee_id, s.session_id from exam_seat e join exam_session s using (session_id)
        where e.trainee_id = any($2) and s.exam = $1 and s.state = 'planned'
        """,
        exam,
        list(trainee_ids),
    )
    return {row["trainee_id"]: row["session_id"] for row in rows}


async def fill(tx: Tx, session_id: str, filled: Sequence[tuple[str, str | None]]) -> bool:
    """``filled``: trainee and result id, None when absent. True when every seat has one or the other."""
    await tx.execute(
        """
        update exam_seat s set result_id = t.result_id, absent = t.result_id is null
        from unnest($2::text[], $3::text[]) as t(trainee_id, result_id)
        where s.session_id = $1 and s.trainee_id = t.trainee_id
        """,
        session_id,
        [trainee_id for trainee_id, _ in filled],
        [result_id for _, result_id in filled],
    )
    whole: bool = await tx.fetchval(
        "select not exists (select from exam_seat where session_id = $1 and result_id is null and not absent)",
        session_id,
    )
    return whole


async def add_incident(
    tx: Tx, incident_id: str, session_id: str, trainee_id: str | None, what: str, *, now: datetime, by: str
) -> None:
    await tx.execute(
        """
        insert into exam_incident (incident_id, session_id, trainee_id, what, noted_at, noted_by)
        values ($1, $2, $3, $4, $5, $6)
        """,
        incident_id,
        session_id,
        trainee_id,
        what,
        now,
        by,
    )


async def propose(tx: Tx, one: Correction, *, now: datetime) -> bool:
    """False when another correction of this result is open."""
    try:
        async with tx.transaction():
            await tx.execute(
                """
                insert into correction (correction_id, result_id, revision, score, knocked_out, taken_on, reason,
                                        proposed_at, proposed_by)
                values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
                """,
                one.correction_id,
                one.result_id,
                one.revision,
                one.score,
                one.knocked_out,
                one.taken_on,
                one.reason,
                now,
                one.proposed_by,
            )
    except asyncpg.UniqueViolationError:
        return False
    return True


async def lock_correction(tx: Tx, correction_id: str) -> Correction | None:
    row = await tx.fetchrow(
        """
        select correction_id, result_id, revision, score, knocked_out, taken_on, reason, proposed_by, state
        from correction where correction_id = $1 for update
        """,
        correction_id,
    )
    return None if row is None else Correction(**row)


async def settle(tx: Tx, correction_id: str, state: str, *, now: datetime, by: str) -> None:
    """The database refuses the proposer here as well (``settled_by_another``)."""
    await tx.execute(
        "update correction set state = $2, settled_at = $3, settled_by = $4 where correction_id = $1",
        correction_id,
        state,
        now,
        by,
    )
