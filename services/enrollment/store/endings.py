"""Interruptions of trainings, and trainings that stopped before their end."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime

from shared.db import Tx

from ..domain.endings import DropOut, Pause, PauseReason, Phase, Reason
from .rows import distinct


@dataclass(frozen=True, slots=True)
class Course:
    """What the phase of a training follows from. Weeks and day are None where scheme and exams say nothing."""

    start_phase_weeks: int | None
    first_exam_on: date | None


async def course_of(tx: Tx, trainee_id: str) -> Course:
    row = await tx.fetchrow(
        """
        select (c.content #>> '{week_pattern,start_phase,weeks}')::int as start_phase_weeks,
               (select min((t.facts ->> 'taken_on')::date) from timeline t
                where t.trainee_id = e.trainee_id
                  and t.type in ('certification.exam-passed.v1', 'certification.exam-failed.v1')) as first_exam_on
        from enrolment e left join scheme_curriculum c on (c.scheme, c.version) = (e.scheme, e.scheme_version)
        where e.trainee_id = $1
        """,
        trainee_id,
    )
    return Course(row["start_phase_weeks"], row["first_exam_on"]) if row else Course(None, None)


async def drop_out_of(tx: Tx, trainee_id: str) -> DropOut | None:
    row = await tx.fetchrow(
        """
        select trainee_id, dropped_out_on, reason, phase, days_in from enrolment_ending where trainee_id = $1
        """,
        trainee_id,
    )
    if row is None:
        return None
    return DropOut(row["trainee_id"], row["dropped_out_on"], Reason(row["reason"]), Phase(row["phase"]), row["days_in"])


async def keep_drop_out(tx: Tx, one: DropOut, *, by: str, at: datetime) -> None:
    await tx.execute(
        """
        insert into enrolment_ending (trainee_id, dropped_out_on, reason, cause, phase, days_in, recorded_by,
                                      recorded_at)
        values ($1, $2, $3, $4, $5, $6, $7, $8)
        """,
        one.trainee_id,
        one.dropped_out_on,
        one.reason,
        one.cause,
        one.phase,
        one.days_in,
        by,
        at,
    )


async def pause_now(tx: Tx, trainee_id: str) -> Pause | None:
    """The interruption that goes on."""
    row = await tx.fetchrow(
        "select trainee_id, paused_on, reason, until from enrolment_pause where trainee_id = $1 and until is null",
        trainee_id,
    )
    return None if row is None else Pause(row["trainee_id"], row["paused_on"], PauseReason(row["reason"]))


async def pauses_of(tx: Tx, trainee_id: str) -> list[Pause]:
    """The newest first."""
    rows = await tx.fetch(
        """
        select trainee_id, paused_on, reason, until from enrolment_pause where trainee_id = $1 order by paused_on desc
        """,
        trainee_id,
    )
    return [Pause(row["trainee_id"], row["paused_on"], PauseReason(row["reason"]), row["until"]) for row in rows]


async def keep_pause(tx: Tx, one: Pause, *, by: str) -> None:
    """An interruption that begins on the day on which another one began goes on from there."""
    await tx.execute(
        """
        insert into enrolment_pause (trainee_id, paused_on, reason, recorded_by) values ($1, $2, $3, $4)
        on conflict (trainee_id, paused_on) do update set reason = excluded.reason, until = null
        """,
        one.trainee_id,
        one.paused_on,
        one.reason,
        by,
    )


async def end_pauses(tx: Tx, trainees: Iterable[str], on: date) -> None:
    await tx.execute(
        """
        update enrolment_pause set until = greatest($2::date, paused_on)
        where trainee_id = any($1) and until is null
        """,
        distinct(trainees),
        on,
    )


async def lock(tx: Tx, trainees: Collection[str]) -> None:
    """One at a time decides about an enrolment."""
    await tx.execute(
        "select from enrolment where trainee_id = any($1) order by trainee_id for update", distinct(trainees)
    )
