"""The life of a certificate: which step may follow on which, and the chain that the steps form.

ISO/IEC 17024 (9.5, 9.6) asks that suspension, withdrawal, reduction of scope and recertification are decisions that are
kept, and (9.8) that one can appeal. A step never changes; what was withdrawn or has expired does not come back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from .canonical import fingerprint
from .certificates import Status, status_on
from .life_rules import (
    CertificateHasEnded,
    NotSuspended,
    ReasonNotGiven,
    ReasonNotKnown,
    SuspendedAlready,
    SuspensionEndsTooEarly,
    ValidOnly,
)


class Kind(StrEnum):
    """What a step does. ``corrected``, ``scope_reduced``, ``reissued`` and ``recertified`` make a new version."""

    SUSPENDED = "suspended"
    REINSTATED = "reinstated"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    CORRECTED = "corrected"
    SCOPE_REDUCED = "scope_reduced"
    REISSUED = "reissued"
    RECERTIFIED = "recertified"


NEW_VERSION = frozenset({Kind.CORRECTED, Kind.SCOPE_REDUCED, Kind.REISSUED, Kind.RECERTIFIED})
APPEALABLE = frozenset({Kind.SUSPENDED, Kind.WITHDRAWN, Kind.SCOPE_REDUCED, Kind.CORRECTED})
"""Steps that take something from the holder: each names the last day on which an appeal may be lodged."""

MOVES: Mapping[Kind, Mapping[Status, Status]] = {
    Kind.SUSPENDED: {Status.VALID: Status.SUSPENDED},
    Kind.REINSTATED: {Status.SUSPENDED: Status.VALID},
    Kind.WITHDRAWN: {Status.VALID: Status.WITHDRAWN, Status.SUSPENDED: Status.WITHDRAWN},
    Kind.EXPIRED: {Status.VALID: Status.EXPIRED, Status.SUSPENDED: Status.EXPIRED},
    **{
        kind: {Status.VALID: Status.VALID, Status.SUSPENDED: Status.SUSPENDED}
        for kind in (Kind.CORRECTED, Kind.SCOPE_REDUCED, Kind.REISSUED)
    },
    Kind.RECERTIFIED: {Status.VALID: Status.VALID},
}
"""What each step makes of a certificate; the database holds the same table and refuses what is not in it."""

KEY_COMPROMISED = "key_compromised"
"""Of what is made out again because somebody else may have the key: what that key signed is revoked, like what was
corrected."""

REASONS: Mapping[Kind, tuple[str, ...]] = {
    Kind.SUSPENDED: ("investigation", "requirement_lost", "misuse", "obligation_not_met", "holder_request", "other"),
    Kind.REINSTATED: ("remedied", "unfounded", "appeal_upheld", "other"),
    Kind.WITHDRAWN: ("fraud", "requirement_lost", "misuse", "not_remedied", "holder_request", "other"),
    Kind.EXPIRED: ("period_ended",),
    Kind.CORRECTED: ("name_misspelt", "wrong_programme", "appeal_upheld", "other"),
    Kind.SCOPE_REDUCED: ("requirement_lost", "holder_request", "other"),
    Kind.REISSUED: ("lost", "damaged", "key_replaced", KEY_COMPROMISED, "other"),
    Kind.RECERTIFIED: ("requirements_met",),
}
"""The codes that may be told to others. Words that somebody typed are told to nobody."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A certificate as it stands: ``head`` is the hash of its last step, ``document`` that of its last version."""

    number: str
    certificate_id: str
    trainee_id: str
    scheme: str
    scheme_version: str
    programme: str
    issued_on: date
    state: Status
    steps: int
    head: str
    version: int
    valid_until: date | None
    until_on: date | None
    document: Mapping[str, Any]
    document_sha256: str


@dataclass(frozen=True, slots=True)
class Words:
    """What was said about a step, for those who may know. The salt keeps the hash from being guessed."""

    reason: str
    obligations: tuple[str, ...]
    salt: str

    @property
    def sha256(self) -> str:
        return fingerprint({"salt": self.salt, "reason": self.reason, "obligations": list(self.obligations)})


