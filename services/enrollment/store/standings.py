"""Where mentors stand, and what their trainees say of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import date

from shared.db import Tx

from ..domain.mentor_standing import Feedback, Standing, State
from ..domain.mentors import Mentor
from .rows import columns, distinct

_FIELDS = tuple(Standing.__dataclass_fields__)


async def standings(tx: Tx, mentors: Iterable[str], *, lock: bool = False) -> dict[str, Standing]:
    """By mentor; ``lock`` holds them until commit."""
    query = f"select {', '.join(_FIELDS)} from mentor_standing where mentor_id = any($1) order by mentor_id"  # noqa: S608
    rows = await tx.fetch(query + (" for update" if lock else ""), distinct(mentors))
    return {row["mentor_id"]: Standing(**{**row, "state": State(row["state"])}) for row in rows}


async def keep(tx: Tx, standings: Sequence[Standing]) -> None:
    """One row for each mentor: the newest."""
    if not standings:
        return
    names = ", ".join(_FIELDS)
    updates = ", ".join(f"{name} = excluded.{name}" for name in _FIELDS[1:])
    await tx.execute(
        f"""
        insert into mentor_standing ({names})
        select {names} from jsonb_to_recordset($1) as t(mentor_id text, state text, by_import boolean, since date,
            nominated_on date, answered_on date, reason text, approved_on date, approved_by text, lapsed_on date,
            reminded_of date, another_by date)
        on conflict (mentor_id) do update set {updates}
        """,  # noqa: S608 - names of ours
        [
            {name: value.isoformat() if isinstance(value, date) else value for name, value in asdict(one).items()}
            for one in standings
        ],
    )


async def keep_imported(tx: Tx, mentors: Iterable[str]) -> None:
    """Entered with history: willing and approved. Who stands somewhere already stays there."""
    await tx.execute(
        """
        insert into mentor_standing (mentor_id, state, by_import) select key, 'approved', true
        from unnest($1::text[]) as key on conflict do nothing
        """,
        distinct(mentors),
    )


async def ended_courses(tx: Tx, today: date, limit: int) -> list[str]:
    """Approved mentors whose course was valid until before today."""
    rows = await tx.fetch(
        """
        select s.mentor_id from mentor m join mentor_standing s using (mentor_id)
        where m.course_valid_until < $1 and s.state = 'approved'
        order by s.mentor_id limit $2 for update of s skip locked
        """,
        today,
        limit,
    )
    return [row["mentor_id"] for row in rows]


async def ending_courses(tx: Tx, today: date, days: int, limit: int) -> list[Mentor]:
    """Approved mentors whose course ends within ``days``, who were not reminded of that yet."""
    rows = await tx.fetch(
        """
        select m.mentor_id, m.company_id, m.name, m.email, m.language, m.course_valid_until
        from mentor m join mentor_standing s using (mentor_id)
        where m.course_valid_until between $1 and $1::date + $2::int and s.state = 'approved'
          and s.reminded_of is distinct from m.course_valid_until
        order by m.mentor_id limit $3 for update of s skip locked
        """,
        today,
        days,
        limit,
    )
    return [Mentor(**row) for row in rows]


async def note_reminded(tx: Tx, mentors: Sequence[Mentor]) -> None:
    await tx.execute(
        """
        update mentor_standing s set reminded_of = given.until
        from unnest($1::text[], $2::date[]) as given(mentor_id, until) where s.mentor_id = given.mentor_id
        """,
        *columns(mentors, "mentor_id", "course_valid_until"),
    )


async def trainees_of(tx: Tx, mentors: Iterable[str]) -> list[str]:
    """Who is guided by one of these now."""
    rows = await tx.fetch(
        "select trainee_id from placement where mentor_id = any($1) and state <> 'ended' order by 1", distinct(mentors)
    )
    return [row["trainee_id"] for row in rows]


async def were_guided(tx: Tx, given: Sequence[Feedback]) -> set[tuple[str, str]]:
    """Which of these trainees have or had these mentors."""
    rows = await tx.fetch(
        """
        select distinct p.trainee_id, p.mentor_id
        from unnest($1::text[], $2::text[]) as given(trainee_id, mentor_id)
        join placement p using (trainee_id, mentor_id)
        """,
        *columns(given, "trainee_id", "mentor_id"),
    )
    return {(row["trainee_id"], row["mentor_id"]) for row in rows}


async def feedback(tx: Tx, keys: Iterable[str]) -> dict[str, Feedback]:
    rows = await tx.fetch(
        "select feedback_id, trainee_id, mentor_id, given_on, mark from mentor_feedback where feedback_id = any($1)",
        distinct(keys),
    )
    return {row["feedback_id"]: Feedback(**row) for row in rows}


async def keep_feedback(tx: Tx, given: Sequence[Feedback]) -> None:
    await tx.execute(
        """
        insert into mentor_feedback (feedback_id, trainee_id, mentor_id, given_on, mark)
        select * from unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::int[])
        on conflict (feedback_id) do update set trainee_id = excluded.trainee_id, mentor_id = excluded.mentor_id,
            given_on = excluded.given_on, mark = excluded.mark
        """,
        *columns(given, "feedback_id", "trainee_id", "mentor_id", "given_on", "mark"),
    )


async def marks(tx: Tx, mentor_id: str) -> list[int]:
    """The newest mark of each trainee."""
    rows = await tx.fetch(
        """
        select distinct on (trainee_id) mark from mentor_feedback where mentor_id = $1
        order by trainee_id, given_on desc, feedback_id desc
        """,
        mentor_id,
    )
    return [row["mark"] for row in rows]


def by_company(mentors: Mapping[str, Sequence[Mentor]], unusable: set[str]) -> dict[str, list[Mentor]]:
    """Without those to whom no trainee may be given."""
    return {key: [one for one in some if one.mentor_id not in unusable] for key, some in mentors.items()}
