"""What is watched of each training: its weeks, its targets, its mentor; and when to look again."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from shared.db import Tx

from ..domain.logbook import Entry
from ..domain.watching import Firsts, Week
from .rows import distinct


@dataclass(frozen=True, slots=True)
class Training:
    """One trainee's training as it stands, with the mentor of now."""

    trainee_id: str
    state: str
    scheme: str
    scheme_version: str
    programme: str
    starts_on: date
    school_id: str
    company_id: str
    mentor_id: str
    mentor_state: str
    mentor_since: date | None
    another_by: date | None
    mentor_trainees: int
    max_trainees: int | None
    attended_until: date | None
    """Until when attendance was told."""


_TRAINING = """
    select e.trainee_id, e.state, e.scheme, e.scheme_version, e.programme, e.starts_on, e.school_id, e.company_id,
           e.mentor_id, coalesce(s.state, 'approved') as mentor_state, s.since as mentor_since, s.another_by,
           (select count(*)::int from placement p where p.mentor_id = e.mentor_id and p.state = 'active')
               as mentor_trainees,
           m.max_trainees, w.attended_until
    from enrolment e join training_watch w using (trainee_id) join mentor m on m.mentor_id = e.mentor_id
    left join mentor_standing s on s.mentor_id = e.mentor_id
"""


async def trainings(tx: Tx, trainees: Iterable[str]) -> list[Training]:
    """Held until commit, so that two looks at the same trainee follow each other."""
    keys = distinct(trainees)
    query = f"{_TRAINING} where w.trainee_id = any($1) order by w.trainee_id for update of w"
    return [Training(**row) for row in await tx.fetch(query, keys)]


async def training(tx: Tx, trainee_id: str) -> Training | None:
    """To be looked at only."""
    row = await tx.fetchrow(f"{_TRAINING} where e.trainee_id = $1", trainee_id)
    return Training(**row) if row else None


async def weeks(tx: Tx, some: Collection[Training]) -> dict[str, list[Week]]:
    """By trainee: all that was written down, week by week, in order."""
    rows = await tx.fetch(
        """
        with logged as (
            select trainee_id, monday,
                   coalesce(sum(hours) filter (where place = 'company'), 0)::float8 as company_hours,
                   coalesce(sum(hours) filter (where place = 'company' and level = 'simple'), 0)::float8
                       as simple_hours,
                   coalesce(sum(hours) filter (where place = 'school'), 0)::float8 as school_hours,
                   sum(mentor_minutes)::int as minutes
            from logbook_entry where trainee_id = any($1) group by 1, 2
        ), talked as (
            select trainee_id, monday, sum(minutes)::int as minutes
            from contact_moment where trainee_id = any($1) group by 1, 2
        ), said as (
            select trainee_id, monday, count(*) filter (where present = 'yes')::int as present,
                   count(*) filter (where present = 'no')::int as absent,
                   count(*) filter (where present = 'excused')::int as excused
            from attendance_entry where trainee_id = any($1) group by 1, 2
        )
        select trainee_id, monday, coalesce(company_hours, 0) as company_hours,
               coalesce(simple_hours, 0) as simple_hours, coalesce(school_hours, 0) as school_hours,
               coalesce(logged.minutes, 0) + coalesce(talked.minutes, 0) as minutes,
               coalesce(present, 0) as present, coalesce(absent, 0) as absent, coalesce(excused, 0) as excused
        from logged full join talked using (trainee_id, monday) full join said using (trainee_id, monday)
        order by trainee_id, monday
        """,
        [one.trainee_id for one in some],
    )
    schools = {one.trainee_id: one.school_id for one in some}
    alone = {(schools[row["trainee_id"]], row["monday"]) for row in rows if not row["school_hours"]}
    taught = await _taught(tx, alone) if alone else set()
    found: dict[str, list[Week]] = {one.trainee_id: [] for one in some}
    for row in rows:
        others = not row["school_hours"] and (schools[row["trainee_id"]], row["monday"]) in taught
        given = {name: row[name] for name in row.keys() if name != "trainee_id"}  # noqa: SIM118 - a record, no dict
        found[row["trainee_id"]].append(Week(**given, school_taught=others))
    return found


async def _taught(tx: Tx, weeks: Collection[tuple[str, date]]) -> set[tuple[str, date]]:
    """In which of these weeks these schools taught anybody."""
    rows = await tx.fetch(
        """
        select asked.school_id, asked.monday
        from unnest($1::text[], $2::date[]) as asked(school_id, monday)
        where exists (
            select from logbook_entry l join enrolment e using (trainee_id)
            where l.monday = asked.monday and l.place = 'school' and l.hours > 0 and e.school_id = asked.school_id
        )
        """,
        [school for school, _ in weeks],
        [monday for _, monday in weeks],
    )
    return {(row["school_id"], row["monday"]) for row in rows}


