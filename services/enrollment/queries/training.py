"""Counts of how the training goes: exams, mentor time, alignment, replacement, visits, signals, gaps.

Everywhere $1 is the scheme (null: all), $2 the cohort (null: all) and $3 the day up to which is counted; ``since`` is
the day after which, null for ever. A share is a pair of numbers: how many, of how many.
"""

from datetime import date
from typing import Any, NamedTuple

from shared.db import Tx

from .cohorts import MEMBERS


class Of(NamedTuple):
    """What is counted: of which scheme and cohort, up to which day, after which."""

    scheme: str | None
    cohort: int | None
    as_of: date
    since: date | None


async def first_attempts(tx: Tx, of: Of) -> list[dict[str, Any]]:
    """By exam: how many first attempts there were, and how many passed."""
    rows = await tx.fetch(
        f"""
        with {MEMBERS}
        select h.exam, count(*)::int as sat, count(*) filter (where h.passed)::int as passed
        from exam_heard h join members using (trainee_id)
        where h.attempt = 1 and h.taken_on <= $3 and h.taken_on > coalesce($4, '-infinity'::date)
        group by h.exam order by h.exam
        """,  # noqa: S608 - no input
        *of,
    )
    return [dict(row) for row in rows]


async def mentor_time(tx: Tx, of: Of) -> tuple[int, int]:
    """Complete periods of four weeks of a trainee with mentor time up to the norm, of those with work in the company.

    The periods and their budget are those of the signal: minutes of the logbook and contact moments together, against
    the norm for each week that has hours in the company; a period is judged when its logbook had time to come.
    """
    row = await tx.fetchrow(
        f"""
        with {MEMBERS},
        normed as (
            select m.trainee_id, m.starts_on - (extract(isodow from m.starts_on)::int - 1) as first,
                   (c.content -> 'norms' ->> 'mentor_minutes_per_week')::int as norm,
                   coalesce((c.content -> 'norms' ->> 'logbook_days')::int, 7) as late
            from members m join scheme_curriculum c on (c.scheme, c.version) = (m.scheme, m.scheme_version)
            where c.content -> 'norms' ->> 'mentor_minutes_per_week' is not null
        ), said as (
            select trainee_id, monday, mentor_minutes as minutes, place = 'company' and hours > 0 as worked
            from logbook_entry where monday <= $3
            union all
            select trainee_id, monday, minutes, false from contact_moment where held_on <= $3
        ), periods as (
            select n.norm, sum(s.minutes) as minutes, count(distinct s.monday) filter (where s.worked) as weeks
            from said s join normed n using (trainee_id)
            where s.monday >= n.first and n.first + ((s.monday - n.first) / 28 + 1) * 28 + n.late <= $3
              and n.first + ((s.monday - n.first) / 28 + 1) * 28 > coalesce($4, '-infinity'::date)
            group by s.trainee_id, n.first, n.norm, (s.monday - n.first) / 28
        )
        select count(*) filter (where minutes >= norm * weeks)::int as enough, count(*)::int as periods
        from periods where weeks > 0
        """,  # noqa: S608 - no input
        *of,
    )
    return (row["enough"], row["periods"]) if row else (0, 0)


async def alignment(tx: Tx, of: Of) -> tuple[int, int]:
    """Targets of a trainee that came in the company within the norm after school, of those whose term has passed."""
    row = await tx.fetchrow(
        f"""
        with {MEMBERS},
        firsts as (
            select l.trainee_id, l.target, min(l.monday) filter (where l.place = 'school') as taught,
                   min(l.monday) filter (where l.place = 'company') as practised
            from logbook_entry l join members using (trainee_id) where l.monday <= $3 group by 1, 2
        )
        select count(*) filter (where practised <= taught + lag)::int as in_step, count(*)::int as taught
        from firsts join members m using (trainee_id)
        join lateral (select (c.content -> 'norms' ->> 'alignment_lag_days')::int as lag from scheme_curriculum c
                      where (c.scheme, c.version) = (m.scheme, m.scheme_version)) n on n.lag is not null
        where taught > coalesce($4, '-infinity'::date) and (practised is not null or taught + lag < $3)
        """,  # noqa: S608 - no input
        *of,
    )
    return (row["in_step"], row["taught"]) if row else (0, 0)


async def replacement_days(tx: Tx, of: Of) -> list[int]:
    """Days between a placement and the next one at another company, in rising order."""
    found = await tx.fetchval(
        f"""
        with {MEMBERS},
        following as (
            select p.company_id, p.ends_on, p.state,
                   lead(p.starts_on) over stays as next_from, lead(p.company_id) over stays as next_at
            from placement p join members using (trainee_id)
            window stays as (partition by p.trainee_id order by p.starts_on, p.placement_id)
        )
        select array_agg(greatest(0, next_from - ends_on) order by greatest(0, next_from - ends_on))
        from following
        where state = 'ended' and next_at <> company_id and next_from <= $3
          and ends_on > coalesce($4, '-infinity'::date)
        """,  # noqa: S608 - no input
        *of,
    )
    return list(found or [])


async def agreements(tx: Tx, of: Of) -> tuple[int, int]:
    """Of those who still learn, how many have a training agreement that all parties signed, and how many they are."""
    row = await tx.fetchrow(
        f"""
        with {MEMBERS}
        select count(*) filter (where exists (
                   select from agreement a where a.trainee_id = m.trainee_id and a.state = 'completed'
                                             and a.completed_on <= $3))::int as complete,
               count(*)::int as learning
        from members m where certified_on is null and dropped_on is null
        """,  # noqa: S608 - no input
        *of[:3],
    )
    return (row["complete"], row["learning"]) if row else (0, 0)


