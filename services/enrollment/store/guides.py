"""Mentors and instructors: who guides a trainee, and how many a mentor guides when."""

from collections.abc import Iterable, Sequence
from datetime import date

from shared.db import Tx

from ..domain.mentors import Instructor, Load, Mentor, Period
from .rows import columns, distinct

_MENTOR = """mentor_id, company_id, name, email, language, course_valid_until, max_trainees,
             hours_per_week::float8 as hours_per_week"""


async def mentors(tx: Tx, keys: Iterable[str]) -> dict[str, Mentor]:
    rows = await tx.fetch(f"select {_MENTOR} from mentor where mentor_id = any($1)", distinct(keys))  # noqa: S608 - no input
    return {row["mentor_id"]: Mentor(**row) for row in rows}


async def lock_mentors_of(tx: Tx, companies: Iterable[str]) -> dict[str, list[Mentor]]:
    """The mentors of each company, held until commit: two enrolments at once cannot both take the last place."""
    found: dict[str, list[Mentor]] = {}
    query = f"select {_MENTOR} from mentor where company_id = any($1) order by mentor_id for update"  # noqa: S608 - no input
    for row in await tx.fetch(query, distinct(companies)):
        found.setdefault(row["company_id"], []).append(Mentor(**row))
    return found


async def mentors_of(tx: Tx, companies: Iterable[str]) -> dict[str, list[Mentor]]:
    """The mentors of each company, to be looked at only."""
    found: dict[str, list[Mentor]] = {}
    query = f"select {_MENTOR} from mentor where company_id = any($1) order by mentor_id"  # noqa: S608 - no input
    for row in await tx.fetch(query, distinct(companies)):
        found.setdefault(row["company_id"], []).append(Mentor(**row))
    return found


async def instructors(tx: Tx, keys: Iterable[str]) -> dict[str, Instructor]:
    rows = await tx.fetch("select * from instructor where instructor_id = any($1)", distinct(keys))
    return {row["instructor_id"]: Instructor(**row) for row in rows}


async def load(tx: Tx, mentor_ids: Iterable[str], since: date, *, without: Iterable[str] = ()) -> Load:
    """Who guides how many from a day on; the trainees ``without`` are about to be counted anew."""
    known = Load()
    rows = await tx.fetch(
        """
        select mentor_id, starts_on, ends_on, count(*)::int as trainees
        from placement where mentor_id = any($1) and ends_on >= $2 and trainee_id <> all($3) group by 1, 2, 3
        """,
        distinct(mentor_ids),
        since,
        distinct(without),
    )
    for row in rows:
        known.take(row["mentor_id"], Period(row["starts_on"], row["ends_on"]), row["trainees"])
    return known


async def keep_mentors(tx: Tx, mentors: Sequence[Mentor]) -> None:
    await tx.execute(
        """
        insert into mentor (mentor_id, company_id, name, email, language, course_valid_until, max_trainees,
                            hours_per_week)
        select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::date[], $7::int[],
                             $8::float8[])
        on conflict (mentor_id) do update set
            company_id = excluded.company_id, name = excluded.name, email = excluded.email,
            language = excluded.language, course_valid_until = excluded.course_valid_until,
            max_trainees = excluded.max_trainees, hours_per_week = excluded.hours_per_week
        """,
        *columns(mentors, "mentor_id", "company_id", "name", "email", "language", "course_valid_until"),
        *columns(mentors, "max_trainees", "hours_per_week"),
    )


async def keep_instructors(tx: Tx, instructors: Sequence[Instructor]) -> None:
    await tx.execute(
        """
        insert into instructor (instructor_id, school_id, name, email, language)
        select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[])
        on conflict (instructor_id) do update set
            school_id = excluded.school_id, name = excluded.name, email = excluded.email, language = excluded.language
        """,
        *columns(instructors, "instructor_id", "school_id", "name", "email", "language"),
    )
