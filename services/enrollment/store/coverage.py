"""What coverage is worked out from, and the gaps and plans that are kept. Sets of any size in one statement each."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import asyncpg

from shared.db import Tx

from ..domain.coverage import Because, Host, Plan
from ..domain.curriculum import Target
from ..domain.mentors import Period
from ..domain.planner import Rooms
from ..domain.visits import Place
from . import guides
from .rows import distinct


@dataclass(frozen=True, slots=True)
class Stay:
    """A placement with all that decides which targets it is about; ``running`` is false when it is over."""

    placement_id: str
    trainee_id: str
    company_id: str
    school_id: str
    scheme: str
    scheme_version: str
    programme: str
    starts_on: date
    ends_on: date
    running: bool

    @property
    def period(self) -> Period:
        return Period(self.starts_on, self.ends_on)


@dataclass(frozen=True, slots=True)
class Gap:
    stay: Stay
    target: Target

    @property
    def gap_id(self) -> str:
        """The same target of the same placement is the same gap, also when it opens again."""
        return f"{self.stay.placement_id}/{self.target.code}"


async def lock(tx: Tx, *, alone: bool = False) -> None:
    """Held until commit. Who changes equipment or a scheme is ``alone``: no placement is entered unseen beside it."""
    if alone:
        await tx.execute("select pg_advisory_xact_lock(hashtextextended('coverage', 0))")
    else:
        await tx.execute("select pg_advisory_xact_lock_shared(hashtextextended('coverage', 0))")


_RUNNING = "p.state <> 'ended' and e.state not in ('completed', 'dropped out')"
_STAYS = f"""
    select p.placement_id, p.trainee_id, p.company_id, e.school_id, e.scheme, e.scheme_version, e.programme,
           p.starts_on, p.ends_on, {_RUNNING} as running
    from placement p join enrolment e on e.trainee_id = p.trainee_id