async def classmates(tx: Tx, entries: Sequence[Entry]) -> set[str]:
    """Who worked in the company and wrote no school hours in a week of which only these entries say that school taught.

    Where others say so too, nothing is new about that week for anybody but their own trainees.
    """
    taught = [entry for entry in entries if entry.place == "school" and entry.hours > 0]
    if not taught:
        return set()
    rows = await tx.fetch(
        """
        with taught as (
            select distinct e.school_id, given.monday
            from unnest($1::text[], $2::date[]) as given(trainee_id, monday) join enrolment e using (trainee_id)
        ), news as (
            select school_id, monday from taught
            except
            select t.school_id, t.monday
            from taught t join logbook_entry l using (monday)
            join enrolment e on e.trainee_id = l.trainee_id and e.school_id = t.school_id
            left join unnest($3::text[]) as own(entry_id) using (entry_id)
            where l.place = 'school' and l.hours > 0 and own.entry_id is null
        )
        select distinct e.trainee_id
        from news join logbook_entry l using (monday)
        join enrolment e on e.trainee_id = l.trainee_id and e.school_id = news.school_id
        where l.place = 'company' and not exists (
            select from logbook_entry s
            where s.trainee_id = l.trainee_id and s.monday = l.monday and s.place = 'school'
        )
        """,
        [entry.trainee_id for entry in taught],
        [entry.monday for entry in taught],
        [entry.entry_id for entry in taught],
    )
    return {row["trainee_id"] for row in rows}


async def note_firsts(tx: Tx, trainees: Iterable[str]) -> None:
    """Works out anew when each target was first taught and practised."""
    keys = distinct(trainees)
    await tx.execute(
        """
        with found as (
            select trainee_id, target, min(monday) filter (where place = 'school') as taught_on,
                   min(monday) filter (where place = 'school' and level <> 'simple') as school_on,
                   min(monday) filter (where place = 'company') as company_on
            from logbook_entry where trainee_id = any($1) group by 1, 2
        ), gone as (
            delete from target_first t where trainee_id = any($1)
              and not exists (select from found f where (f.trainee_id, f.target) = (t.trainee_id, t.target))
        )
        insert into target_first as known (trainee_id, target, taught_on, school_on, company_on)
        select * from found order by trainee_id, target
        on conflict (trainee_id, target) do update set
            taught_on = excluded.taught_on, school_on = excluded.school_on, company_on = excluded.company_on
        where (known.taught_on, known.school_on, known.company_on)
              is distinct from (excluded.taught_on, excluded.school_on, excluded.company_on)
        """,
        keys,
    )


async def firsts(tx: Tx, trainees: Iterable[str]) -> dict[str, list[Firsts]]:
    """By trainee, in the order of the targets."""
    rows = await tx.fetch(
        """
        select trainee_id, target, taught_on, school_on, company_on from target_first where trainee_id = any($1)
        order by 1, 2
        """,
        distinct(trainees),
    )
    found: dict[str, list[Firsts]] = {}
    for row in rows:
        found.setdefault(row["trainee_id"], []).append(
            Firsts(row["target"], row["taught_on"], row["school_on"], row["company_on"])
        )
    return found


async def look_again(tx: Tx, days: Mapping[str, date | None], attended: Mapping[str, date]) -> None:
    """When to look at each trainee again (None: only when something is written), and what was told of attendance."""
    await tx.execute(
        """
        update training_watch w
        set next_on = given.next_on, attended_until = coalesce(given.attended_until, w.attended_until)
        from unnest($1::text[], $2::date[], $3::date[]) as given(trainee_id, next_on, attended_until)
        where w.trainee_id = given.trainee_id
        """,
        list(days),
        list(days.values()),
        [attended.get(key) for key in days],
    )


async def due(tx: Tx, today: date, limit: int) -> list[str]:
    """Trainees to look at today; two schedulers at once share them out."""
    rows = await tx.fetch(
        """
        select trainee_id from training_watch where next_on <= $1 order by trainee_id limit $2
        for update skip locked
        """,
        today,
        limit,
    )
    return [row["trainee_id"] for row in rows]


async def look_soon(tx: Tx, trainees: Iterable[str]) -> None:
    """Something else than an entry changed: the clock looks at them in its next round."""
    keys = distinct(trainees)
    if not keys:
        return
    await tx.execute(
        """
        insert into training_watch (trainee_id, next_on)
        select trainee_id, '0001-01-01' from enrolment where trainee_id = any($1) order by trainee_id
        on conflict (trainee_id) do update set next_on = excluded.next_on
        """,
        keys,
    )


async def look_soon_under(tx: Tx, scheme: str, version: str) -> None:
    """The norms of a version of a scheme are others than before."""
    await tx.execute(
        """
        update training_watch w set next_on = '0001-01-01' from enrolment e
        where e.trainee_id = w.trainee_id and (e.scheme, e.scheme_version) = ($1, $2) and e.state = 'active'
        """,
        scheme,
        version,
    )
