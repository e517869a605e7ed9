"""Programme reviews that are planned, due or late, and the records of those that were held."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from shared.db import Tx

from ..domain.reviews import Party, Record, Review, State
from .rows import columns, distinct


@dataclass(frozen=True, slots=True)
class Training:
    """What decides when a trainee's programme is gone through next. ``begin`` as ``domain.reviews.plan`` wants it."""

    trainee_id: str
    instructor_id: str
    mentor_id: str
    scheme: str
    first: date
    last: date
    running: bool
    weeks: int | None
    begin: date
    held_on: date | None
    told_due: date | None
    open: Review | None


async def lock(tx: Tx, trainees: Iterable[str]) -> None:
    """One at a time decides about the reviews of a trainee."""
    await tx.fetch(
        "select trainee_id from enrolment where trainee_id = any($1) order by trainee_id for no key update",
        distinct(trainees),
    )


async def trainings(tx: Tx, trainees: Iterable[str]) -> dict[str, Training]:
    rows = await tx.fetch(
        """
        select e.trainee_id, e.instructor_id, coalesce(p.mentor_id, e.mentor_id) as mentor_id, e.scheme,
               e.starts_on as first, coalesce(e.ended_on, e.planned_end) as last,
               e.state in ('enrolled', 'active', 'paused') as running, c.programme_review_weeks as weeks,
               greatest(coalesce(p.starts_on, e.starts_on), c.known_on) as begin,
               (select max(held_on) from review_record r where r.trainee_id = e.trainee_id) as held_on,
               (select max(due_on) from planned_review r
                where r.trainee_id = e.trainee_id and r.state in ('held', 'lapsed')) as told_due,
               o.due_on, o.state, o.told_on
        from enrolment e
        left join placement p on p.trainee_id = e.trainee_id and p.state <> 'ended'
        left join scheme_cadence c on (c.scheme, c.version) = (e.scheme, e.scheme_version)
        left join planned_review o on o.trainee_id = e.trainee_id
                  and o.state in ('planned', 'due', 'overdue', 'escalated')
        where e.trainee_id = any($1)
        """,
        distinct(trainees),
    )
    found = {}
    for row in rows:
        given = {name: row[name] for name in Training.__dataclass_fields__ if name not in ("open", "begin")}
        now = None
        if row["due_on"] is not None:
            now = Review(row["trainee_id"], row["due_on"], State(row["state"]), row["told_on"])
        found[row["trainee_id"]] = Training(**given, begin=row["begin"] or row["first"], open=now)
    return found


async def keep(tx: Tx, reviews: Sequence[Review], *, held_as: Mapping[str, str] | None = None) -> None:
    """``held_as`` gives, by review, the record with which it was held."""
    if not reviews:
        return
    await tx.execute(
        """
        insert into planned_review (review_id, trainee_id, due_on, state, told_on, act_on, held_as)
        select * from unnest($1::text[], $2::text[], $3::date[], $4::text[], $5::date[], $6::date[], $7::text[])
        on conflict (review_id) do update set
            state = excluded.state, told_on = excluded.told_on, act_on = excluded.act_on,
            held_as = coalesce(excluded.held_as, planned_review.held_as)
        """,
        *columns(reviews, "review_id", "trainee_id", "due_on", "state", "told_on", "act_on"),
        [(held_as or {}).get(one.review_id) for one in reviews],
    )


async def drop_planned(tx: Tx, reviews: Sequence[Review]) -> None:
    """Takes away plans that nobody was told of."""
    if reviews:
        await tx.execute(
            "delete from planned_review where review_id = any($1) and state = 'planned'",
            [one.review_id for one in reviews],
        )


async def acting_instructors(tx: Tx, today: date, limit: int) -> list[str]:
    """Instructors of whose trainees a review has a step to take now: all of one instructor are told together."""
    rows = await tx.fetch(
        """
        select e.instructor_id, min(r.act_on) from planned_review r join enrolment e using (trainee_id)
        where r.act_on <= $1 and (e.state not in ('paused', 'enrolled', 'active')
              or (e.state = 'active' and exists (select from placement p where p.trainee_id = e.trainee_id
                                                 and p.state = 'active')))
        group by 1 order by 2, 1 limit $2
        """,
        today,
        limit,
    )
    return [row["instructor_id"] for row in rows]


@dataclass(frozen=True, slots=True)
class Acting:
    """A review that has a step to take, and who would hold it. ``ended``: the training is over."""

    review: Review
    instructor_id: str
    mentor_id: str
    scheme: str
    ended: bool


