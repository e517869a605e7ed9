"""A certificate gets another period, on what its holder showed for it."""

from collections.abc import Sequence
from datetime import date, datetime

from shared.db import Tx

from ..domain.certificates import Status, status_on
from ..domain.life import Kind, Step
from ..domain.life_rules import CertificateHasEnded, CertificateNotKnown
from ..domain.renewal import Sat, renew
from ..store import life, schemes
from ..store.audit import By
from .life import Asked, take


async def recertify(
    tx: Tx,
    number: str,
    *,
    sat: Sequence[Sat],
    practice_months: int | None,
    words: str,
    now: datetime,
    today: date,
    by: By,
) -> Step:
    """The step with the new last day, and what it rests on. Raises the rule that refuses it."""
    standing = await life.lock(tx, number)
    if standing is None:
        raise CertificateNotKnown(number)
    state = status_on(standing.valid_until, today, standing.state)
    if state in (Status.EXPIRED, Status.WITHDRAWN):
        raise CertificateHasEnded(number, state.value)
    key = (standing.scheme, standing.scheme_version)
    version = (await schemes.versions(tx, [key]))[key]
    renewal = renew(standing, version, sat=sat, practice_months=practice_months, decided_by=by.actor, today=today)
    changes = {
        "valid_until": renewal.valid_until.isoformat(),
        "renewed_on": today.isoformat(),
        "renewed_by": [{name: one.as_data()[name] for name in ("exam", "taken_on", "score")} for one in renewal.exams],
    }
    asked = Asked(Kind.RECERTIFIED, "requirements_met", words, changes=changes)
    step = await take(tx, standing, asked, now=now, today=today, by=by)
    await life.add_renewal(tx, step, renewal)
    return step
