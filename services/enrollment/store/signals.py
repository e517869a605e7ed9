"""Signals: opened when seen first, kept up to date while they hold, closed when they no longer do."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import asyncpg

from shared.db import Tx

from ..domain.signals import Kind, Signal
from . import risk


@dataclass(frozen=True, slots=True)
class Changes:
    """What a new look made of the signals of one kind."""

    opened: Sequence[Signal]
    closed: Sequence[Signal]


async def set_found(
    tx: Tx,
    kind: Kind,
    trainees: Collection[str],
    found: Mapping[tuple[str, str], Mapping[str, Any]],
    *,
    on: date,
) -> Changes:
    """Makes the open signals of ``kind`` of these trainees the ``found`` ones, by (trainee, about): its evidence.

    Trainees of whom nothing was found have theirs closed. One that is found again on the day on which it closed is the
    same one and keeps its first day: in which order a day's entries came makes no difference. Callers who write about
    the same trainee and kind at once wait for each other on the rows.
    """
    rows = await tx.fetch(
        """
        with wanted as (
            select * from unnest($3::text[], $4::text[], $5::jsonb[]) as w(trainee_id, about, evidence)
        ), closed as (
            update signal s set closed_on = greatest($6::date, s.opened_on)
            where s.kind = $1 and s.trainee_id = any($2::text[]) and s.closed_on is null
              and not exists (select from wanted w where (w.trainee_id, w.about) = (s.trainee_id, s.about))
            returning false as fresh, true as gone, s.*
        ), again as (
            update signal s set closed_on = null, evidence = w.evidence
            from wanted w
            where s.signal_id = (
                select max(signal_id) from signal
                where (trainee_id, kind, about) = (w.trainee_id, $1, w.about) and closed_on = $6::date
            ) and not exists (
                select from signal
                where (trainee_id, kind, about) = (w.trainee_id, $1, w.about) and closed_on is null
            )
            returning true as fresh, false as gone, s.*
        ), kept as (
            insert into signal as s (trainee_id, kind, about, opened_on, evidence)
            select w.trainee_id, $1, w.about, $6::date, w.evidence
            from wanted w
            where not exists (select from again a where (a.trainee_id, a.about) = (w.trainee_id, w.about))
            on conflict (trainee_id, kind, about) where closed_on is null do update set evidence = excluded.evidence
            where s.evidence is distinct from excluded.evidence
            returning xmax = 0 as fresh, false as gone, s.*
        )
        select * from closed union all select * from again union all select * from kept
        """,
        kind.value,
        sorted(set(trainees)),
        [trainee for trainee, _ in found],
        [about for _, about in found],
        list(found.values()),
        on,
    )
    await risk.look_again(tx, {row["trainee_id"] for row in rows if row["fresh"] or row["gone"]})
    await _plan_visits_again(tx, {row["trainee_id"] for row in rows if row["fresh"] or row["gone"]})
    return Changes(
        [_signal(row) for row in rows if row["fresh"]],
        [_signal(row) for row in rows if row["gone"]],
    )


async def _plan_visits_again(tx: Tx, trainees: Collection[str]) -> None:
    """The clock looks at the visits of their places: signals may bring one forward."""
    if trainees:
        await tx.execute("insert into visit_to_plan (trainee_id) select * from unnest($1::text[])", sorted(trainees))


async def open_of(tx: Tx, trainees: Collection[str]) -> dict[str, list[Signal]]:
    """The open signals of each of these trainees, the oldest first."""
    rows = await tx.fetch(
        """
        select * from signal where trainee_id = any($1::text[]) and closed_on is null
        order by trainee_id, opened_on, kind, about
        """,
        sorted(set(trainees)),
    )
    found: dict[str, list[Signal]] = {trainee: [] for trainee in trainees}
    for row in rows:
        found[row["trainee_id"]].append(_signal(row))
    return found


async def close_all(tx: Tx, trainees: Collection[str], *, on: date) -> list[Signal]:
    """Closes whatever is open about trainees whose training is over; what that was."""
    rows = await tx.fetch(
        """
        update signal set closed_on = greatest($2::date, opened_on)
        where trainee_id = any($1::text[]) and closed_on is null returning *
        """,
        sorted(set(trainees)),
        on,
    )
    await risk.look_again(tx, trainees)
    return [_signal(row) for row in rows]


async def open_kinds(tx: Tx, trainees: Collection[str]) -> set[str]:
    """The kinds of which any of these trainees has an open signal: the others have nothing to close."""
    rows = await tx.fetch(
        "select distinct kind from signal where trainee_id = any($1::text[]) and closed_on is null",
        sorted(set(trainees)),
    )
    return {row["kind"] for row in rows}


def _signal(row: asyncpg.Record) -> Signal:
    return Signal(row["trainee_id"], Kind(row["kind"]), row["about"], row["opened_on"], row["evidence"])