async def visits(tx: Tx, scheme: str | None, as_of: date, since: date | None, on_time_days: int) -> dict[str, int]:
    """Visits that were told to be due: how many, held, with a term that has run out or held, and held within it."""
    row = await tx.fetchrow(
        """
        select count(*)::int as due,
               count(*) filter (where h.held_on <= $2)::int as held,
               count(*) filter (where h.held_on <= $2 or v.told_on + $4::int < $2)::int as judged,
               count(*) filter (where h.held_on <= least($2, v.told_on + $4::int))::int as on_time
        from planned_visit v left join held_visit h on h.visit_id = v.held_as
        where v.told_on <= $2 and v.told_on > coalesce($3, '-infinity'::date) and v.state <> 'waived'
          and ($1::text is null or v.scheme = $1 or v.scheme is null)
        """,
        scheme,
        as_of,
        since,
        on_time_days,
    )
    return dict(row or {})


async def reasons(tx: Tx, scheme: str | None, as_of: date) -> dict[str, int]:
    """Planned visits up to a day, by the reason of their day."""
    rows = await tx.fetch(
        """
        select reason, count(*)::int as visits from planned_visit
        where due_on <= $2 and ($1::text is null or scheme = $1 or scheme is null) group by 1 order by 1
        """,
        scheme,
        as_of,
    )
    return {row["reason"]: row["visits"] for row in rows}


async def around_visits(tx: Tx, scheme: str | None, as_of: date, days: int) -> list[dict[str, Any]]:
    """Open signals of who learned at the place of a visit, on its day and ``days`` later; sooner or on schedule.

    A visit counts when it was told to be due, was held, and so many days have passed since. ``trainees`` counts each
    trainee once for each visit.
    """
    rows = await tx.fetch(
        """
        with visits as (
            select v.visit_id, v.place_kind, v.place_id, h.held_on, v.reason not in ('cadence', 'agreed') as sooner
            from planned_visit v join held_visit h on h.visit_id = v.held_as
            where h.held_on + $3::int <= $2 and ($1::text is null or v.scheme = $1 or v.scheme is null)
        ), there as (
            select distinct v.visit_id, v.sooner, v.held_on, p.trainee_id
            from visits v join placement p on v.place_kind = 'company' and p.company_id = v.place_id
                 and p.starts_on <= v.held_on and p.ends_on >= v.held_on
            union
            select v.visit_id, v.sooner, v.held_on, e.trainee_id
            from visits v join enrolment e on v.place_kind = 'school' and e.school_id = v.place_id
                 and e.starts_on <= v.held_on and coalesce(e.ended_on, e.planned_end) >= v.held_on
        )
        select t.sooner, count(distinct t.visit_id)::int as visits, count(distinct (t.visit_id, t.trainee_id))::int
               as trainees,
               count(s.signal_id) filter (where s.opened_on <= t.held_on
                                          and (s.closed_on is null or s.closed_on > t.held_on))::int as before,
               count(s.signal_id) filter (where s.opened_on <= t.held_on + $3::int
                                          and (s.closed_on is null or s.closed_on > t.held_on + $3::int))::int as after
        from there t left join signal s using (trainee_id)
        group by 1 order by 1 desc
        """,
        scheme,
        as_of,
        days,
    )
    return [dict(row) for row in rows]


async def signals(tx: Tx, of: Of) -> list[dict[str, Any]]:
    """By kind: how many were opened and closed up to a day, how many are open on it, and of how many trainees."""
    rows = await tx.fetch(
        f"""
        with {MEMBERS}
        select s.kind, count(*)::int as opened, count(*) filter (where s.closed_on <= $3)::int as closed,
               count(*) filter (where s.closed_on is null or s.closed_on > $3)::int as open,
               count(distinct s.trainee_id)::int as trainees
        from signal s join members using (trainee_id)
        where s.opened_on <= $3 and ($4::date is null or s.closed_on is null or s.closed_on > $4)
        group by s.kind order by s.kind
        """,  # noqa: S608 - no input
        *of,
    )
    return [dict(row) for row in rows]


async def gaps(tx: Tx, of: Of) -> dict[str, Any]:
    """Coverage gaps ever opened up to a day: open on it, closed and why, and the plans that hold, by kind of place."""
    rows = await tx.fetch(
        f"""
        with {MEMBERS}
        select case when g.closed_on <= $3 then g.closed_because end as because, count(*)::int as gaps
        from coverage_gap g join members using (trainee_id) where g.opened_on <= $3 group by 1
        """,  # noqa: S608 - no input
        *of[:3],
    )
    plans = await tx.fetch(
        f"""
        with {MEMBERS}
        select g.place_kind, count(*)::int as plans
        from gap_plan g join members using (trainee_id)
        where g.replaced_at is null and g.chosen_at::date <= $3 group by 1 order by 1
        """,  # noqa: S608 - no input
        *of[:3],
    )
    closed = {row["because"]: row["gaps"] for row in rows if row["because"]}
    still = sum(row["gaps"] for row in rows if row["because"] is None)
    return {
        "opened": still + sum(closed.values()),
        "open": still,
        "closed": closed,
        "plans": {row["place_kind"]: row["plans"] for row in plans},
    }
