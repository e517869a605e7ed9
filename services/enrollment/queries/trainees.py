"""Rows for the list of trainees and for a trainee's file."""

import re
from typing import Any

from shared.db import Tx

_LIST = """
    select t.trainee_id, t.name, e.state, e.programme, e.starts_on, e.planned_end, e.company_id, c.name as company,
           s.name as school
    from trainee t
    join enrolment e using (trainee_id)
    join company c using (company_id)
    join school s on s.school_id = e.school_id
"""


async def found(tx: Tx, *, words: str, after: str, limit: int) -> list[dict[str, Any]]:
    """Trainees in the order of their keys, whose name or key has words that begin like these."""
    beginnings = " & ".join(f"{word}:*" for word in re.findall(r"\w+", words)[:8])
    if beginnings:
        # Found first, joined afterwards: the planner would else walk all trainees in order and look for the words.
        rows = await tx.fetch(
            f"""
            with hits as materialized (
                select trainee_id from trainee where words @@ to_tsquery('simple', $1) and trainee_id > $2
                order by trainee_id limit $3
            )
            {_LIST} join hits using (trainee_id) order by t.trainee_id
            """,  # noqa: S608 - no input
            beginnings,
            after,
            limit,
        )
    else:
        rows = await tx.fetch(_LIST + " where t.trainee_id > $1 order by t.trainee_id limit $2", after, limit)
    return [dict(row) for row in rows]


async def at_company(tx: Tx, company_id: str) -> list[dict[str, Any]]:
    rows = await tx.fetch(
        _LIST + " where e.company_id = $1 order by e.starts_on desc, t.trainee_id limit 200", company_id
    )
    return [dict(row) for row in rows]


async def file(tx: Tx, trainee_id: str) -> dict[str, Any] | None:
    """Who it is, where the enrolment stands and who guides."""
    row = await tx.fetchrow(
        """
        select t.trainee_id, t.name, t.birth_date, t.email, t.language, t.guardian_email, e.state, e.scheme,
               e.scheme_version, e.programme, e.starts_on, e.planned_end, e.ended_on, e.minor, e.channel,
               e.company_id, c.name as company, e.school_id, s.name as school, e.mentor_id, m.name as mentor,
               m.course_valid_until, i.name as instructor,
               (select count(*) from complaint where complaint.trainee_id = t.trainee_id) as complaints,
               (select coalesce(sum(hours), 0)::float8 from logbook_entry l where l.trainee_id = t.trainee_id) as hours,
               (select count(*) from logbook_entry l where l.trainee_id = t.trainee_id) as entries
        from trainee t join enrolment e using (trainee_id) join company c using (company_id)
        join school s on s.school_id = e.school_id join mentor m on m.mentor_id = e.mentor_id
        join instructor i on i.instructor_id = e.instructor_id
        where t.trainee_id = $1
        """,
        trainee_id,
    )
    return None if row is None else dict(row)


async def visits_of(tx: Tx, trainee_id: str) -> list[dict[str, Any]]:
    """Open visits to the two places where the trainee learns."""
    rows = await tx.fetch(
        """
        select v.visit_id, v.place_kind, v.place_id, v.due_on, v.state, v.reason, coalesce(c.name, s.name) as place
        from enrolment e
        join planned_visit v on v.state in ('planned', 'due', 'overdue')
             and ((v.place_kind, v.place_id) = ('company', e.company_id)
                  or (v.place_kind, v.place_id) = ('school', e.school_id))
        left join company c on v.place_kind = 'company' and c.company_id = v.place_id
        left join school s on v.place_kind = 'school' and s.school_id = v.place_id
        where e.trainee_id = $1 order by v.due_on
        """,
        trainee_id,
    )
    return [dict(row) for row in rows]