@dataclass(frozen=True, slots=True)
class Step:
    """One decision about a certificate, chained to the one before by ``previous``."""

    number: str
    position: int
    kind: Kind
    state: Status
    reason: str
    words_sha256: str
    decided_by: str
    decided_at: datetime
    from_on: date
    until_on: date | None
    version: int | None
    document_sha256: str | None
    appeal_until: date | None
    previous: str

    @property
    def hash(self) -> str:
        """SHA-256 over all that the step says and the hash of the one before."""
        return fingerprint(
            {
                "number": self.number,
                "position": self.position,
                "kind": self.kind.value,
                "state": self.state.value,
                "reason": self.reason,
                "words_sha256": self.words_sha256,
                "decided_by": self.decided_by,
                "decided_at": self.decided_at.isoformat(),
                "from_on": self.from_on,
                "until_on": self.until_on,
                "version": self.version,
                "document_sha256": self.document_sha256,
                "appeal_until": self.appeal_until,
                "previous": self.previous,
            }
        )


@dataclass(frozen=True, slots=True)
class NewVersion:
    """What the certificate says from a step on."""

    version: int
    document: Mapping[str, Any]
    document_sha256: str
    valid_until: date | None


def new_version(standing: Standing, kind: Kind, changes: Mapping[str, Any]) -> NewVersion:
    """The document with changes; it names the one whose place it takes, by version and hash."""
    document = {
        **standing.document,
        **changes,
        "version": standing.version + 1,
        "replaces": {"version": standing.version, "document_sha256": standing.document_sha256, "because": kind.value},
    }
    until = document["valid_until"]
    return NewVersion(
        standing.version + 1, document, fingerprint(document), date.fromisoformat(until) if until else None
    )


def take_step(
    standing: Standing,
    kind: Kind,
    *,
    reason: str,
    words: Words,
    decided_by: str,
    now: datetime,
    today: date,
    appeal_days: int | None,
    until_on: date | None = None,
    made: NewVersion | None = None,
) -> Step:
    """The step, or the rule that refuses it. ``appeal_days`` is the scheme's term, None when it has none."""
    state = status_on(standing.valid_until, today, standing.state)
    if kind is Kind.EXPIRED:
        state = standing.state
    after = MOVES[kind].get(state)
    if after is None:
        raise _refusal(kind, state, standing.number)
    if not words.reason.strip():
        raise ReasonNotGiven()
    if reason not in REASONS[kind]:
        raise ReasonNotKnown(reason, REASONS[kind])
    if until_on is not None and until_on <= today:
        raise SuspensionEndsTooEarly(until_on, today)
    term = appeal_days if kind in APPEALABLE else None
    return Step(
        number=standing.number,
        position=standing.steps + 1,
        kind=kind,
        state=after,
        reason=reason,
        words_sha256=words.sha256,
        decided_by=decided_by,
        decided_at=now,
        from_on=today,
        until_on=until_on,
        version=made.version if made else None,
        document_sha256=made.document_sha256 if made else None,
        appeal_until=today + timedelta(days=term) if term is not None else None,
        previous=standing.head,
    )


def _refusal(kind: Kind, state: Status, number: str) -> Exception:
    if state in (Status.WITHDRAWN, Status.EXPIRED):
        return CertificateHasEnded(number, state.value)
    if kind is Kind.REINSTATED:
        return NotSuspended(number)
    if kind is Kind.SUSPENDED:
        return SuspendedAlready(number)
    return ValidOnly(number, state.value)


def status_at(issued_on: date, steps: list[tuple[date, Status, date | None]], on: date) -> Status | None:
    """How a certificate stood at the end of a day; None before it was issued.

    ``steps`` are, in order, the day from which each holds, what it made of the certificate, and the last day of
    validity from then on. The first is the issue itself.
    """
    if on < issued_on:
        return None
    known = [step for step in steps if step[0] <= on]
    _day, state, valid_until = known[-1]
    return status_on(valid_until, on, state)
