"""How one signing key takes the place of another: proposed by one person, approved by another, then carried out.

Both keep certificates from being forged (ISO/IEC 17024, 7.4 and 9.4): no single person can make a key that signs, and a
key that may be in other hands stops counting from a moment that two persons agreed on.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from .key_rules import (
    KeyIsBeingReplaced,
    KeyLivesInAToken,
    KeyNeedsSecondPerson,
    KeyReasonNotKnown,
    KeyWordsMissing,
    NoKeyNamed,
    ProposalDecidedAlready,
    ProposalWaitsAlready,
    SinceInTheFuture,
    SinceIsOfCompromised,
)


class Kind(StrEnum):
    """What a key signs: credentials, heads of the log and status lists (Ed25519), or papers (ECDSA P-256)."""

    CREDENTIAL = "credential"
    PAPER = "paper"


class Reason(StrEnum):
    """Why. ``compromised``: somebody else may have it; ``lost``: the private half is gone."""

    ROUTINE = "routine"
    COMPROMISED = "compromised"
    ALGORITHM = "algorithm"
    LOST = "lost"
    STAFF = "staff"
    OTHER = "other"


class State(StrEnum):
    """``approved``: the old key signs no more; ``completed``: new key there, everything made out again, lists and log
    signed with the new one."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class KeyChange:
    """A proposal and what became of it. ``since`` is aware, and there exactly for ``compromised``."""

    change_id: str
    keys: tuple[Kind, ...]
    reason: Reason
    words: str
    since: datetime | None
    proposed_by: str
    proposed_at: datetime
    state: State = State.PROPOSED
    approved_by: str | None = None
    approved_at: datetime | None = None


def propose(
    change_id: str,
    keys: Collection[str],
    reason: str,
    words: str,
    *,
    since: datetime | None,
    began: Mapping[Kind, datetime],
    waiting: str | None,
    in_token: bool,
    by: str,
    now: datetime,
) -> KeyChange:
    """The proposal, or the rule that refuses it. ``began``: since when each active key signs; ``waiting``: the proposal
    that waits; ``in_token``: papers are signed by a token. Without ``since`` a compromised key never counted."""
    if waiting is not None:
        raise ProposalWaitsAlready(waiting)
    kinds = tuple(kind for kind in Kind if kind.value in keys)
    if not kinds:
        raise NoKeyNamed()
    if reason not in _reasons():
        raise KeyReasonNotKnown(reason, _reasons())
    if not words.strip():
        raise KeyWordsMissing()
    if Kind.PAPER in kinds and in_token:
        raise KeyLivesInAToken()
    for kind in kinds:
        if kind not in began:
            raise KeyIsBeingReplaced(kind.value)
    why = Reason(reason)
    if since is not None and why is not Reason.COMPROMISED:
        raise SinceIsOfCompromised(since)
    if since is not None and since > now:
        raise SinceInTheFuture(since, now)
    if why is Reason.COMPROMISED:
        since = (since or min(began[kind] for kind in kinds)).replace(microsecond=0)  # proofs are to the second
    return KeyChange(change_id, kinds, why, words.strip(), since, by, now)


def approve(change: KeyChange, *, by: str, now: datetime) -> KeyChange:
    """From here on the old keys sign no more. Raises KeyNeedsSecondPerson, ProposalDecidedAlready."""
    if change.state is not State.PROPOSED:
        raise ProposalDecidedAlready(change.change_id, change.state.value)
    if by == change.proposed_by:
        raise KeyNeedsSecondPerson(by)
    return replace(change, state=State.APPROVED, approved_by=by, approved_at=now)


def withdraw(change: KeyChange) -> KeyChange:
    """Anybody of the desk may take a proposal off the table. Raises ProposalDecidedAlready."""
    if change.state is not State.PROPOSED:
        raise ProposalDecidedAlready(change.change_id, change.state.value)
    return replace(change, state=State.WITHDRAWN)


def complete(change: KeyChange) -> KeyChange:
    """Everything that the change asked for is done. Raises ProposalDecidedAlready for one that is not approved."""
    if change.state is not State.APPROVED:
        raise ProposalDecidedAlready(change.change_id, change.state.value)
    return replace(change, state=State.COMPLETED)


def counts(signed_at: datetime, revoked_since: datetime | None) -> bool:
    """Whether a signature of this moment, by a key that is revoked since another, still counts for us."""
    return revoked_since is None or signed_at < revoked_since


def _reasons() -> Sequence[str]:
    return tuple(reason.value for reason in Reason)
