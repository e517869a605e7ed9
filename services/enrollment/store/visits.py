"""Visits that were held, visits that are planned, and what decides when the next one is due."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

import asyncpg

from shared.db import Tx

from ..domain.visits import Held, Place, State, Stay, Visit, Waived
from .place_files import PlaceFile as PlaceFile
from .rows import columns, distinct
from .visit_signals import at_companies, at_schools


async def held(tx: Tx, keys: Iterable[str]) -> dict[str, Held]:
    rows = await tx.fetch("select * from held_visit where visit_id = any($1)", distinct(keys))
    return {row["visit_id"]: Held(**row) for row in rows}


async def lock_places(tx: Tx, places: Iterable[Place]) -> None:
    """One at a time decides about the visits of a place, also while it has none that could be locked."""
    await tx.execute(
        """
        select pg_advisory_xact_lock(hashtextextended(place, 0)) from (
            select distinct unnest($1::text[]) as place order by 1
        ) as places
        """,
        [f"visits of {place.kind}/{place.id}" for place in places],
    )


# Grouped in the database: a school with 50,000 trainees is a few rows here.
_STAYS = """
    select 'company' as kind, p.company_id as id, e.scheme, v.visit_company_weeks as weeks,
           v.visit_after_complaint_weeks as after_complaint, p.ends_on as last, min(p.starts_on) as first,
           s.visit_after_signal_weeks as after_signal, null::float8 as share
    from placement p join enrolment e using (trainee_id) join scheme_version v using (scheme)
    left join scheme_cadence s on (s.scheme, s.version) = (v.scheme, v.version)
    where v.version = e.scheme_version and p.company_id = any($1) and p.ends_on >= $3
      and v.visit_company_weeks is not null
    group by 2, 3, 4, 5, 6, 8
    union all
    select 'school', e.school_id, e.scheme, v.visit_school_weeks, v.visit_after_complaint_weeks,
           coalesce(e.ended_on, e.planned_end), min(e.starts_on), s.visit_school_after_signal_weeks,
           s.visit_school_signal_share
    from enrolment e join scheme_version v using (scheme)
    left join scheme_cadence s on (s.scheme, s.version) = (v.scheme, v.version)
    where v.version = e.scheme_version and e.school_id = any($2) and coalesce(e.ended_on, e.planned_end) >= $3
      and v.visit_school_weeks is not null
    group by 2, 3, 4, 5, 6, 8, 9
