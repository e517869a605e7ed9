"""Contact moments, attendance by the school, and signatures."""

from collections.abc import Iterable, Sequence
from datetime import date

from shared.db import Tx

from ..domain.guidance import Around, AttendanceEntry, ContactMoment, Role, SignOff
from .rows import columns, distinct


async def around(tx: Tx, trainee_id: str, people: Iterable[tuple[Role, str]]) -> tuple[Around, str, str] | None:
    """Where a trainee learns, the scheme and the mentor of now; ``people`` are those of whom the place is asked."""
    row = await tx.fetchrow(
        """
        select e.company_id, e.school_id, e.scheme, e.mentor_id,
               coalesce(c.content -> 'programmes' -> e.programme -> 'targets', '[]') as targets
        from enrolment e left join scheme_curriculum c on (c.scheme, c.version) = (e.scheme, e.scheme_version)
        where e.trainee_id = $1
        """,
        trainee_id,
    )
    if row is None:
        return None
    asked = list(people)
    found = await tx.fetch(
        """
        select 'mentor/' || mentor_id as ref, company_id as place from mentor where mentor_id = any($1)
        union all select 'instructor/' || instructor_id, school_id from instructor where instructor_id = any($2)
        """,
        distinct(key for role, key in asked if role == "mentor"),
        distinct(key for role, key in asked if role == "instructor"),
    )
    known = Around(row["company_id"], row["school_id"], tuple(row["targets"]), {r["ref"]: r["place"] for r in found})
    return known, row["scheme"], row["mentor_id"]


async def moment(tx: Tx, key: str) -> ContactMoment | None:
    row = await tx.fetchrow(
        "select moment_id, trainee_id, mentor_id, held_on, minutes from contact_moment where moment_id = $1", key
    )
    return ContactMoment(**row) if row else None


async def keep_moment(tx: Tx, one: ContactMoment) -> None:
    await tx.execute(
        """
        insert into contact_moment (moment_id, trainee_id, mentor_id, held_on, monday, minutes)
        values ($1, $2, $3, $4, $5, $6)
        on conflict (moment_id) do update set trainee_id = excluded.trainee_id, mentor_id = excluded.mentor_id,
            held_on = excluded.held_on, monday = excluded.monday, minutes = excluded.minutes
        """,
        one.moment_id,
        one.trainee_id,
        one.mentor_id,
        one.held_on,
        one.monday,
        one.minutes,
    )


async def attendance(tx: Tx, given: Sequence[AttendanceEntry]) -> dict[str, AttendanceEntry]:
    """What was said of these days before."""
    rows = await tx.fetch(
        """
        select trainee_id, day, present
        from attendance_entry join unnest($1::text[], $2::date[]) as asked(trainee_id, day) using (trainee_id, day)
        """,
        *columns(given, "trainee_id", "day"),
    )
    found = [AttendanceEntry(**row) for row in rows]
    return {one.id: one for one in found}


async def keep_attendance(tx: Tx, given: Sequence[AttendanceEntry]) -> None:
    """The newest word on a day counts."""
    await tx.execute(
        """
        insert into attendance_entry (trainee_id, day, monday, present)
        select * from unnest($1::text[], $2::date[], $3::date[], $4::text[])
        on conflict (trainee_id, day) do update set present = excluded.present
        """,
        *columns(given, "trainee_id", "day", "monday", "present"),
    )


async def signatures(tx: Tx, trainee_id: str, target: str) -> dict[Role, SignOff]:
    """Of one target, held until commit by the trainee's row: of two who sign at once, the second completes."""
    await tx.execute("select from enrolment where trainee_id = $1 for no key update", trainee_id)
    rows = await tx.fetch(
        """
        select trainee_id, target, role, person_id, signed_on from sign_off
        where trainee_id = $1 and target = $2
        """,
        trainee_id,
        target,
    )
    return {row["role"]: SignOff(**row) for row in rows}


async def keep_signature(tx: Tx, one: SignOff) -> None:
    await tx.execute(
        "insert into sign_off (trainee_id, target, role, person_id, signed_on) values ($1, $2, $3, $4, $5)",
        one.trainee_id,
        one.target,
        one.role,
        one.person_id,
        one.signed_on,
    )


async def signed(tx: Tx, trainee_id: str) -> dict[str, dict[str, date]]:
    """By target: who signed, and when."""
    rows = await tx.fetch("select target, role, signed_on from sign_off where trainee_id = $1", trainee_id)
    found: dict[str, dict[str, date]] = {}
    for row in rows:
        found.setdefault(row["target"], {})[row["role"]] = row["signed_on"]
    return found
