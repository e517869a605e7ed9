"""What the calendar does with certificates: reminders of the end, the window to renew, the end itself, and a reminder
to look at a suspension. Each once, with an id that comes out the same. What an outage missed is caught up; of several
reminders that are due together only the last is told."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta

from shared.bus import outbox
from shared.db import Tx
from shared.events.base import Event
from shared.events.certification import (
    AppealOverdue,
    CertificateExpiring,
    CertificateSuspensionEnding,
    MarkLicenceEnding,
    RecertificationWindowOpened,
)
from shared.ids import stable_id

from ..domain.life import MOVES, Kind
from ..domain.schemes import SchemeVersion
from ..store import appeals, calendar, life, mark_use, schemes
from ..store.audit import By
from ..store.calendar import Ending
from .life import Asked, norms_in_force, take

BATCH = 200


async def follow_calendar(tx: Tx, *, today: date, now: datetime, by: By) -> int:
    """Some of what fell due up to today; how many things. Zero when all was done."""
    versions = list((await schemes.all_versions(tx)).values())
    done = await _tell_reminders(tx, versions, today=today, now=now)
    done += await _open_windows(tx, versions, today=today, now=now)
    done += await _tell_suspensions(tx, today=today, now=now)
    done += await _tell_appeals(tx, today=today, now=now)
    done += await _tell_licences(tx, versions, today=today, now=now)
    return done + await _expire(tx, today=today, now=now, by=by)


async def _tell_reminders(tx: Tx, versions: Iterable[SchemeVersion], *, today: date, now: datetime) -> int:
    terms = [(v.scheme.scheme, v.scheme.version, days) for v in versions if (val := v.scheme.validity) is not None
             for days in val.reminders_days]  # fmt: skip
    renewable = {(v.scheme.scheme, v.scheme.version) for v in versions if v.scheme.recertification is not None}

    def said(one: Ending) -> Event:
        return CertificateExpiring(
            **_facts(one),
            days=(one.valid_until - today).days,
            recertification=(one.scheme, one.scheme_version) in renewable,
        )

    return await _tell(tx, "expiring", terms, said, today=today, now=now)


async def _open_windows(tx: Tx, versions: Iterable[SchemeVersion], *, today: date, now: datetime) -> int:
    by_key = {(v.scheme.scheme, v.scheme.version): v.scheme for v in versions}
    terms = [
        (*key, scheme.validity.recertification_window_days)
        for key, scheme in by_key.items()
        if scheme.validity is not None and scheme.validity.recertification_window_days is not None
    ]

    def said(one: Ending) -> Event:
        asks = by_key[one.scheme, one.scheme_version].recertification
        return RecertificationWindowOpened(
            **_facts(one),
            exams=asks.exams if asks else (),
            practice_months=asks.requires.practice_months if asks and asks.requires else None,
        )

    return await _tell(tx, "window", terms, said, today=today, now=now)


async def _tell(
    tx: Tx, kind: str, terms: list[calendar.Term], said: Callable[[Ending], Event], *, today: date, now: datetime
) -> int:
    found = await calendar.ending(tx, kind, terms, today, BATCH) if terms else []
    due = {one.number: one.valid_until - timedelta(days=min(one.days)) for one in found}
    noted = [
        (one.number, one.valid_until - timedelta(days=days), days == min(one.days))
        for one in found
        for days in one.days
    ]
    new = await calendar.note(tx, kind, noted, now=now)
    for one in found:
        day = due[one.number]
        if (one.number, day) in new:
            await outbox.put(tx, said(one), id=stable_id(f"certificate-{kind}", one.number, day.isoformat()))
    return len(found)


def _facts(one: Ending) -> dict[str, object]:
    return {
        name: getattr(one, name)
        for name in ("number", "trainee_id", "scheme", "scheme_version", "programme", "valid_until")
    }


async def _tell_suspensions(tx: Tx, *, today: date, now: datetime) -> int:
    rows = await calendar.suspensions_to_look_at(tx, today, BATCH)
    new = await calendar.note(tx, "suspension", [(row["number"], row["until_on"], True) for row in rows], now=now)
    for row in rows:
        number, until = row["number"], row["until_on"]
        if (number, until) in new:
            event = CertificateSuspensionEnding(
                number=number, trainee_id=row["trainee_id"], scheme=row["scheme"], until=until
            )
            await outbox.put(tx, event, id=stable_id("certificate-suspension", number, until.isoformat()))
    return len(rows)


async def _tell_appeals(tx: Tx, *, today: date, now: datetime) -> int:
    rows = await appeals.overdue(tx, today, BATCH)
    new = await appeals.note_overdue(tx, [row["appeal_id"] for row in rows], now=now)
    for row in rows:
        if row["appeal_id"] in new:
            event = AppealOverdue(**{**row, "number": row["number"] or ""})
            await outbox.put(tx, event, id=stable_id("appeal-overdue", row["appeal_id"]))
    return len(rows)


async def _tell_licences(tx: Tx, versions: Iterable[SchemeVersion], *, today: date, now: datetime) -> int:
    marks = {one.scheme.scheme for one in versions}
    norms = {mark: norms_in_force(versions, mark, today) for mark in sorted(marks)}
    terms = [(mark, one.licence_reminder_days) for mark, one in norms.items() if one and one.licence_reminder_days]
    rows = await mark_use.ending_soon(tx, terms, today, BATCH) if terms else []
    new = await mark_use.note_reminded(tx, [row["licence_id"] for row in rows], now=now)
    for row in rows:
        if row["licence_id"] in new:
            await outbox.put(tx, MarkLicenceEnding(**row), id=stable_id("mark-licence-ending", row["licence_id"]))
    return len(rows)


async def _expire(tx: Tx, *, today: date, now: datetime, by: By) -> int:
    numbers = await calendar.ended(tx, today, BATCH)
    asked = Asked(Kind.EXPIRED, "period_ended", "the last day of validity has passed")
    for number in numbers:
        standing = await life.lock(tx, number)
        if standing is not None and standing.state in MOVES[Kind.EXPIRED]:  # another process may have been first
            await take(tx, standing, asked, now=now, today=today, by=by)
    return len(numbers)
