"""Evidence from the training, and who took part in it: kept as it was told, however often and in whatever order."""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal

from shared.db import Tx

from ..domain.candidates import State
from ..domain.evidence import Attendance, Elsewhere, Facts, Practice, SignedOff
from .schemes import Key


async def of(tx: Tx, trainee_ids: Collection[str], *, counted_on: date) -> dict[str, Facts]:
    """What is known of each of these trainees on that day."""
    ids = list(trainee_ids)
    signed: dict[str, list[SignedOff]] = {}
    for row in await tx.fetch(
        "select trainee_id, target, signed_on from target_signed_off where trainee_id = any($1) order by target", ids
    ):
        signed.setdefault(row["trainee_id"], []).append(SignedOff(row["target"], row["signed_on"]))
    measured = {
        row["trainee_id"]: Attendance(row["up_to"], row["expected_days"], row["attended_days"])
        for row in await tx.fetch(
            """
            select distinct on (trainee_id) trainee_id, up_to, expected_days, attended_days
            from attendance_measured where trainee_id = any($1) order by trainee_id, up_to desc
            """,
            ids,
        )
    }
    practice: dict[str, list[Practice]] = {}
    for row in await tx.fetch(
        """
        select trainee_id, placement_id, starts_on, ends_on from practice_period
        where trainee_id = any($1) order by starts_on, placement_id
        """,
        ids,
    ):
        practice.setdefault(row["trainee_id"], []).append(
            Practice(row["placement_id"], row["starts_on"], row["ends_on"])
        )
    elsewhere: dict[str, list[Elsewhere]] = {}
    for row in await tx.fetch(
        """
        select trainee_id, practice_id, starts_on, ends_on from practice_elsewhere
        where trainee_id = any($1) and not withdrawn order by starts_on, practice_id
        """,
        ids,
    ):
        elsewhere.setdefault(row["trainee_id"], []).append(
            Elsewhere(row["practice_id"], row["starts_on"], row["ends_on"])
        )
    return {
        id: Facts(
            counted_on,
            tuple(signed.get(id, ())),
            measured.get(id),
            tuple(practice.get(id, ())),
            tuple(elsewhere.get(id, ())),
        )
        for id in ids
    }


async def add_signed_off(tx: Tx, signed: Sequence[tuple[str, str, date]]) -> set[str]:
    """``signed``: trainee, target, day. Gives the trainees of whom that was new."""
    rows = await tx.fetch(
        """
        insert into target_signed_off (trainee_id, target, signed_on)
        select distinct on (trainee_id, target) * from unnest($1::text[], $2::text[], $3::date[])
            as t(trainee_id, target, signed_on) order by trainee_id, target, signed_on
        on conflict do nothing returning trainee_id
        """,
        *_columns(signed, 3),
    )
    return {row["trainee_id"] for row in rows}


async def add_attendance(tx: Tx, measured: Sequence[tuple[str, date, Decimal, Decimal]]) -> set[str]:
    """``measured``: trainee, up to which day, expected and attended days. Gives the trainees of whom that was new."""
    rows = await tx.fetch(
        """
        insert into attendance_measured (trainee_id, up_to, expected_days, attended_days)
        select distinct on (trainee_id, up_to) * from unnest($1::text[], $2::date[], $3::numeric[], $4::numeric[])
            as t(trainee_id, up_to, expected_days, attended_days) order by trainee_id, up_to
        on conflict do nothing returning trainee_id
        """,
        *_columns(measured, 4),
    )
    return {row["trainee_id"] for row in rows}


async def add_placements(tx: Tx, placements: Sequence[tuple[str, str, str, str, date]]) -> set[str]:
    """``placements``: placement, trainee, company, mentor, first day. Gives the trainees of whom that was new."""
    keys, trainees, companies, _mentors, days = _columns(placements, 5)
    rows = await tx.fetch(
        """
        insert into practice_period (placement_id, trainee_id, company_id, starts_on)
        select distinct on (placement_id) * from unnest($1::text[], $2::text[], $3::text[], $4::date[])
            as t(placement_id, trainee_id, company_id, starts_on) order by placement_id
        on conflict do nothing returning trainee_id
        """,
        keys,
        trainees,
        companies,
        days,
    )
    companies_and_mentors = [
        (trainee, role, key, day)
        for _, trainee, company, mentor, day in placements
        for role, key in (("company", company), ("mentor", mentor))
    ]
    await add_trainers(tx, companies_and_mentors)
    return {row["trainee_id"] for row in rows}


async def end_placements(tx: Tx, ended: Sequence[tuple[str, date]]) -> None:
    """``ended``: placement, last day. A placement that was not heard of has no practice to end."""
    await tx.execute(
        """
        update practice_period p set ends_on = t.ends_on
        from unnest($1::text[], $2::date[]) as t(placement_id, ends_on) where p.placement_id = t.placement_id
        """,
        *_columns(ended, 2),
    )


async def add_elsewhere(tx: Tx, gained: Sequence[tuple[str, str, date, date]], *, withdrawn: bool) -> set[str]:
    """``gained``: practice, trainee, first and last day. What was withdrawn stays so, in whatever order it is heard.
    Gives the trainees of whom that was new."""
    rows = await tx.fetch(
        """
        insert into practice_elsewhere as known (practice_id, trainee_id, starts_on, ends_on, withdrawn)
        select distinct on (practice_id) *, $5::bool
        from unnest($1::text[], $2::text[], $3::date[], $4::date[]) as t(practice_id, trainee_id, starts_on, ends_on)
        order by practice_id
        on conflict (practice_id) do update set withdrawn = true where excluded.withdrawn and not known.withdrawn
        returning trainee_id
        """,
        *_columns(gained, 4),
        withdrawn,
    )
    return {row["trainee_id"] for row in rows}


async def add_trainers(tx: Tx, trained: Sequence[tuple[str, str, str, date]]) -> None:
    """``trained``: trainee, role, key, since."""
    await tx.execute(
        """
        insert into trained_by (trainee_id, role, key, since)
        select distinct on (trainee_id, role, key) * from unnest($1::text[], $2::text[], $3::text[], $4::date[])
            as t(trainee_id, role, key, since) order by trainee_id, role, key, since
        on conflict do nothing
        """,
        *_columns(trained, 4),
    )


async def undecided(tx: Tx, trainee_ids: Collection[str]) -> dict[str, Key]:
    """The scheme version of each of these candidates on whom nothing was decided yet."""
    rows = await tx.fetch(
        """
        select trainee_id, scheme, scheme_version from candidate
        where trainee_id = any($1) and state = any($2) order by trainee_id
        """,
        list(trainee_ids),
        [State.ADMITTED, State.ASSESSING, State.ELIGIBLE],
    )
    return {row["trainee_id"]: (row["scheme"], row["scheme_version"]) for row in rows}


async def practising(tx: Tx) -> list[str]:
    """Candidates of whom nothing but the passing of time may complete the practice."""
    rows = await tx.fetch(
        "select trainee_id from candidate where state = 'assessing' and 'practice_months' = any(missing)"
    )
    return [row["trainee_id"] for row in rows]


def _columns(rows: Sequence[tuple[object, ...]], width: int) -> list[list[object]]:
    return [[row[n] for row in rows] for n in range(width)]