async def to_act(tx: Tx, today: date, instructors: Sequence[str]) -> list[Acting]:
    """Held until commit, so that an instructor is told all at once. Who is paused or has no placement now waits."""
    rows = await tx.fetch(
        """
        select r.trainee_id, r.due_on, r.state, r.told_on, e.instructor_id, e.scheme,
               coalesce(p.mentor_id, e.mentor_id) as mentor_id, e.state not in ('paused', 'enrolled', 'active') as ended
        from planned_review r join enrolment e using (trainee_id)
        left join placement p on p.trainee_id = e.trainee_id and p.state = 'active'
        where r.act_on <= $1 and e.instructor_id = any($2)
          and (e.state not in ('paused', 'enrolled', 'active') or (e.state = 'active' and p.placement_id is not null))
        order by e.instructor_id, r.due_on, r.trainee_id for update of r
        """,
        today,
        list(instructors),
    )
    return [
        Acting(
            Review(row["trainee_id"], row["due_on"], State(row["state"]), row["told_on"]),
            row["instructor_id"],
            row["mentor_id"],
            row["scheme"],
            row["ended"],
        )
        for row in rows
    ]


async def records(tx: Tx, keys: Iterable[str]) -> dict[str, Record]:
    """Held until commit."""
    rows = await tx.fetch(
        """
        select record_id, trainee_id, held_on, topics, agreements, instructor_confirmed_on, mentor_confirmed_on
        from review_record where record_id = any($1) order by record_id for update
        """,
        distinct(keys),
    )
    return {row["record_id"]: Record(**{**row, "topics": tuple(row["topics"])}) for row in rows}


async def keep_record(tx: Tx, record: Record, *, instructor_id: str, mentor_id: str, recorded_by: str) -> None:
    """Who the two were, and who wrote it down, stays as it was first recorded."""
    await tx.execute(
        """
        insert into review_record (record_id, trainee_id, held_on, topics, agreements, instructor_confirmed_on,
                                   mentor_confirmed_on, instructor_id, mentor_id, recorded_by)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        on conflict (record_id) do update set
            held_on = excluded.held_on, topics = excluded.topics, agreements = excluded.agreements,
            instructor_confirmed_on = excluded.instructor_confirmed_on,
            mentor_confirmed_on = excluded.mentor_confirmed_on
        """,
        record.record_id,
        record.trainee_id,
        record.held_on,
        list(record.topics),
        record.agreements,
        record.instructor_confirmed_on,
        record.mentor_confirmed_on,
        instructor_id,
        mentor_id,
        recorded_by,
    )


async def keep_confirmations(tx: Tx, record: Record) -> None:
    await tx.execute(
        "update review_record set instructor_confirmed_on = $2, mentor_confirmed_on = $3 where record_id = $1",
        record.record_id,
        record.instructor_confirmed_on,
        record.mentor_confirmed_on,
    )


async def active_under(tx: Tx, scheme: str, version: str) -> list[str]:
    """Trainees in training under a version who have no review to come."""
    rows = await tx.fetch(
        """
        select e.trainee_id from enrolment e
        where e.scheme = $1 and e.scheme_version = $2 and e.state in ('active', 'paused')
          and not exists (select from planned_review r where r.trainee_id = e.trainee_id)
        order by 1
        """,
        scheme,
        version,
    )
    return [row["trainee_id"] for row in rows]


async def who_held(tx: Tx, record_id: str) -> dict[Party, str]:
    """Instructor and mentor of a record, as ``kind/id``."""
    row = await tx.fetchrow("select instructor_id, mentor_id from review_record where record_id = $1", record_id)
    if row is None:
        return {}
    return {"instructor": f"instructor/{row['instructor_id']}", "mentor": f"mentor/{row['mentor_id']}"}


async def remind(tx: Tx, record_id: str, on: date | None) -> None:
    """The day on which who has not confirmed is asked once more; None: nobody is."""
    await tx.execute("update review_record set remind_on = $2 where record_id = $1", record_id, on)


async def to_remind(tx: Tx, today: date, limit: int) -> list[Record]:
    """Held until commit."""
    rows = await tx.fetch(
        "select record_id from review_record where remind_on <= $1 order by remind_on, record_id limit $2"
        " for update skip locked",
        today,
        limit,
    )
    return list((await records(tx, [row["record_id"] for row in rows])).values())
