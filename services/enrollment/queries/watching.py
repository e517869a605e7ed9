"""Rows of what is watched: signals, lag by target, and the heat map of alignment."""

from datetime import date
from typing import Any

from shared.db import Tx


async def signals(
    tx: Tx, *, kinds: list[str], after: int, limit: int, trainee_id: str | None = None
) -> list[dict[str, Any]]:
    """Open signals in the order in which they opened; of these kinds, or of all."""
    rows = await tx.fetch(
        """
        select s.signal_id, s.trainee_id, t.name, e.company_id, c.name as company, s.kind, s.about, s.opened_on,
               s.evidence, e.scheme, e.scheme_version
        from signal s join trainee t using (trainee_id) join enrolment e using (trainee_id)
        join company c using (company_id)
        where s.closed_on is null and s.signal_id > $1 and (cardinality($2::text[]) = 0 or s.kind = any($2))
          and ($4::text is null or s.trainee_id = $4)
        order by s.signal_id limit $3
        """,
        after,
        kinds,
        limit,
        trainee_id,
    )
    return [dict(row) for row in rows]


async def counts(tx: Tx) -> dict[str, int]:
    """Open signals by kind."""
    rows = await tx.fetch("select kind, count(*)::int as n from signal where closed_on is null group by kind")
    return {row["kind"]: row["n"] for row in rows}


_PAIRS = """
    from target_first f join enrolment e using (trainee_id)
    join scheme_curriculum c on (c.scheme, c.version) = (e.scheme, e.scheme_version)
    join instructor i using (instructor_id)
    join company k on k.company_id = e.company_id
    left join signal s on s.trainee_id = f.trainee_id and s.kind = 'alignment-gap' and s.about = f.target
         and s.closed_on is null
    where e.state in ('active', 'paused') and f.taught_on is not null
      and c.content -> 'programmes' -> e.programme -> 'targets' ? f.target
      and ($1::text is null or e.school_id = $1) and ($2::text is null or e.company_id = $2)
"""


async def heat(tx: Tx, school_id: str | None, company_id: str | None) -> list[dict[str, Any]]:
    """By instructor (a school group) and company: targets taught, practised in the company, gaps, median lag in days.

    Of trainings that run. A lag is from taught to practised in the company; below zero when the company was first.
    """
    rows = await tx.fetch(
        f"""
        select e.school_id, e.instructor_id, i.name as instructor, e.company_id, k.name as company,
               count(distinct f.trainee_id)::int as trainees, count(*)::int as taught,
               count(f.company_on)::int as practised, count(s.signal_id)::int as gaps,
               (percentile_cont(0.5) within group (order by f.company_on - f.taught_on))::float8 as median_lag_days
        {_PAIRS} group by 1, 2, 3, 4, 5 order by 1, 2, 4
        """,
        school_id,
        company_id,
    )
    return [dict(row) for row in rows]


async def lag_by_target(tx: Tx, school_id: str | None, company_id: str | None) -> list[dict[str, Any]]:
    """By scheme version and target: the same figures."""
    rows = await tx.fetch(
        f"""
        select e.scheme, e.scheme_version, f.target, count(distinct f.trainee_id)::int as trainees,
               count(*)::int as taught, count(f.company_on)::int as practised, count(s.signal_id)::int as gaps,
               (percentile_cont(0.5) within group (order by f.company_on - f.taught_on))::float8 as median_lag_days
        {_PAIRS} group by 1, 2, 3 order by 1, 2, 3
        """,
        school_id,
        company_id,
    )
    return [dict(row) for row in rows]


async def people_of(tx: Tx, trainee_id: str) -> tuple[str, str] | None:
    """The instructor and the mentor of now."""
    row = await tx.fetchrow("select instructor_id, mentor_id from enrolment where trainee_id = $1", trainee_id)
    return None if row is None else (row["instructor_id"], row["mentor_id"])


async def moments(tx: Tx, trainee_id: str, since: date) -> list[dict[str, Any]]:
    """Contact moments, the newest first."""
    rows = await tx.fetch(
        """
        select held_on, minutes, mentor_id from contact_moment where trainee_id = $1 and held_on >= $2
        order by held_on desc, moment_id limit 100
        """,
        trainee_id,
        since,
    )
    return [dict(row) for row in rows]
