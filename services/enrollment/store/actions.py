"""Actions, and who can own one."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import asyncpg

from shared.db import Tx

from ..domain.actions import Action, State
from ..domain.visits import Place
from .rows import columns, distinct


def action_of(row: asyncpg.Record) -> Action:
    return Action(
        row["action_id"],
        row["origin"],
        row["origin_id"],
        row["owner"],
        row["text"],
        row["assigned_on"],
        row["due_on"],
        row["trainee_id"],
        None if row["place_id"] is None else Place(row["place_kind"], row["place_id"]),
        row["scheme"],
        State(row["state"]),
        row["done_on"],
        row["done_by"],
    )


async def actions(tx: Tx, keys: Iterable[str]) -> dict[str, Action]:
    """Held until commit."""
    rows = await tx.fetch(
        "select * from action_point where action_id = any($1) order by action_id for update", distinct(keys)
    )
    return {row["action_id"]: action_of(row) for row in rows}


async def to_act(tx: Tx, today: date, limit: int) -> list[Action]:
    """Actions whose day has gone by; two schedulers at once share them out."""
    rows = await tx.fetch(
        "select * from action_point where act_on <= $1 order by act_on, action_id limit $2 for update skip locked",
        today,
        limit,
    )
    return [action_of(row) for row in rows]


async def keep(tx: Tx, some: Sequence[Action]) -> None:
    if not some:
        return
    await tx.execute(
        """
        insert into action_point (action_id, origin, origin_id, owner, text, assigned_on, due_on, trainee_id, scheme,
                                  state, act_on, done_on, done_by, place_kind, place_id)
        select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::date[], $7::date[],
                             $8::text[], $9::text[], $10::text[], $11::date[], $12::date[], $13::text[], $14::text[],
                             $15::text[])
        on conflict (action_id) do update set
            state = excluded.state, act_on = excluded.act_on, done_on = excluded.done_on, done_by = excluded.done_by
        """,
        *columns(some, "action_id", "origin", "origin_id", "owner", "text", "assigned_on", "due_on", "trainee_id"),
        *columns(some, "scheme", "state", "act_on", "done_on", "done_by"),
        [one.place.kind if one.place else None for one in some],
        [one.place.id if one.place else None for one in some],
    )


async def known_owners(tx: Tx, refs: Iterable[str]) -> set[str]:
    """Which of these references are of somebody who was entered here."""
    by_kind: dict[str, list[str]] = {}
    for ref in distinct(refs):
        kind, _, key = ref.partition("/")
        by_kind.setdefault(kind, []).append(key)
    rows = await tx.fetch(
        """
        select 'trainee/' || trainee_id as ref from trainee where trainee_id = any($1)
        union all select 'guardian/' || trainee_id from trainee where trainee_id = any($2) and guardian_email <> ''
        union all select 'mentor/' || mentor_id from mentor where mentor_id = any($3)
        union all select 'instructor/' || instructor_id from instructor where instructor_id = any($4)
        union all select 'company/' || company_id from company where company_id = any($5)
        union all select 'office/' || role from (values ('coordinator')) as office(role) where role = any($6)
        """,
        *(by_kind.get(kind, []) for kind in ("trainee", "guardian", "mentor", "instructor", "company", "office")),
    )
    return {row["ref"] for row in rows}


async def overdue_of(tx: Tx, trainees: Collection[str]) -> Mapping[tuple[str, str], Mapping[str, Any]]:
    """By trainee and action: the overdue actions about the trainee, or about a place where the trainee learns."""
    rows = await tx.fetch(
        """
        select a.trainee_id, a.action_id, a.due_on, a.origin, a.owner
        from action_point a where a.state = 'overdue' and a.trainee_id = any($1::text[])
        union all
        select e.trainee_id, a.action_id, a.due_on, a.origin, a.owner
        from enrolment e
        join action_point a on a.state = 'overdue' and a.trainee_id is null
             and ((a.place_kind = 'company' and a.place_id = e.company_id)
                  or (a.place_kind = 'school' and a.place_id = e.school_id))
        where e.trainee_id = any($1::text[]) and e.state in ('active', 'paused')
        """,
        sorted(set(trainees)),
    )
    return {
        (row["trainee_id"], row["action_id"]): {
            "due_on": row["due_on"].isoformat(),
            "origin": row["origin"],
            "owner": row["owner"].partition("/")[0],
        }
        for row in rows
    }


async def touched_by(tx: Tx, some: Sequence[Action]) -> set[str]:
    """Trainees whom these actions are about, or who learn at the place that one is about."""
    places = [one.place for one in some if one.place is not None and one.trainee_id is None]
    rows = await tx.fetch(
        """
        select trainee_id from enrolment
        where state in ('active', 'paused') and (company_id = any($1) or school_id = any($2))
        """,
        [place.id for place in places if place.kind == "company"],
        [place.id for place in places if place.kind == "school"],
    )
    return {row["trainee_id"] for row in rows} | {one.trainee_id for one in some if one.trainee_id}
