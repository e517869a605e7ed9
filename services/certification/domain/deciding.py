"""The rules of deciding: who may decide on whom, and when there is something to decide.

ISO/IEC 17024 (4.3, 5.1.1 and 9.4): whoever decides on a certification took no part in the candidate's training or
examination. Nobody can wave that aside; another decider takes over.
"""

from collections.abc import Sequence
from datetime import date, timedelta

from .candidates import Candidate, State
from .decisions import Granted, NotYet
from .rules import Refused, RefusedAsKnown, RefusedAsUnknown
from .schemes import Scheme

REASONS = ("requirements-not-met", "evidence-not-accepted", "irregularity", "other")
"""Why a certificate is refused, in codes that can be told without a word about the person."""


class CandidateNotKnown(RefusedAsUnknown):
    """No candidate has this key."""


class NotADecider(Refused):
    """Only who is named as a decider decides."""


class DeciderInvolved(RefusedAsKnown):
    """Who trained, mentored, examined or works at the same company or school does not decide. ``ties`` say how."""

    ties: tuple[str, ...] = ()


class NoUninvolvedDecider(RefusedAsKnown):
    """Every decider there is took part in the training or the exams of this candidate."""


class AssignedToAnother(RefusedAsKnown):
    """Another decider was asked to decide on this candidate."""


class AlreadyDecided(RefusedAsKnown):
    """A decision stands."""


class NothingToDecideYet(Refused):
    """Requirements are still open, so the certificate cannot be granted."""


class RulesDecideHere(Refused):
    """Under this scheme a certificate is granted by the rules alone."""


class HolderNotNamed(Refused):
    """Without the holder's name no certificate can be made out."""


class RefusalNeedsExplanation(Refused):
    """Who refuses says why: the candidate may appeal against it."""


class NotOnesOwn(Refused):
    """Nobody notes his or her own ties as a decider."""


def may_be_granted(candidate: Candidate, scheme: Scheme, decision: Granted | NotYet) -> None:
    """Raises the rule that keeps a person from granting the certificate now."""
    _undecided(candidate)
    if scheme.decision_mode != "reviewed":
        raise RulesDecideHere(
            "volgens dit schema beslissen de regels; een persoon kan alleen weigeren",
            "under this scheme the rules decide; a person can only refuse",
            field="outcome",
            value="grant",
            allowed="refuse",
        )
    if isinstance(decision, NotYet):
        missing = ", ".join(decision.missing)
        raise NothingToDecideYet(
            f"nog niet vervuld: {missing}",
            f"not met yet: {missing}",
            field="outcome",
            value="grant",
            allowed=("wacht tot alles vervuld is, of weiger", "wait until all is met, or refuse"),
        )
    if candidate.holder is None:
        raise HolderNotNamed(
            "de naam van de houder is nog niet bekend",
            "the holder's name is not known yet",
            field="trainee_id",
            value=candidate.trainee_id,
            allowed=("een kandidaat met een naam", "a candidate with a name"),
        )


def may_be_refused(candidate: Candidate, explanation: str | None) -> None:
    """Raises the rule that keeps a person from refusing the certificate now."""
    _undecided(candidate)
    if not (explanation or "").strip():
        raise RefusalNeedsExplanation(
            "zeg waarom het certificaat wordt geweigerd",
            "say why the certificate is refused",
            field="explanation",
            allowed=("een toelichting in gewone woorden", "an explanation in plain words"),
        )


def may_be_assigned(candidate: Candidate) -> None:
    """Raises the rule when a decision stands already."""
    _undecided(candidate)


def _undecided(candidate: Candidate) -> None:
    if candidate.state not in (State.GRANTED, State.REFUSED):
        return
    nl, en = ("verleend", "granted") if candidate.state is State.GRANTED else ("geweigerd", "refused")
    raise AlreadyDecided(
        f"het certificaat is al {nl}",
        f"the certificate was {en} already",
        field="trainee_id",
        value=candidate.trainee_id,
        allowed=("een kandidaat zonder besluit", "a candidate without a decision"),
    )


def involved(person: str, trainee_id: str, ties: Sequence[str]) -> DeciderInvolved:
    """The refusal of an involved decider, with the ties that were found (``mentor/M1``)."""
    found = ", ".join(ties)
    refusal = DeciderInvolved(
        f"{person} is betrokken bij {trainee_id} ({found}) en beslist daarom niet",
        f"{person} is involved with {trainee_id} ({found}) and so does not decide",
        field="decider",
        value=person,
        allowed=("een beslisser die niet betrokken is", "a decider who is not involved"),
    )
    refusal.ties = tuple(ties)
    return refusal


def not_a_decider(person: str) -> NotADecider:
    return NotADecider(
        f"{person} is geen beslisser",
        f"{person} is no decider",
        field="decider",
        value=person,
        allowed=("iemand die als beslisser is aangewezen", "somebody who was named as a decider"),
    )


def assigned_to_another(person: str) -> AssignedToAnother:
    return AssignedToAnother(
        f"deze kandidaat is toegewezen aan {person}",
        f"this candidate was assigned to {person}",
        field="decider",
        value=person,
        allowed=("wijs de kandidaat eerst aan u toe", "assign the candidate to yourself first"),
    )


def appeal_until(scheme: Scheme, decided_on: date) -> date | None:
    """The last day on which an appeal can be lodged; None when the scheme has no term."""
    days = scheme.norms.appeal_days
    return decided_on + timedelta(days=days) if days else None
