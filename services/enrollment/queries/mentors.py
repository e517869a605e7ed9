"""Rows of mentors: where they stand, whom they guide, what they are asked."""

from datetime import date, timedelta
from typing import Any

from shared.db import Tx

_STANDING = """
    select m.mentor_id, m.company_id, coalesce(s.state, 'approved') as state, coalesce(s.by_import, true) as by_import,
           s.since, s.nominated_on, s.answered_on, s.approved_on, s.lapsed_on, s.another_by, m.course_valid_until,
           (select count(*) from placement p where p.mentor_id = m.mentor_id and p.state <> 'ended')::int as trainees,
           m.max_trainees
    from mentor m left join mentor_standing s using (mentor_id)
"""


async def standings(tx: Tx, after: str, limit: int) -> list[dict[str, Any]]:
    rows = await tx.fetch(f"{_STANDING} where m.mentor_id > $1 order by m.mentor_id limit $2", after, limit)
    return [dict(row) for row in rows]


async def standing(tx: Tx, mentor_id: str) -> dict[str, Any] | None:
    row = await tx.fetchrow(f"{_STANDING} where m.mentor_id = $1", mentor_id)
    return None if row is None else dict(row)


async def waiting(tx: Tx) -> list[dict[str, Any]]:
    """Mentors of whom somebody has to do something: not answered, not approved, declined or lapsed with a clock."""
    rows = await tx.fetch(
        """
        select m.mentor_id, m.name, m.company_id, c.name as company, s.state, s.since, s.another_by,
               (select count(*)::int from placement p
                where p.mentor_id = m.mentor_id and p.state <> 'ended') as trainees
        from mentor_standing s join mentor m using (mentor_id) join company c using (company_id)
        where s.state <> 'approved' order by s.another_by nulls last, s.since, m.mentor_id limit 200
        """
    )
    return [dict(row) for row in rows]


async def page(tx: Tx, mentor_id: str) -> dict[str, Any] | None:
    """All that the office sees of one mentor."""
    row = await tx.fetchrow(
        """
        select m.mentor_id, m.name, m.email, m.language, m.company_id, c.name as company, m.course_valid_until,
               m.max_trainees, m.hours_per_week::float8 as hours_per_week, coalesce(s.state, 'approved') as state,
               coalesce(s.by_import, true) as by_import, s.since, s.nominated_on, s.answered_on,
               coalesce(s.reason, '') as reason, s.approved_on, s.lapsed_on, s.another_by
        from mentor m join company c using (company_id) left join mentor_standing s using (mentor_id)
        where m.mentor_id = $1
        """,
        mentor_id,
    )
    return None if row is None else dict(row)


async def guided(tx: Tx, mentor_id: str) -> list[dict[str, Any]]:
    """Whom the mentor guides now."""
    rows = await tx.fetch(
        """
        select t.trainee_id, t.name, e.state, p.starts_on, p.ends_on
        from placement p join trainee t using (trainee_id) join enrolment e using (trainee_id)
        where p.mentor_id = $1 and p.state <> 'ended' order by t.trainee_id limit 200
        """,
        mentor_id,
    )
    return [dict(row) for row in rows]


async def minutes(tx: Tx, mentor_id: str, today: date) -> float:
    """Minutes of guidance in the last four weeks that are over, by the logbooks of those guided now."""
    monday = today - timedelta(days=today.weekday())
    return float(
        await tx.fetchval(
            """
            select coalesce(sum(l.mentor_minutes), 0)
            from placement p join logbook_entry l using (trainee_id)
            where p.mentor_id = $1 and p.state <> 'ended' and l.monday >= $2::date - 28 and l.monday < $2
            """,
            mentor_id,
            monday,
        )
    )