"""  # noqa: S608 - no input


async def stays_of(tx: Tx, trainees: Iterable[str]) -> list[Stay]:
    """Placements that run, and those that are over and still have an open gap."""
    query = f"""{_STAYS} where p.trainee_id = any($1) and ({_RUNNING} or exists (
        select from coverage_gap g where g.placement_id = p.placement_id and g.closed_on is null))
        order by p.placement_id"""
    return [Stay(**row) for row in await tx.fetch(query, distinct(trainees))]


async def stays_at(tx: Tx, places: Iterable[Place]) -> list[Stay]:
    """Placements that run and depend on the equipment of a place: their own one, or one that a plan names."""
    places = list(places)
    query = f"""{_STAYS} where {_RUNNING} and (p.company_id = any($1) or e.school_id = any($2) or p.placement_id in (
        select placement_id from gap_plan join unnest($3::text[], $4::text[]) as given(kind, id)
            on (place_kind, place_id) = (given.kind, given.id) where replaced_at is null)) order by p.placement_id"""  # noqa: S608 - no input
    rows = await tx.fetch(
        query,
        [one.id for one in places if one.kind == "company"],
        [one.id for one in places if one.kind == "school"],
        [one.kind for one in places],
        [one.id for one in places],
    )
    return [Stay(**row) for row in rows]


async def stays_under(tx: Tx, scheme: str, version: str) -> list[Stay]:
    query = f"{_STAYS} where {_RUNNING} and e.scheme = $1 and e.scheme_version = $2 order by p.placement_id"
    return [Stay(**row) for row in await tx.fetch(query, scheme, version)]


async def hosts(tx: Tx, places: Iterable[Place]) -> dict[Place, Host]:
    places = set(places)
    rows = await tx.fetch(
        """
        select 'company' as kind, company_id as id, equipment, city, accredited_until
        from company where company_id = any($1)
        union all select 'school', school_id, equipment, city, null from school where school_id = any($2)
        """,
        distinct(one.id for one in places if one.kind == "company"),
        distinct(one.id for one in places if one.kind == "school"),
    )
    return {(host := _host(row)).place: host for row in rows}


async def able(tx: Tx, targets: Sequence[Target], until: date) -> dict[Place, Host]:
    """Schools, and companies accredited until a day, that have all equipment of at least one of the targets."""
    rows = await tx.fetch(
        """
        with needed as (select string_to_array(codes, ';') as codes from unnest($1::text[]) as given(codes))
        select 'company' as kind, company_id as id, equipment, city, accredited_until from company
        where accredited_until >= $2 and exists (select from needed where equipment @> codes)
          and company_id not in (select company_id from company_left where last_day < $2)
        union all
        select 'school', school_id, equipment, city, null from school
        where exists (select from needed where equipment @> codes)
        """,
        [";".join(sorted(one.equipment)) for one in targets],
        until,
    )
    return {(host := _host(row)).place: host for row in rows}


def _host(row: asyncpg.Record) -> Host:
    return Host(Place(row["kind"], row["id"]), frozenset(row["equipment"]), row["city"], row["accredited_until"])


async def plans(tx: Tx, placements: Iterable[str]) -> dict[str, dict[str, Plan]]:
    """The plans that hold, by placement and target."""
    rows = await tx.fetch(
        """
        select placement_id, target, place_kind, place_id, starts_on, ends_on
        from gap_plan where placement_id = any($1) and replaced_at is null
        """,
        distinct(placements),
    )
    found: dict[str, dict[str, Plan]] = {}
    for row in rows:
        period = Period(row["starts_on"], row["ends_on"])
        plan = Plan(row["target"], Place(row["place_kind"], row["place_id"]), period)
        found.setdefault(row["placement_id"], {})[plan.target] = plan
    return found


async def keep_plans(
    tx: Tx, stays: Sequence[tuple[Stay, Plan]], ids: Sequence[str], *, chosen_by: str, at: datetime
) -> None:
    """A plan for a target that had one replaces it."""
    await tx.execute(
        """
        update gap_plan set replaced_at = $3 from unnest($1::text[], $2::text[]) as given(placement_id, target)
        where (gap_plan.placement_id, gap_plan.target) = (given.placement_id, given.target) and replaced_at is null
        """,
        [stay.placement_id for stay, _ in stays],
        [plan.target for _, plan in stays],
        at,
    )
    await tx.execute(
        """
        insert into gap_plan (plan_id, placement_id, trainee_id, target, place_kind, place_id, starts_on, ends_on,
                              chosen_by, chosen_at)
        select *, $9, $10 from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
                                      $7::date[], $8::date[])
        """,
        ids,
        [stay.placement_id for stay, _ in stays],
        [stay.trainee_id for stay, _ in stays],
        [plan.target for _, plan in stays],
        [plan.place.kind for _, plan in stays],
        [plan.place.id for _, plan in stays],
        [plan.period.first for _, plan in stays],
        [plan.period.last for _, plan in stays],
        chosen_by,
        at,
    )


async def open_gaps(tx: Tx, placements: Iterable[str]) -> dict[str, list[str]]:
    """The targets that are open, by placement."""
    rows = await tx.fetch(
        "select placement_id, target from coverage_gap where placement_id = any($1) and closed_on is null",
        distinct(placements),
    )
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row["placement_id"], []).append(row["target"])
    return found


async def open_up(tx: Tx, gaps: Sequence[Gap], today: date) -> None:
    """A gap that opens again counts from today."""
    await tx.execute(
        """
        insert into coverage_gap (gap_id, placement_id, trainee_id, company_id, target, equipment, opened_on)
        select a, b, c, d, e, string_to_array(f, ';'), $7
        from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) as given(a, b, c, d, e, f)
        on conflict (gap_id) do update set company_id = excluded.company_id, equipment = excluded.equipment,
            opened_on = excluded.opened_on, closed_on = null, closed_because = null
        """,
        [one.gap_id for one in gaps],
        [one.stay.placement_id for one in gaps],
        [one.stay.trainee_id for one in gaps],
        [one.stay.company_id for one in gaps],
        [one.target.code for one in gaps],
        [";".join(sorted(one.target.equipment)) for one in gaps],
        today,
    )


async def close(tx: Tx, gaps: Sequence[tuple[str, str, Because]], today: date) -> None:
    """``gaps`` are placements, targets and why they are no gaps any more."""
    await tx.execute(
        """
        update coverage_gap set closed_on = $4, closed_because = given.because
        from unnest($1::text[], $2::text[], $3::text[]) as given(placement_id, target, because)
        where (coverage_gap.placement_id, coverage_gap.target) = (given.placement_id, given.target)
        """,
        [placement for placement, _, _ in gaps],
        [target for _, target, _ in gaps],
        [because for _, _, because in gaps],
        today,
    )


async def move_gaps(tx: Tx, stays: Sequence[Stay]) -> None:
    """A placement that had not begun may have got another company: its gaps are there now."""
    await tx.execute(
        """
        update coverage_gap set company_id = given.company_id
        from unnest($1::text[], $2::text[]) as given(placement_id, company_id)
        where coverage_gap.placement_id = given.placement_id and coverage_gap.company_id <> given.company_id
        """,
        [one.placement_id for one in stays],
        [one.company_id for one in stays],
    )


async def rooms(tx: Tx, companies: Iterable[str], since: date, *, without: str = "") -> Rooms:
    """How full companies are from a day on. The plans of the trainee ``without`` are about to be counted anew."""
    keys = distinct(companies)
    found = Rooms()
    if not keys:
        return found
    rows = await tx.fetch("select company_id, places from company where company_id = any($1)", keys)
    found.places = {row["company_id"]: row["places"] for row in rows}
    learning: dict[str, dict[Period, int]] = {}
    for into, query, rest in (
        (
            learning,
            """select company_id, starts_on, ends_on, count(*)::int as n from placement
               where company_id = any($1) and ends_on >= $2 group by 1, 2, 3""",
            (),
        ),
        (
            found.guests,
            """select g.place_id as company_id, g.starts_on, g.ends_on, count(distinct g.trainee_id)::int as n
               from gap_plan g join placement p using (placement_id)
               where g.place_kind = 'company' and g.place_id = any($1) and g.ends_on >= $2 and g.replaced_at is null
                     and p.state <> 'ended' and g.trainee_id <> $3 group by 1, 2, 3""",
            (without,),
        ),
    ):
        for row in await tx.fetch(query, keys, since, *rest):
            into.setdefault(row["company_id"], {})[Period(row["starts_on"], row["ends_on"])] = row["n"]
    found.learning = learning
    found.mentors = await guides.mentors_of(tx, keys)
    found.load = await guides.load(tx, (one.mentor_id for some in found.mentors.values() for one in some), since)
    return found


async def lock_companies(tx: Tx, companies: Iterable[str]) -> None:
    """Two who choose the last place of a company follow each other."""
    await tx.execute(
        "select from company where company_id = any($1) order by company_id for no key update", distinct(companies)
    )


async def version_of(tx: Tx, trainee_id: str) -> tuple[str, str]:
    """The scheme and its version under which somebody enrolled."""
    row = await tx.fetchrow("select scheme, scheme_version from enrolment where trainee_id = $1", trainee_id)
    return ("", "") if row is None else (row["scheme"], row["scheme_version"])
