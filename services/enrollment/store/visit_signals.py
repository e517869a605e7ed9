"""Signals that bring a visit forward, and the places that are to be planned anew because of them."""

from collections.abc import Mapping
from datetime import date

from shared.db import Tx

from ..domain.visits import Place, signals_needed
from .place_files import PlaceFile


async def at_companies(tx: Tx, files: Mapping[Place, PlaceFile]) -> dict[str, date]:
    """By company where signals bring visits forward: the day of the first that is open and came after the last visit,
    held or waived.

    Coverage gaps are there from the first day and have plans of their own; complaints have their own reason.
    """
    wanted = {
        place.id: file.seen_on
        for place, file in files.items()
        if place.kind == "company" and any(stay.after_signal_weeks for stay in file.stays)
    }
    if not wanted:
        return {}
    rows = await tx.fetch(
        """
        select given.company_id, min(s.opened_on) as opened_on
        from unnest($1::text[], $2::date[]) as given(company_id, held_on)
        join enrolment e using (company_id) join signal s using (trainee_id)
        where e.state in ('active', 'paused') and s.closed_on is null
          and s.kind not in ('complaint', 'coverage-gap')
          and s.opened_on > coalesce(given.held_on, '-infinity')
        group by 1
        """,
        list(wanted),
        list(wanted.values()),
    )
    return {row["company_id"]: row["opened_on"] for row in rows}


async def at_schools(tx: Tx, files: Mapping[Place, PlaceFile]) -> dict[str, date]:
    """By school where signals bring visits forward: the day on which enough who learn there had one about the school.

    About the school speak attendance, and what was taught there and did not come in the company. A school has many
    trainees, so the scheme says of which share of them; only open signals that came after the last visit,
    held or waived, count.
    """
    wanted = {
        place.id: (file.seen_on, min(stay.signal_share for stay in bringing))
        for place, file in files.items()
        if place.kind == "school" and (bringing := [stay for stay in file.stays if stay.after_signal_weeks])
    }
    if not wanted:
        return {}
    rows = await tx.fetch(
        """
        with given as (select * from unnest($1::text[], $2::date[]) as g(school_id, held_on))
        select school_id, learners, array_agg(opened_on order by opened_on) filter (where opened_on is not null) as days
        from (
            select e.school_id, count(*) over (partition by e.school_id)::int as learners, s.opened_on
            from given join enrolment e using (school_id)
            left join lateral (
                select min(opened_on) as opened_on from signal
                where trainee_id = e.trainee_id and closed_on is null and kind in ('attendance', 'alignment-gap')
                  and opened_on > coalesce(given.held_on, '-infinity')
            ) s on true
            where e.state in ('active', 'paused')
        ) learning group by 1, 2
        """,
        list(wanted),
        [held_on for held_on, _ in wanted.values()],
    )
    found = {}
    for row in rows:
        days, needed = row["days"] or [], signals_needed(row["learners"], wanted[row["school_id"]][1])
        if len(days) >= needed:
            found[row["school_id"]] = days[needed - 1]
    return found


async def take_to_plan(tx: Tx, limit: int) -> list[Place]:
    """Companies, and schools where signals count, of trainees of whom a signal opened or closed since; taken from the
    list of those to be looked at."""
    rows = await tx.fetch(
        """
        with taken as (
            delete from visit_to_plan where position in (
                select position from visit_to_plan order by position limit $1 for update skip locked
            ) returning trainee_id
        )
        select 'company' as kind, e.company_id as id from taken join enrolment e using (trainee_id)
        union
        select 'school', e.school_id from taken join enrolment e using (trainee_id)
        join scheme_cadence s on (s.scheme, s.version) = (e.scheme, e.scheme_version)
        where s.visit_school_after_signal_weeks is not null
        order by 1, 2
        """,
        limit,
    )
    return [Place(row["kind"], row["id"]) for row in rows]
