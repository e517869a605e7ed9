"""Rows of reviews and actions, for lists and pages."""

from collections.abc import Iterable
from typing import Any

from shared.db import Tx


async def planned_reviews(tx: Tx, after: str, limit: int) -> list[dict[str, Any]]:
    rows = await tx.fetch(
        """
        select review_id, trainee_id, due_on, state, told_on, held_as
        from planned_review where review_id > $1 order by review_id limit $2
        """,
        after,
        limit,
    )
    return [dict(row) for row in rows]


_RECORD = """
    select record_id as review_id, trainee_id, instructor_id, mentor_id, held_on, topics, agreements,
           instructor_confirmed_on, mentor_confirmed_on, recorded_by
    from review_record
"""


async def records(tx: Tx, after: str, limit: int) -> list[dict[str, Any]]:
    rows = await tx.fetch(_RECORD + " where record_id > $1 order by record_id limit $2", after, limit)
    return [dict(row) for row in rows]


async def record(tx: Tx, key: str) -> dict[str, Any] | None:
    """A review that was held, with its actions."""
    row = await tx.fetchrow(_RECORD + " where record_id = $1", key)
    return None if row is None else {**row, "actions": await actions_from(tx, "review", key)}


_ACTION = """
    select action_id, origin, origin_id, owner, trainee_id, place_kind, place_id, text, assigned_on, due_on, state,
           done_on, done_by
    from action_point
"""


async def actions(tx: Tx, after: str, limit: int) -> list[dict[str, Any]]:
    rows = await tx.fetch(_ACTION + " where action_id > $1 order by action_id limit $2", after, limit)
    return [dict(row) for row in rows]


async def action(tx: Tx, key: str) -> dict[str, Any] | None:
    row = await tx.fetchrow(_ACTION + " where action_id = $1", key)
    return None if row is None else dict(row)


async def actions_from(tx: Tx, origin: str, origin_id: str) -> list[dict[str, Any]]:
    rows = await tx.fetch(
        _ACTION + " where (origin, origin_id) = ($1, $2) order by due_on, action_id", origin, origin_id
    )
    return [dict(row) for row in rows]


async def open_reviews(tx: Tx, *, limit: int = 300) -> list[dict[str, Any]]:
    """Reviews that were told and not held, the earliest due first, with who would hold them."""
    rows = await tx.fetch(
        """
        select r.review_id, r.trainee_id, t.name, r.due_on, r.state, i.name as instructor, m.name as mentor,
               c.name as company
        from planned_review r join trainee t using (trainee_id) join enrolment e using (trainee_id)
        join instructor i on i.instructor_id = e.instructor_id join mentor m on m.mentor_id = e.mentor_id
        join company c on c.company_id = e.company_id
        where r.state in ('due', 'overdue', 'escalated') order by r.due_on, r.review_id limit $1
        """,
        limit,
    )
    return [dict(row) for row in rows]


async def review_counts(tx: Tx) -> dict[str, int]:
    rows = await tx.fetch("select state, count(*)::int as reviews from planned_review group by state")
    return {row["state"]: row["reviews"] for row in rows}


async def held_reviews(tx: Tx, *, trainee_id: str = "", limit: int = 50) -> list[dict[str, Any]]:
    """The last reviews held, of all trainees or of one."""
    rows = await tx.fetch(
        """
        select r.record_id, r.trainee_id, t.name, r.held_on, r.topics, r.agreements, r.instructor_confirmed_on,
               r.mentor_confirmed_on, i.name as instructor, m.name as mentor
        from review_record r join trainee t using (trainee_id) join instructor i using (instructor_id)
        join mentor m on m.mentor_id = r.mentor_id
        where $1 = '' or r.trainee_id = $1 order by r.held_on desc, r.record_id desc limit $2
        """,
        trainee_id,
        limit,
    )
    return [dict(row) for row in rows]


async def review_of(tx: Tx, trainee_id: str) -> dict[str, Any] | None:
    """The open review of a trainee."""
    row = await tx.fetchrow(
        """
        select review_id, due_on, state from planned_review
        where trainee_id = $1 and state in ('planned', 'due', 'overdue', 'escalated')
        """,
        trainee_id,
    )
    return None if row is None else dict(row)


async def guides_of(tx: Tx, trainee_id: str) -> dict[str, Any] | None:
    """A trainee with instructor and mentor, for a form about them."""
    row = await tx.fetchrow(
        """
        select t.trainee_id, t.name, t.guardian_email <> '' as has_guardian, e.instructor_id, i.name as instructor,
               e.mentor_id, m.name as mentor, e.company_id, c.name as company
        from enrolment e join trainee t using (trainee_id) join instructor i using (instructor_id)
        join mentor m on m.mentor_id = e.mentor_id join company c on c.company_id = e.company_id
        where e.trainee_id = $1
        """,
        trainee_id,
    )
    return None if row is None else dict(row)


async def open_actions(
    tx: Tx, *, trainee_id: str = "", place: tuple[str, str] | None = None, limit: int = 300
) -> list[dict[str, Any]]:
    """Actions that are not done, the earliest due first: all, of one trainee, or of a place and who learns there."""
    kind, key = place or ("", "")
    rows = await tx.fetch(
        f"""
        {_ACTION} as a
        where a.state <> 'done' and ($1 = '' or a.trainee_id = $1)
          and ($2 = '' or (a.place_kind, a.place_id) = ($2, $3) or a.trainee_id in (
               select trainee_id from enrolment e where e.state in ('enrolled', 'active', 'paused')
               and ((e.company_id = $3 and $2 = 'company') or (e.school_id = $3 and $2 = 'school'))))
        order by a.due_on, a.action_id limit $4
        """,  # noqa: S608 - no input
        trainee_id,
        kind,
        key,
        limit,
    )
    return [dict(row) for row in rows]


async def person_names(tx: Tx, refs: Iterable[str]) -> dict[str, str]:
    """Names of people and places, by ``kind/id``."""
    keys: dict[str, list[str]] = {}
    for ref in set(refs):
        kind, _, key = ref.partition("/")
        keys.setdefault(kind, []).append(key)
    rows = await tx.fetch(
        """
        select 'trainee/' || trainee_id as ref, name from trainee where trainee_id = any($1)
        union all select 'mentor/' || mentor_id, name from mentor where mentor_id = any($2)
        union all select 'instructor/' || instructor_id, name from instructor where instructor_id = any($3)
        union all select 'company/' || company_id, name from company where company_id = any($4)
        union all select 'school/' || school_id, name from school where school_id = any($5)
        union all select 'office/' || role, name from office_contact where 'office/' || role = any($6)
        """,
        *(keys.get(kind, []) for kind in ("trainee", "mentor", "instructor", "company", "school")),
        [f"office/{key}" for key in keys.get("office", [])],
    )
    return {row["ref"]: row["name"] for row in rows}


async def of_trainee(tx: Tx, trainee_id: str) -> dict[str, Any]:
    """The reviews and open actions of a trainee, as the file shows them."""
    actions = await open_actions(tx, trainee_id=trainee_id)
    return {
        "review": await review_of(tx, trainee_id),
        "held": await held_reviews(tx, trainee_id=trainee_id, limit=10),
        "actions": actions,
        "names": await person_names(tx, [f"trainee/{trainee_id}", *(row["owner"] for row in actions)]),
    }
