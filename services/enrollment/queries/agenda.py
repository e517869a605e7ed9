"""What there is to talk about at a place, and which places to go to."""

from datetime import date
from typing import Any

from shared.db import Tx

from .followup import open_actions

HIDDEN = ("complaint", "coverage-gap")
"""Signals that are no items: they stand on the agenda in another way, or are about the visit itself."""

ITEMS = 200


async def visit(tx: Tx, visit_id: str) -> dict[str, Any] | None:
    """A visit that is or was planned, under its own key or under that of the visit with which it was held."""
    row = await tx.fetchrow(
        """
        select v.visit_id, v.place_kind, v.place_id, v.due_on, v.reason, v.state, v.told_on, v.held_as, v.moved_to,
               v.waived_reason, coalesce(c.name, s.name) as place, coalesce(c.city, s.city) as city
        from planned_visit v
        left join company c on v.place_kind = 'company' and c.company_id = v.place_id
        left join school s on v.place_kind = 'school' and s.school_id = v.place_id
        where v.visit_id = $1 or v.held_as = $1
        order by (v.visit_id = $1) desc limit 1
        """,
        visit_id,
    )
    return None if row is None else dict(row)


async def agenda(tx: Tx, kind: str, key: str, *, coordinator: bool) -> list[dict[str, Any]]:
    """What to talk about: complaints, actions, signals and gaps, in this order and the oldest first.

    Complaints only in the coordinator's words, and without those only for the coordinator. Signs of extra hands are
    the coordinator's too: they would set company and trainee against each other.
    """
    items = [_item("complaint", row) for row in await _complaints(tx, kind, key, coordinator)]
    items += [
        _item("action", {**row, "about": row["action_id"], "since": row["assigned_on"]})
        for row in await open_actions(tx, place=(kind, key), limit=ITEMS)
    ]
    hidden = HIDDEN if coordinator else (*HIDDEN, "extra-hands")
    rows = await tx.fetch(
        """
        select s.trainee_id, s.kind as signal, s.about, s.opened_on as since, s.evidence
        from signal s join enrolment e using (trainee_id)
        where s.closed_on is null and s.kind <> all($3) and e.state in ('active', 'paused')
          and (($1 = 'company' and e.company_id = $2) or ($1 = 'school' and e.school_id = $2))
        order by s.opened_on, s.trainee_id, s.kind, s.about limit $4
        """,
        kind,
        key,
        list(hidden),
        ITEMS,
    )
    items += [_item("signal", dict(row)) for row in rows]
    rows = await tx.fetch(
        """
        select g.trainee_id, g.target as about, min(g.opened_on) as since
        from coverage_gap g join enrolment e using (trainee_id)
        where g.closed_on is null and (($1 = 'company' and g.company_id = $2) or ($1 = 'school' and e.school_id = $2))
        group by 1, 2 order by 3, 1, 2 limit $3
        """,
        kind,
        key,
        ITEMS,
    )
    return items + [_item("gap", dict(row)) for row in rows]


def _item(kind: str, row: dict[str, Any]) -> dict[str, Any]:
    fields = ("trainee_id", "about", "since", "due_on", "owner", "signal", "evidence", "text")
    return {"kind": kind, **{name: row.get(name) for name in fields}}


async def _complaints(tx: Tx, kind: str, key: str, coordinator: bool) -> list[dict[str, Any]]:
    rows = await tx.fetch(
        """
        select case when $3 then complaint_id end as about, case when $3 then trainee_id end as trainee_id,
               received_on as since, nullif(agenda_words, '') as text
        from complaint
        where (place_kind, place_id) = ($1, $2) and state <> 'closed' and discussed_on is null and waived_reason = ''
          and ($3 or (agenda_words <> '' and state = 'on agenda'))
        order by received_on, complaint_id limit $4
        """,
        kind,
        key,
        coordinator,
        ITEMS,
    )
    return [dict(row) for row in rows]


async def to_visit(tx: Tx, until: date) -> list[dict[str, Any]]:
    """Visits that are due, or must be held by a day. A school has the lowest postal code of a company in its town."""
    rows = await tx.fetch(
        """
        select v.visit_id, v.place_kind, v.place_id, coalesce(v.moved_to, v.due_on) as by, v.state, v.reason,
               coalesce(c.name, s.name) as place, coalesce(c.city, s.city) as city, coalesce(c.street, '') as street,
               coalesce(c.postal_code, (select min(n.postal_code) from company n
                                        where lower(n.city) = lower(s.city) and n.postal_code <> ''), '') as postal_code
        from planned_visit v
        left join company c on v.place_kind = 'company' and c.company_id = v.place_id
        left join school s on v.place_kind = 'school' and s.school_id = v.place_id
        where v.state in ('due', 'overdue') or (v.state = 'planned' and coalesce(v.moved_to, v.due_on) <= $1)
        order by 4, 1 limit 1000
        """,
        until,
    )
    return [dict(row) for row in rows]


_TALK = """
    select talk_id, held_on, place_kind, place_id, trainee_id, participants, summary, recorded_by from evaluation_talk
"""


async def talks(tx: Tx, after: str, limit: int) -> list[dict[str, Any]]:
    rows = await tx.fetch(_TALK + " where talk_id > $1 order by talk_id limit $2", after, limit)
    return [dict(row) for row in rows]


async def talk(tx: Tx, key: str) -> dict[str, Any] | None:
    row = await tx.fetchrow(_TALK + " where talk_id = $1", key)
    return None if row is None else dict(row)


async def talks_at(tx: Tx, kind: str, key: str, limit: int = 10) -> list[dict[str, Any]]:
    """The last talks at a place."""
    rows = await tx.fetch(
        _TALK + " where (place_kind, place_id) = ($1, $2) order by held_on desc, talk_id desc limit $3",
        kind,
        key,
        limit,
    )
    return [dict(row) for row in rows]


def refs(items: list[dict[str, Any]]) -> set[str]:
    """Everybody whom an agenda names, as ``kind/id``."""
    found = {f"trainee/{item['trainee_id']}" for item in items if item["trainee_id"]}
    return found | {item["owner"] for item in items if item["owner"]}


async def people_at(tx: Tx, kind: str, key: str, limit: int = 100) -> list[tuple[str, str]]:
    """Who guides and learns at a place now, as pairs of ``kind/id`` and name: who can take on an action."""
    rows = await tx.fetch(
        """
        (select 'mentor/' || mentor_id as ref, name from mentor where $1 = 'company' and company_id = $2 limit $3)
        union all
        (select 'instructor/' || instructor_id, name from instructor where $1 = 'school' and school_id = $2 limit $3)
        union all
        (select 'company/' || company_id, contact_name from company where $1 = 'company' and company_id = $2)
        union all
        (select 'trainee/' || t.trainee_id, t.name from enrolment e join trainee t using (trainee_id)
         where $1 = 'company' and e.company_id = $2 and e.state in ('active', 'paused') order by 1 limit $3)
        """,
        kind,
        key,
        limit,
    )
    return [(row["ref"], row["name"]) for row in rows]
