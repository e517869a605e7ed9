"""Where complaints stand. The text itself is only read by the queries of the coordinator's pages."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import asyncpg

from shared.db import Tx

from ..domain.complaints import Case, Complaint, State
from ..domain.visits import Place
from .rows import columns, distinct

_CASE = """
    select c.complaint_id, c.trainee_id, c.received_on, c.by, c.confidential,
           c.received_on < t.birth_date + interval '18 years' as minor, c.state, c.acknowledge_by, c.resolve_by,
           c.acknowledged_on, c.in_hand_on, c.agenda_words, c.on_agenda_on, c.discussed_on, c.waived_reason,
           c.resolution, c.resolved_on, c.closed_on, c.place_kind, c.place_id, e.scheme, c.complainant, c.appeal_until,
           s.complaint_appeal_days as appeal_days
    from complaint c join trainee t using (trainee_id) join enrolment e using (trainee_id)
    left join scheme_cadence s on (s.scheme, s.version) = (e.scheme, e.scheme_version)
"""


def case_of(row: asyncpg.Record) -> Case:
    given = {name: row[name] for name in Case.__dataclass_fields__ if name != "state"}
    return Case(**given, state=State(row["state"]))


class Kept:
    """A case with the place that its visit goes to, and its scheme."""

    def __init__(self, row: asyncpg.Record) -> None:
        self.case = case_of(row)
        self.place = Place(row["place_kind"], row["place_id"])
        self.scheme: str = row["scheme"]


async def begin(tx: Tx, new: Sequence[Complaint]) -> None:
    """Who complained, and the last days by the norms of the scheme that the trainee learns under."""
    await tx.execute(
        """
        update complaint c set
            by = given.by,
            complainant = case given.by when 'trainee' then 'trainee/' || e.trainee_id
                                        when 'guardian' then 'guardian/' || e.trainee_id
                                        when 'mentor' then 'mentor/' || e.mentor_id end,
            acknowledge_by = c.received_on + s.complaint_acknowledge_days,
            resolve_by = c.received_on + s.complaint_resolve_days,
            act_on = c.received_on + coalesce(s.complaint_acknowledge_days, s.complaint_resolve_days) + 1
        from unnest($1::text[], $2::text[]) as given(complaint_id, by), enrolment e
        left join scheme_cadence s on (s.scheme, s.version) = (e.scheme, e.scheme_version)
        where c.complaint_id = given.complaint_id and e.trainee_id = c.trainee_id
        """,
        *columns(new, "complaint_id", "by"),
    )


async def cases(tx: Tx, keys: Iterable[str]) -> dict[str, Kept]:
    """Held until commit."""
    rows = await tx.fetch(
        _CASE + " where c.complaint_id = any($1) order by c.complaint_id for update of c", distinct(keys)
    )
    return {row["complaint_id"]: Kept(row) for row in rows}


async def to_act(tx: Tx, today: date, limit: int) -> list[Case]:
    rows = await tx.fetch(
        _CASE + " where c.act_on <= $1 order by c.act_on, c.complaint_id limit $2 for update of c skip locked",
        today,
        limit,
    )
    return [case_of(row) for row in rows]


async def open_of(tx: Tx, trainees: Collection[str], today: date) -> Mapping[tuple[str, str], Mapping[str, Any]]:
    """By trainee and open complaint: since when, and what should have been done by now. Keys and dates only."""
    rows = await tx.fetch(
        _CASE + " where c.trainee_id = any($1) and c.state not in ('resolved', 'closed')", sorted(set(trainees))
    )
    found = {}
    for row in rows:
        case = case_of(row)
        evidence = {"received_on": case.received_on.isoformat()}
        if (late := case.late(today)) is not None:
            evidence |= {"step": late[0], "by": late[1].isoformat()}
        found[case.trainee_id, case.complaint_id] = evidence
    return found


async def keep(tx: Tx, some: Sequence[Case], *, looked_on: date | None = None) -> None:
    """``looked_on``: the day up to which the clock has done what it has to do with them."""
    await tx.execute(
        """
        update complaint c set
            state = g.state, acknowledged_on = g.acknowledged_on, in_hand_on = g.in_hand_on,
            agenda_words = g.agenda_words, on_agenda_on = g.on_agenda_on, discussed_on = g.discussed_on,
            waived_reason = g.waived_reason, resolution = g.resolution, resolved_on = g.resolved_on,
            closed_on = g.closed_on, act_on = g.act_on, appeal_until = g.appeal_until
        from unnest($1::text[], $2::text[], $3::date[], $4::date[], $5::text[], $6::date[], $7::date[], $8::text[],
                    $9::text[], $10::date[], $11::date[], $12::date[], $13::date[])
            as g(complaint_id, state, acknowledged_on, in_hand_on, agenda_words, on_agenda_on, discussed_on,
                 waived_reason, resolution, resolved_on, closed_on, act_on, appeal_until)
        where c.complaint_id = g.complaint_id
        """,
        *columns(some, "complaint_id", "state", "acknowledged_on", "in_hand_on", "agenda_words", "on_agenda_on"),
        *columns(some, "discussed_on", "waived_reason", "resolution", "resolved_on", "closed_on"),
        [_next(one, looked_on) for one in some],
        *columns(some, "appeal_until"),
    )


def _next(case: Case, looked_on: date | None) -> date | None:
    """The next day on which the clock looks at it."""
    if looked_on is None or case.act_on is None or case.act_on > looked_on:
        return case.act_on
    if case.state is State.RECEIVED and case.resolve_by is not None and case.resolve_by > looked_on:
        return case.resolve_by
    return None


async def ready_for_agenda(tx: Tx, limit: int) -> list[tuple[Kept, str, date]]:
    """Complaints in hand that the next visit can speak of, each with that visit and its due date."""
    rows = await tx.fetch(
        f"""
        select q.*, v.visit_id, v.due_on from ({_CASE}) q
        join planned_visit v on (v.place_kind, v.place_id) = (q.place_kind, q.place_id)
             and v.state in ('planned', 'due', 'overdue')
        where q.state = 'in hand' and q.waived_reason = ''
          and (q.agenda_words <> '' or not (q.confidential or q.minor))
        order by q.complaint_id limit $1
        """,  # noqa: S608 - no input
        limit,
    )
    return [(Kept(row), row["visit_id"], row["due_on"]) for row in rows]


async def add_appeal(tx: Tx, complaint_id: str, on: date, text: str) -> None:
    await tx.execute(
        "insert into complaint_appeal (complaint_id, lodged_on, text) values ($1, $2, $3) on conflict do nothing",
        complaint_id,
        on,
        text,
    )


async def reachable(tx: Tx, complainant: str) -> bool:
    """Whether there is an address to tell them at; a trainee's guardian is only known where one was entered."""
    kind, _, key = complainant.partition("/")
    if kind != "guardian":
        return True
    return bool(await tx.fetchval("select guardian_email <> '' from trainee where trainee_id = $1", key))


async def was_appealed(tx: Tx, complaint_id: str) -> bool:
    return bool(await tx.fetchval("select exists (select from complaint_appeal where complaint_id = $1)", complaint_id))