"""


async def place_files(tx: Tx, places: Iterable[Place], today: date) -> dict[Place, PlaceFile]:
    """What is known today of each place; a place where nobody learns has no stays."""
    files = {place: PlaceFile() for place in places}
    kinds, ids = [place.kind for place in files], [place.id for place in files]
    companies = [place.id for place in files if place.kind == "company"]
    schools = [place.id for place in files if place.kind == "school"]
    for row in await tx.fetch(_STAYS, companies, schools, today):
        of = files[Place(row["kind"], row["id"])]
        when = row["weeks"], row["after_complaint"], row["after_signal"]
        of.stays.append(Stay(row["first"], row["last"], *when, row["share"] or 0))
        of.schemes.add(row["scheme"])
    given = "unnest($1::text[], $2::text[]) as given(kind, id)"
    rows = await tx.fetch(
        f"""
        select given.kind, given.id, h.*, c.received_on, o.due_on, o.reason, o.state, o.told_on,
               o.moved_to, o.moved_on, d.since as completed_due, d.taken, w.due_on as waived_due, w.waived_on
        from {given}
        left join lateral (select * from held_visit where place_kind = given.kind and place_id = given.id
                           order by held_on desc, visit_id desc limit 1) h on true
        left join lateral (select received_on from complaint where place_kind = given.kind and place_id = given.id
                           order by received_on desc limit 1) c on true
        left join lateral (select max(least(due_on, moved_to, told_on)) as since,
                                  array_agg(due_on) filter (where due_on > least(moved_to, told_on)) as taken
                           from planned_visit
                           where place_kind = given.kind and place_id = given.id
                             and state in ('completed', 'waived')) d on true
        left join lateral (select due_on, waived_on from planned_visit
                           where place_kind = given.kind and place_id = given.id and state = 'waived'
                             and waived_on is not null order by due_on desc limit 1) w on true
        left join planned_visit o on o.place_kind = given.kind and o.place_id = given.id
                           and o.state in ('planned', 'due', 'overdue')
        """,  # noqa: S608 - no input
        kinds,
        ids,
    )
    for row in rows:
        place = Place(row["kind"], row["id"])
        of = files[place]
        of.complaint_on, of.completed_due, of.taken = row["received_on"], row["completed_due"], row["taken"] or []
        if row["visit_id"] is not None:
            of.held = Held(row["visit_id"], place.kind, place.id, row["held_on"], row["findings"], row["next_in_weeks"])
        if row["due_on"] is not None:
            of.open = visit_of(row, place)
        if row["waived_due"] is not None:
            of.waived = Waived(row["waived_due"], row["waived_on"])
    for key, day in (await at_companies(tx, files)).items():
        files[Place("company", key)].signal_on = day
    for key, day in (await at_schools(tx, files)).items():
        files[Place("school", key)].signal_on = day
    return files


def visit_of(row: asyncpg.Record, place: Place) -> Visit:
    return Visit(
        place, row["due_on"], row["reason"], State(row["state"]), row["told_on"], row["moved_to"], row["moved_on"]
    )


async def open_visit(tx: Tx, visit_id: str) -> tuple[Visit, str | None] | None:
    """A visit that is still to be held, with its scheme; None when there is none under this key."""
    row = await tx.fetchrow(
        "select * from planned_visit where visit_id = $1 and state in ('planned', 'due', 'overdue')", visit_id
    )
    return None if row is None else (visit_of(row, Place(row["place_kind"], row["place_id"])), row["scheme"])


async def set_waived(tx: Tx, visit_id: str, reason: str, on: date) -> None:
    await tx.execute(
        "update planned_visit set waived_reason = $2, waived_on = $3 where visit_id = $1", visit_id, reason, on
    )


async def without_learners(tx: Tx, today: date, limit: int) -> list[Place]:
    """Places with a visit that was told to be due, where nobody is in training any more."""
    rows = await tx.fetch(
        """
        select v.place_kind, v.place_id from planned_visit v
        where v.state in ('due', 'overdue')
          and not exists (select from placement p where v.place_kind = 'company' and p.company_id = v.place_id
                          and p.ends_on >= $1)
          and not exists (select from enrolment e where v.place_kind = 'school' and e.school_id = v.place_id
                          and coalesce(e.ended_on, e.planned_end) >= $1)
        order by v.visit_id limit $2
        """,
        today,
        limit,
    )
    return [Place(row["place_kind"], row["place_id"]) for row in rows]


async def keep_held(tx: Tx, visits: Sequence[Held]) -> None:
    await tx.execute(
        """
        insert into held_visit (visit_id, place_kind, place_id, held_on, findings, next_in_weeks)
        select * from unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::text[], $6::int[])
        on conflict (visit_id) do update set
            place_kind = excluded.place_kind, place_id = excluded.place_id, held_on = excluded.held_on,
            findings = excluded.findings, next_in_weeks = excluded.next_in_weeks
        """,
        *columns(visits, "visit_id", "place_kind", "place_id", "held_on", "findings", "next_in_weeks"),
    )


async def keep_planned(
    tx: Tx,
    visits: Sequence[Visit],
    *,
    schemes: Mapping[Place, str | None] | None = None,
    held_as: Mapping[str, str] | None = None,
) -> None:
    if not visits:
        return
    await tx.execute(
        """
        insert into planned_visit (visit_id, place_kind, place_id, due_on, reason, state, told_on, act_on,
                                   scheme, held_as, moved_to, moved_on)
        select * from unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::text[], $6::text[], $7::date[],
                             $8::date[], $9::text[], $10::text[], $11::date[], $12::date[])
        on conflict (visit_id) do update set
            moved_to = excluded.moved_to, moved_on = excluded.moved_on,
            reason = excluded.reason, state = excluded.state, told_on = excluded.told_on, act_on = excluded.act_on,
            scheme = coalesce(excluded.scheme, planned_visit.scheme),
            held_as = coalesce(excluded.held_as, planned_visit.held_as)
        """,
        [visit.visit_id for visit in visits],
        [visit.place.kind for visit in visits],
        [visit.place.id for visit in visits],
        *columns(visits, "due_on", "reason", "state", "told_on", "act_on"),
        [(schemes or {}).get(visit.place) for visit in visits],
        [(held_as or {}).get(visit.visit_id) for visit in visits],
        *columns(visits, "moved_to", "moved_on"),
    )


async def drop_planned(tx: Tx, visits: Sequence[Visit]) -> None:
    """Takes away plans that nobody was told of as due."""
    await tx.execute(
        "delete from planned_visit where visit_id = any($1) and state = 'planned'", [one.visit_id for one in visits]
    )


async def acting_places(tx: Tx, today: date, limit: int) -> list[Place]:
    """Places whose open visit the clock has something to do with, the longest waiting first."""
    rows = await tx.fetch(
        "select place_kind, place_id from planned_visit where act_on <= $1 order by act_on, visit_id limit $2",
        today,
        limit,
    )
    return [Place(row["place_kind"], row["place_id"]) for row in rows]


async def to_act(tx: Tx, today: date, places: Sequence[Place]) -> list[tuple[Visit, str | None]]:
    """The visits there for which the clock has something to do now, each with its scheme. Lock the places first."""
    rows = await tx.fetch(
        """
        select v.place_kind, v.place_id, v.due_on, v.reason, v.state, v.told_on, v.scheme, v.moved_to,
               v.moved_on
        from planned_visit v
        join unnest($2::text[], $3::text[]) as given(kind, id) on v.place_kind = given.kind and v.place_id = given.id
        where v.act_on <= $1 order by v.act_on, v.visit_id
        """,
        today,
        [place.kind for place in places],
        [place.id for place in places],
    )
    found = []
    for row in rows:
        place = Place(row["place_kind"], row["place_id"])
        found.append((visit_of(row, place), row["scheme"]))
    return found
