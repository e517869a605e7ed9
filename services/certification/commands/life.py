"""What a decider does with a certificate after it was issued: one function takes every step.

A step, the version and the credential that it asks for, the bit on the status list, the audit row and the event are one
transaction. Whoever comes second waits for the row of the certificate's status and then meets the rule.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from shared.bus import outbox
from shared.db import Tx
from shared.events.base import Event
from shared.events.certification import (
    CertificateCorrected,
    CertificateExpired,
    CertificateReinstated,
    CertificateReissued,
    CertificateScopeReduced,
    CertificateSuspended,
    CertificateWithdrawn,
    RecertificationCompleted,
)

from ..domain.life import (
    KEY_COMPROMISED,
    MOVES,
    NEW_VERSION,
    Kind,
    NewVersion,
    Standing,
    Step,
    Words,
    new_version,
    take_step,
)
from ..domain.life_rules import CertificateNotKnown, LastDayNotPassed
from ..domain.revisions import corrections, smaller_scope
from ..domain.schemes import Norms, SchemeVersion
from ..store import audit, life, log_of_steps, schemes, signing, status_lists
from ..store.audit import By
from .imported_life import decide_imported

_EVENTS: Mapping[Kind, type[Event]] = {
    Kind.SUSPENDED: CertificateSuspended,
    Kind.REINSTATED: CertificateReinstated,
    Kind.WITHDRAWN: CertificateWithdrawn,
    Kind.EXPIRED: CertificateExpired,
    Kind.CORRECTED: CertificateCorrected,
    Kind.SCOPE_REDUCED: CertificateScopeReduced,
    Kind.REISSUED: CertificateReissued,
    Kind.RECERTIFIED: RecertificationCompleted,
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What a decider asks: ``reason`` is a code, ``words`` what was typed (kept private). ``until`` and ``obligations``
    belong to a suspension, ``holder`` and ``programme`` to a correction, ``targets`` to a smaller scope."""

    kind: Kind
    reason: str
    words: str
    until: date | None = None
    obligations: tuple[str, ...] = ()
    holder: str | None = None
    programme: str | None = None
    targets: tuple[str, ...] = ()
    changes: Mapping[str, Any] | None = None


async def decide_step(tx: Tx, number: str, asked: Asked, *, now: datetime, today: date, by: By) -> Step:
    """Takes the step, tells it, and gives it. Raises the rule that refuses it."""
    standing = await life.lock(tx, number)
    if standing is None:
        return await decide_imported(
            tx, number, asked.kind, asked.reason, asked.words, asked.until, now=now, today=today, by=by
        )
    return await take(tx, standing, asked, now=now, today=today, by=by)


async def expire(tx: Tx, number: str, *, now: datetime, today: date, by: By) -> Step:
    """What the calendar does by itself the day after the last one, asked for by a person. Never before."""
    standing = await life.lock(tx, number)
    if standing is None:
        raise CertificateNotKnown(number)
    if standing.state in MOVES[Kind.EXPIRED] and (standing.valid_until is None or today <= standing.valid_until):
        raise LastDayNotPassed(number, standing.valid_until)
    asked = Asked(Kind.EXPIRED, "period_ended", "the last day of validity has passed")
    return await take(tx, standing, asked, now=now, today=today, by=by)


async def take(tx: Tx, standing: Standing, asked: Asked, *, now: datetime, today: date, by: By) -> Step:
    """As ``decide_step``, for whoever locked the certificate already."""
    versions = await schemes.all_versions(tx)
    made = _made(standing, asked, versions[standing.scheme, standing.scheme_version])
    words = Words(asked.words.strip(), asked.obligations, secrets.token_hex(16))
    step = take_step(
        standing,
        asked.kind,
        reason=asked.reason,
        words=words,
        decided_by=by.actor,
        now=now,
        today=today,
        appeal_days=appeal_days(versions.values(), standing.scheme, today),
        until_on=asked.until,
        made=made,
    )
    await life.add(tx, step, words, made)
    if made is not None:
        await signing.owe(tx, standing.number, made.version)
    if step.kind is Kind.WITHDRAWN:
        await status_lists.withdraw(tx, standing.number, now=now)
        await life.settle_doubt(tx, standing.trainee_id)
    elif made is not None and (step.kind in (Kind.CORRECTED, Kind.SCOPE_REDUCED) or step.reason == KEY_COMPROMISED):
        await status_lists.withdraw(tx, standing.number, now=now, before_version=made.version)
    subject = f"trainee/{standing.trainee_id}"
    await audit.note(tx, [(by, subject, f"certificate {step.kind.value} {standing.number} {step.position}")])
    await log_of_steps.append(tx, standing, step)
    await outbox.put(tx, _told(standing, step, made))
    return step


def appeal_days(versions: Any, scheme: str, today: date) -> int | None:
    """The term of the scheme as it is in force today: how one appeals belongs to the mark, not to one certificate."""
    norms = norms_in_force(versions, scheme, today)
    return norms.appeal_days if norms else None


def norms_in_force(versions: Any, scheme: str, today: date) -> Norms | None:
    """The norms of the newest version of a scheme that is in force today."""
    in_force: list[SchemeVersion] = [
        one for one in versions if one.scheme.scheme == scheme and one.scheme.valid_from <= today
    ]
    return max(in_force, key=lambda one: one.scheme.valid_from).scheme.norms if in_force else None


def _made(standing: Standing, asked: Asked, version: SchemeVersion) -> NewVersion | None:
    if asked.kind not in NEW_VERSION:
        return None
    changes: Mapping[str, Any] = asked.changes or {}
    if asked.kind is Kind.CORRECTED and asked.changes is None:
        changes = corrections(standing, version, holder=asked.holder, programme=asked.programme)
    elif asked.kind is Kind.SCOPE_REDUCED:
        changes = smaller_scope(standing, version, asked.targets)
    return new_version(standing, asked.kind, changes)


def _told(standing: Standing, step: Step, made: NewVersion | None) -> Event:
    facts: dict[str, Any] = {
        "number": standing.number,
        "trainee_id": standing.trainee_id,
        "scheme": standing.scheme,
        "scheme_version": standing.scheme_version,
        "programme": made.document["programme"] if made else standing.programme,
        "step": step.position,
        "reason": step.reason,
        "decided_on": step.from_on,
        "until": step.until_on,
        "appeal_until": step.appeal_until,
        "valid_until": made.valid_until if made else standing.valid_until,
        "version": step.version,
        "targets": made.document.get("scope", ()) if made else (),
    }
    event = _EVENTS[step.kind]
    return event.model_validate({name: facts[name] for name in event.model_fields})
