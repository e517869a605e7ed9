"""What was given, as it was given: by the names of the columns, in the order of the keys."""

from typing import Any

from shared.db import Tx

LISTS = {
    "companies": "select * from company where company_id > $1 order by company_id limit $2",
    "mentors": """
        select mentor_id, company_id, name, email, language, course_valid_until, max_trainees,
               hours_per_week::float8 as hours_per_week
        from mentor where mentor_id > $1 order by mentor_id limit $2""",
    "schools": "select * from school where school_id > $1 order by school_id limit $2",
    "instructors": "select * from instructor where instructor_id > $1 order by instructor_id limit $2",
    "trainees": """
        select t.trainee_id, t.name, t.birth_date, t.email, t.language, nullif(t.guardian_email, '') as guardian_email,
               e.programme, e.school_id, e.company_id, e.mentor_id, e.instructor_id, e.starts_on, e.planned_end,
               e.channel, e.state, e.scheme, e.scheme_version
        from trainee t join enrolment e using (trainee_id)
        where t.trainee_id > $1 order by t.trainee_id limit $2""",
    "logbook": """
        select entry_id, trainee_id, week, place, target, level, hours::float8 as hours, mentor_minutes
        from logbook_entry where entry_id > $1 order by entry_id limit $2""",
    "complaints": """
        select complaint_id, trainee_id, received_on, category, confidential, text
        from complaint where complaint_id > $1 order by complaint_id limit $2""",
    "visits": "select * from held_visit where visit_id > $1 order by visit_id limit $2",
    "planned-visits": """
        select visit_id, place_kind, place_id, due_on, reason, state, told_on, held_as
        from planned_visit where visit_id > $1 order by visit_id limit $2""",
}


async def some(tx: Tx, kind: str, after: str, limit: int) -> list[dict[str, Any]]:
    return [dict(row) for row in await tx.fetch(LISTS[kind], after, limit)]


async def one(tx: Tx, kind: str, key_name: str, key: str) -> dict[str, Any] | None:
    """One thing by its key. ``key_name`` is a name of ours, never input."""
    head, _, _ = LISTS[kind].rpartition(" where ")
    prefix = "t." if kind == "trainees" else ""
    row = await tx.fetchrow(f"{head} where {prefix}{key_name} = $1", key)
    return None if row is None else dict(row)


# Each branch stops at the limit by its own index, so a page costs the same at any number of people.
_PEOPLE = """
    select kind || '/' || id as ref, id, kind, name, email, language from (
        (select 'company' as kind, company_id as id, contact_name as name, contact_email as email, 'nl' as language
         from company where ('company', company_id) > ($1, $2) order by company_id limit $3)
        union all
        (select 'guardian', trainee_id, null, guardian_email, language
         from trainee where guardian_email <> '' and ('guardian', trainee_id) > ($1, $2) order by trainee_id limit $3)
        union all
        (select 'instructor', instructor_id, name, email, language
         from instructor where ('instructor', instructor_id) > ($1, $2) order by instructor_id limit $3)
        union all
        (select 'mentor', mentor_id, name, email, language
         from mentor where ('mentor', mentor_id) > ($1, $2) order by mentor_id limit $3)
        union all
        (select 'trainee', trainee_id, name, email, language
         from trainee where ('trainee', trainee_id) > ($1, $2) order by trainee_id limit $3)
    ) people order by kind, id limit $3
"""


async def people(tx: Tx, after: str, limit: int) -> list[dict[str, Any]]:
    """Everybody who can be told something. ``after`` is a reference, ``kind/id``; ``id`` is the client's own key."""
    kind, _, key = after.partition("/")
    return [dict(row) for row in await tx.fetch(_PEOPLE, kind, key, limit)]


async def schedule(tx: Tx) -> dict[str, Any]:
    row = await tx.fetchrow("select ran_until, ran_at from schedule_run")
    return {"ran_until": None, "ran_at": None} if row is None else dict(row)
