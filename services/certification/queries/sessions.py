"""Exam sessions, corrections and what results say of exams, for lists and pages."""

from typing import Any

from shared.db import Tx

from ..domain.analysis import Tally

_LIST = """
    select s.session_id, s.scheme, s.exam, s.starts_at, s.place, s.examiner, s.invigilator, s.state, s.why,
           (select count(*) from exam_seat e where e.session_id = s.session_id) as seats,
           (select count(*) from exam_seat e where e.session_id = s.session_id and e.result_id is not null) as results,
           (select count(*) from exam_incident i where i.session_id = s.session_id) as incidents
    from exam_session s
"""


async def some(tx: Tx, after: str, limit: int) -> list[dict[str, Any]]:
    """By key, for the API."""
    rows = await tx.fetch(f"{_LIST} where s.session_id > $1 order by s.session_id limit $2", after, limit)
    return [dict(row) for row in rows]


async def newest(tx: Tx, limit: int) -> list[dict[str, Any]]:
    """The latest first, for the page."""
    rows = await tx.fetch(f"{_LIST} order by s.starts_at desc, s.session_id limit $1", limit)
    return [dict(row) for row in rows]


async def one(tx: Tx, session_id: str) -> dict[str, Any] | None:
    """A session with its candidates, what they scored, and incidents."""
    row = await tx.fetchrow(f"{_LIST} where s.session_id = $1", session_id)
    if row is None:
        return None
    seats = await tx.fetch(
        """
        select e.trainee_id, h.name as holder, e.absent, e.result_id, r.score::float8 as score, r.knocked_out,
               r.passed, r.attempt, r.revision, r.state
        from exam_seat e left join holder h using (trainee_id)
        left join result r on r.result_id = e.result_id and r.state <> 'replaced'
        where e.session_id = $1 order by e.trainee_id
        """,
        session_id,
    )
    incidents = await tx.fetch(
        """
        select incident_id, trainee_id, what, noted_at, noted_by from exam_incident
        where session_id = $1 order by noted_at, incident_id
        """,
        session_id,
    )
    moves = await tx.fetch(
        """
        select starts_from, starts_at, place_from, place, reason, moved_at, moved_by from exam_session_move
        where session_id = $1 order by position
        """,
        session_id,
    )
    return {
        **dict(row),
        "moves": [dict(move) for move in moves],
        "candidates": [dict(seat) for seat in seats],
        "incidents_noted": [dict(incident) for incident in incidents],
    }


async def corrections(tx: Tx, state: str, limit: int) -> list[dict[str, Any]]:
    """Corrections in one state, the newest first, beside what stood when they were proposed."""
    rows = await tx.fetch(
        """
        select c.correction_id, c.result_id, c.revision, c.score::float8 as score, c.knocked_out, c.taken_on, c.reason,
               c.proposed_at, c.proposed_by, c.state, c.settled_at, c.settled_by, r.trainee_id, r.exam, r.attempt,
               r.score::float8 as score_before, r.knocked_out as knocked_out_before, r.taken_on as taken_on_before
        from correction c join result r on (r.result_id, r.revision) = (c.result_id, c.revision)
        where c.state = $1 order by c.proposed_at desc, c.correction_id limit $2
        """,
        state,
        limit,
    )
    return [dict(row) for row in rows]


async def correction(tx: Tx, correction_id: str) -> dict[str, Any] | None:
    row = await tx.fetchrow(
        """
        select correction_id, result_id, revision, score::float8 as score, knocked_out, taken_on, reason, proposed_by,
               state, settled_by
        from correction where correction_id = $1
        """,
        correction_id,
    )
    return None if row is None else dict(row)


async def tallies(tx: Tx, scheme: str = "") -> dict[tuple[str, str, str], Tally]:
    """Counted results by scheme, exam and examiner."""
    rows = await tx.fetch(
        """
        select c.scheme, r.exam, r.examiner, count(*) as count, count(*) filter (where r.passed) as passed,
               sum(r.score)::float8 as total, sum(r.score * r.score)::float8 as squares
        from result r join candidate c using (trainee_id)
        where r.state = 'counted' and ($1 = '' or c.scheme = $1) group by 1, 2, 3 order by 1, 2, 3
        """,
        scheme,
    )
    return {
        (row["scheme"], row["exam"], row["examiner"]): Tally(row["count"], row["passed"], row["total"], row["squares"])
        for row in rows
    }
