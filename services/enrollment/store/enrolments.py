"""Trainees, their enrolments and their placements."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import asyncpg

from shared.db import Tx

from ..domain.enrolment_states import State
from ..domain.enrolments import Enrolment
from ..domain.placements import Placement
from ..domain.placements import State as PlacementState
from ..domain.schemes import SchemeVersion
from .rows import columns, distinct


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an enrolment stands, beside what was asked for."""

    state: State
    scheme: str
    placement: Placement | None


_ENROLMENT = """
    select t.trainee_id, t.name, t.birth_date, t.email, t.language, t.guardian_email, e.programme, e.school_id,
           e.company_id, e.mentor_id, e.instructor_id, e.starts_on, e.planned_end, e.channel
    from enrolment e join trainee t using (trainee_id)
    where trainee_id = any($1)
"""


async def enrolments(tx: Tx, keys: Iterable[str]) -> dict[str, Enrolment]:
    """Held until commit, so that two imports of one trainee follow each other."""
    rows = await tx.fetch(_ENROLMENT + " order by trainee_id for update of e", distinct(keys))
    return {row["trainee_id"]: Enrolment(**row) for row in rows}


async def standings(tx: Tx, keys: Iterable[str]) -> dict[str, Standing]:
    rows = await tx.fetch(
        """
        select e.trainee_id, e.state as enrolment_state, e.scheme, p.placement_id, p.company_id, p.mentor_id,
               p.state, p.starts_on, p.ends_on
        from enrolment e left join placement p on p.trainee_id = e.trainee_id and p.state <> 'ended'
        where e.trainee_id = any($1)
        """,
        distinct(keys),
    )
    found = {}
    for row in rows:
        given = {name: row[name] for name in Placement.__dataclass_fields__}
        placement = None if row["placement_id"] is None else _placement(given)
        found[row["trainee_id"]] = Standing(State(row["enrolment_state"]), row["scheme"], placement)
    return found


async def known_trainees(tx: Tx, keys: Iterable[str]) -> set[str]:
    rows = await tx.fetch("select trainee_id from trainee where trainee_id = any($1)", distinct(keys))
    return {row["trainee_id"] for row in rows}


async def keep(
    tx: Tx, enrolments: Sequence[Enrolment], versions: Mapping[str, SchemeVersion], states: Mapping[str, State]
) -> None:
    """New ones in their ``states``; those that were there keep their state and their scheme version."""
    await tx.execute(
        """
        insert into trainee (trainee_id, name, birth_date, email, language, guardian_email)
        select * from unnest($1::text[], $2::text[], $3::date[], $4::text[], $5::text[], $6::text[])
        on conflict (trainee_id) do update set
            name = excluded.name, birth_date = excluded.birth_date, email = excluded.email,
            language = excluded.language, guardian_email = excluded.guardian_email
        """,
        *columns(enrolments, "trainee_id", "name", "birth_date", "email", "language", "guardian_email"),
    )
    await tx.execute(
        """
        insert into enrolment (trainee_id, programme, school_id, instructor_id, company_id, mentor_id, starts_on,
                               planned_end, channel, minor, scheme, scheme_version, state)
        select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::date[],
                             $8::date[], $9::text[], $10::bool[], $11::text[], $12::text[], $13::text[])
        on conflict (trainee_id) do update set
            school_id = excluded.school_id, instructor_id = excluded.instructor_id,
            company_id = excluded.company_id, mentor_id = excluded.mentor_id,
            planned_end = excluded.planned_end, channel = excluded.channel
        """,
        *columns(enrolments, "trainee_id", "programme", "school_id", "instructor_id", "company_id", "mentor_id"),
        *columns(enrolments, "starts_on", "planned_end", "channel", "minor"),
        [versions[one.trainee_id].scheme for one in enrolments],
        [versions[one.trainee_id].version for one in enrolments],
        [states.get(one.trainee_id, State.ENROLLED) for one in enrolments],
    )
    # The first period of four weeks is judged after it; who changed, or has a mentor in question, is looked at soon.
    await tx.execute(
        """
        insert into training_watch (trainee_id, next_on)
        select e.trainee_id, case when s.state is distinct from 'approved' then e.starts_on
                                  else date_trunc('week', e.starts_on)::date + 35 end
        from enrolment e left join mentor_standing s using (mentor_id)
        where e.trainee_id = any($1) order by e.trainee_id
        on conflict (trainee_id) do update set next_on = '0001-01-01'
        """,
        [one.trainee_id for one in enrolments],
    )


async def keep_placements(tx: Tx, placements: Sequence[Placement]) -> None:
    """Ended ones first: a trainee has one placement at a time."""
    over = PlacementState.ENDED
    for some in ([p for p in placements if p.state is over], [p for p in placements if p.state is not over]):
        if not some:
            continue
        await tx.execute(
            """
            insert into placement (placement_id, trainee_id, company_id, mentor_id, state, starts_on, ends_on)
            select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::date[], $7::date[])
            on conflict (placement_id) do update set
                company_id = excluded.company_id, mentor_id = excluded.mentor_id, state = excluded.state,
                starts_on = excluded.starts_on, ends_on = excluded.ends_on
            """,
            *columns(some, "placement_id", "trainee_id", "company_id", "mentor_id", "state", "starts_on", "ends_on"),
        )


async def set_states(tx: Tx, moves: Sequence[tuple[str, State]], *, ended_on: date | None = None) -> None:
    await tx.execute(
        """
        update enrolment set state = given.state, ended_on = coalesce($3, ended_on)
        from unnest($1::text[], $2::text[]) as given(trainee_id, state)
        where enrolment.trainee_id = given.trainee_id
        """,
        [key for key, _ in moves],
        [str(state) for _, state in moves],
        ended_on,
    )
    # Signals are of trainings that run: what began counts from its day on, what stopped or goes on is looked at soon.
    await tx.execute(
        """
        with held as materialized (
            select trainee_id from training_watch where trainee_id = any($1::text[]) order by trainee_id for update
        )
        update training_watch w set next_on = case when given.state = 'active' then coalesce(next_on, '0001-01-01')
                                                   else '0001-01-01' end
        from held join unnest($1::text[], $2::text[]) as given(trainee_id, state) using (trainee_id)
        where w.trainee_id = held.trainee_id
        """,
        [key for key, _ in moves],
        [str(state) for _, state in moves],
    )


async def to_begin(tx: Tx, today: date, limit: int) -> list[Placement]:
    """Placements whose first day has come; two schedulers at once share them out.

    Where the scheme gives no time to sign the agreement later, a placement waits until it is signed for.
    """
    rows = await tx.fetch(
        """
        select placement_id, trainee_id, company_id, mentor_id, state, starts_on, ends_on
        from placement p where state in ('proposed', 'covered', 'signed') and starts_on <= $1
          and (state = 'signed' or not exists (
            select from enrolment e join scheme_curriculum c on (c.scheme, c.version) = (e.scheme, e.scheme_version)
            where e.trainee_id = p.trainee_id and (c.content #>> '{norms,agreement_grace_days}')::int = 0))
        order by starts_on, placement_id limit $2 for update of p skip locked
        """,
        today,
        limit,
    )
    return [_placement(row) for row in rows]


def _placement(row: Mapping[str, Any] | asyncpg.Record) -> Placement:
    return Placement(**{**row, "state": PlacementState(row["state"])})
