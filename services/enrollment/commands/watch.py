"""Signals of trainings are worked out anew from their entries: when something is written, and when time passes.

Only the trainees touched, each with all of its entries: so the order in which entries come makes no difference.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from shared.bus import outbox
from shared.db import Tx
from shared.events.base import Event
from shared.events.enrollment import (
    AlignmentGapDetected,
    AttendanceBelowNorm,
    AttendanceMeasured,
    ExtraHandsSignalled,
    MentorTimeBelowNorm,
)
from shared.ids import stable_id

from ..domain import watching as rules
from ..domain.norms import Norms
from ..domain.signals import Kind, Signal
from ..domain.watching import Firsts, Period
from ..store import audit, norms, signals, watching
from ..store.audit import By
from ..store.watching import Training

Found = dict[tuple[str, str], Mapping[str, Any]]
"""By trainee and what it is about: the evidence."""

NOTHING: norms.Learned = (Norms(), {})

KINDS = (Kind.MENTOR, Kind.MENTOR_TIME, Kind.EXTRA_HANDS, Kind.ATTENDANCE, Kind.ALIGNMENT_GAP)

TOGETHER = 500
"""Trainees whose entries are held in memory at once."""


async def watch(tx: Tx, trainees: Iterable[str], *, today: date, by: By, entries: bool = True) -> None:
    """Looks at these trainees. ``entries``: their logbook may have changed."""
    keys = sorted(set(trainees))
    if not keys:
        return
    some = await watching.trainings(tx, keys)
    if entries:
        await watching.note_firsts(tx, keys)
    running = [one for one in some if one.state == "active"]
    known = await norms.learned_under(tx, {(one.scheme, one.scheme_version) for one in running})
    weeks = await watching.weeks(tx, running)
    firsts = await watching.firsts(tx, (one.trainee_id for one in running))
    found: dict[Kind, Found] = {kind: {} for kind in KINDS}
    next_days: dict[str, date | None] = {one.trainee_id: None for one in some}
    attended: dict[str, date] = {}
    for one in running:
        norm, programmes = known.get((one.scheme, one.scheme_version), NOTHING)
        own = programmes.get(one.programme, ())
        asked = [first for first in firsts.get(one.trainee_id, ()) if first.target in own]
        judged = rules.periods(one.starts_on, weeks[one.trainee_id], today, norm)
        for kind, about, evidence in _look(one, judged, asked, norm, today):
            found[kind][one.trainee_id, about] = evidence
        next_days[one.trainee_id] = rules.next_look(one.starts_on, asked, norm, today)
        if norm.measures_attendance and (until := await _measure(tx, one, judged, norm)):
            attended[one.trainee_id] = until
    await watching.look_again(tx, next_days, attended)
    await _tell(tx, keys, {one.trainee_id: one for one in running}, found, today, by)


async def watch_all(tx: Tx, trainees: Iterable[str], *, today: date, by: By) -> None:
    """After a whole file: each trainee is looked at once, however many of its lines came."""
    keys = sorted(set(trainees))
    for start in range(0, len(keys), TOGETHER):
        await watch(tx, keys[start : start + TOGETHER], today=today, by=by)


async def watch_due(tx: Tx, *, today: date, by: By, limit: int = 250) -> int:
    """Looks at those for whom time has passed; how many."""
    due = await watching.due(tx, today, limit)
    await watch(tx, due, today=today, by=by, entries=False)
    return len(due)


def _look(
    one: Training, judged: Sequence[Period], asked: Sequence[Firsts], norm: Norms, today: date
) -> Iterable[tuple[Kind, str, Mapping[str, Any]]]:
    """What gives cause to look at one training: the kind, what about, and the figures it follows from."""
    if mentor := _mentor(one, norm):
        yield Kind.MENTOR, one.mentor_id, mentor
    time = rules.mentor_time(judged, norm)
    if time is not None and time.below:
        yield (
            Kind.MENTOR_TIME,
            "",
            {
                **_days(time.period),
                "weeks": time.period.company_weeks,
                "minutes": time.period.minutes,
                "budget": time.budget,
                "norm": norm.mentor_minutes_per_week,
            },
        )
    mix = rules.task_mix(judged, norm)
    if mix is not None and mix.before is not None and mix.extra_hands:
        yield (
            Kind.EXTRA_HANDS,
            "",
            {
                "from": mix.before.first.isoformat(),
                "until": mix.period.last.isoformat(),
                "share": round(mix.period.simple_share, 3),
                "share_before": round(mix.before.simple_share, 3),
                "norm": mix.norm,
            },
        )
    seen = rules.attendance(judged, norm)
    if seen is not None and norm.school_attendance is not None and seen.share < norm.school_attendance:
        yield (
            Kind.ATTENDANCE,
            "",
            {
                "from": seen.first.isoformat(),
                "until": seen.last.isoformat(),
                "expected": round(seen.expected, 2),
                "attended": round(seen.attended, 2),
                "share": round(seen.share, 3),
                "norm": norm.school_attendance,
            },
        )
    for gap in rules.alignment_gaps(asked, norm, today):
        taught_on = gap.taught_on.isoformat() if gap.taught_on else None
        yield Kind.ALIGNMENT_GAP, gap.target, {"taught_on": taught_on, "norm": norm.alignment_lag_days}


def _mentor(one: Training, norm: Norms) -> Mapping[str, Any] | None:
    if one.mentor_state not in ("approved", "accepted"):
        since, by = one.mentor_since, one.another_by
        return {
            "state": one.mentor_state,
            "since": since.isoformat() if since else None,
            "another_by": by.isoformat() if by else None,
        }
    most = one.max_trainees if one.max_trainees is not None else norm.mentor_max_trainees
    if most is not None and one.mentor_trainees > most:
        return {"state": "over limit", "trainees": one.mentor_trainees, "most": most}
    return None


def _days(period: Period) -> dict[str, Any]:
    return {"from": period.first.isoformat(), "until": period.last.isoformat()}


async def _measure(tx: Tx, one: Training, judged: Sequence[Period], norm: Norms) -> date | None:
    """Tells attendance over the whole training, once for each period; until when, or None when that was told before."""
    whole = rules.attendance(judged, norm, whole=True)
    if whole is None or (one.attended_until is not None and whole.last <= one.attended_until):
        return None
    event = AttendanceMeasured(
        trainee_id=one.trainee_id,
        expected_days=round(whole.expected, 2),
        attended_days=round(whole.attended, 2),
        up_to=whole.last,
        scheme=one.scheme,
    )
    await outbox.put(tx, event, id=stable_id(event.TYPE, one.trainee_id, whole.last.isoformat()))
    return whole.last


async def _tell(
    tx: Tx, keys: Sequence[str], running: Mapping[str, Training], found: Mapping[Kind, Found], today: date, by: By
) -> None:
    notes: list[tuple[str, str]] = []
    standing = await signals.open_kinds(tx, keys)
    for kind in KINDS:
        if not found[kind] and kind not in standing:
            continue
        changes = await signals.set_found(tx, kind, keys, found[kind], on=today)
        notes += [(f"trainee/{one.trainee_id}", _noted(one, "opened")) for one in changes.opened]
        notes += [(f"trainee/{one.trainee_id}", _noted(one, "closed")) for one in changes.closed]
        opened: dict[str, list[Signal]] = {}
        for one in changes.opened:
            opened.setdefault(one.trainee_id, []).append(one)
        for trainee_id in sorted(opened):
            event = _event(kind, running[trainee_id], opened[trainee_id], today)
            if event is not None:
                await outbox.put(tx, event)
    await audit.note(tx, by, notes)


def _noted(one: Signal, what: str) -> str:
    return f"signal {what}: {one.kind}{f' {one.about}' if one.about else ''}"


def _event(kind: Kind, one: Training, opened: Sequence[Signal], today: date) -> Event | None:
    """What is told when a signal opens; that of the mentor was told when it happened."""
    evidence = opened[0].evidence
    match kind:
        case Kind.MENTOR_TIME:
            return MentorTimeBelowNorm(
                trainee_id=one.trainee_id,
                company_id=one.company_id,
                mentor_id=one.mentor_id,
                period_from=evidence["from"],
                period_until=evidence["until"],
                weeks=evidence["weeks"],
                minutes=evidence["minutes"],
                budget_minutes=evidence["budget"],
                scheme=one.scheme,
            )
        case Kind.EXTRA_HANDS:
            return ExtraHandsSignalled(
                trainee_id=one.trainee_id,
                company_id=one.company_id,
                period_until=evidence["until"],
                share=evidence["share"],
                share_before=evidence["share_before"],
                scheme=one.scheme,
            )
        case Kind.ATTENDANCE:
            return AttendanceBelowNorm(
                trainee_id=one.trainee_id,
                school_id=one.school_id,
                period_until=evidence["until"],
                expected_days=evidence["expected"],
                attended_days=evidence["attended"],
                scheme=one.scheme,
            )
        case Kind.ALIGNMENT_GAP:
            return AlignmentGapDetected(
                trainee_id=one.trainee_id,
                company_id=one.company_id,
                school_id=one.school_id,
                targets=tuple(sorted(signal.about for signal in opened)),
                detected_on=today,
                scheme=one.scheme,
            )
        case _:
            return None
