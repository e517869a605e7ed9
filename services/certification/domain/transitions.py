"""From one version of a scheme to the next: who stays, who moves on a day, who may choose; and what a version that is
not published yet would change for everybody in the file (ISO/IEC 17024 asks that a changed scheme has a transition)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from shared import days

from .candidates import Candidate, State
from .decisions import Dossier, Granted, NotYet
from .explanations import Line, explained
from .rules import Refused, RefusedAsKnown
from .schemes import Scheme, SchemeVersion

UNDECIDED = (State.ADMITTED, State.ASSESSING, State.ELIGIBLE)


class NoChoiceHere(Refused):
    """The version does not leave the choice to who started before it."""


class ChoiceTooLate(Refused):
    """The day until which one could choose has passed."""


class NotALaterVersion(Refused):
    """One goes over to a later version of one's own scheme only."""


class ProgrammeNotInVersion(Refused):
    """The version does not have the candidate's programme any more."""


class DecidedUnderAnotherVersion(RefusedAsKnown):
    """A decision was taken under the version of now; it stays with that."""


def takes_over(version: Scheme, other: Scheme, *, today: date) -> bool:
    """Whether who learns under ``other`` goes over to ``version`` by itself today."""
    rule = version.transition
    return (
        rule is not None
        and rule.who_started_before == "moves"
        and rule.on is not None
        and rule.on <= today
        and version.follows(other)
    )


def may_choose(candidate: Candidate, now_under: Scheme, wanted: Scheme, *, today: date) -> None:
    """Raises the rule that keeps this candidate from going over to ``wanted`` by choice."""
    if candidate.state not in UNDECIDED:
        raise DecidedUnderAnotherVersion(
            "over deze kandidaat is al besloten",
            "a decision on this candidate was taken",
            field="trainee_id",
            value=candidate.trainee_id,
            allowed=("een kandidaat zonder besluit", "a candidate without a decision"),
        )
    if not wanted.follows(now_under):
        raise NotALaterVersion(
            f"{wanted.version} is geen latere versie dan {now_under.version}",
            f"{wanted.version} is no later version than {now_under.version}",
            field="version",
            value=wanted.version,
            allowed=(f"een versie na {now_under.version}", f"a version after {now_under.version}"),
        )
    rule = wanted.transition
    if rule is None or rule.who_started_before != "chooses" or rule.on is None:
        raise NoChoiceHere(
            f"versie {wanted.version} laat geen keuze",
            f"version {wanted.version} leaves no choice",
            field="version",
            value=wanted.version,
            allowed=("een versie met who_started_before: chooses", "a version with who_started_before: chooses"),
        )
    if today > rule.on:
        raise ChoiceTooLate(
            f"kiezen kon tot en met {days.nl(rule.on)}",
            f"one could choose up to and including {days.en(rule.on)}",
            field="version",
            value=wanted.version,
            allowed=(f"tot en met {days.nl(rule.on)}", f"up to and including {days.en(rule.on)}"),
        )
    if candidate.admission is None or candidate.admission.programme not in wanted.programmes:
        programme = candidate.admission.programme if candidate.admission else "?"
        raise ProgrammeNotInVersion(
            f"versie {wanted.version} heeft de opleiding {programme} niet",
            f"version {wanted.version} does not have the programme {programme}",
            field="version",
            value=wanted.version,
            allowed=", ".join(wanted.programmes),
        )


@dataclass(frozen=True, slots=True)
class Shift:
    """A requirement that comes out differently; None on a side where the version does not ask for it."""

    requirement: str
    before: Line | None
    after: Line | None


@dataclass(frozen=True, slots=True)
class Effect:
    """What another version would make of one candidate. ``goes_over``: whether its transition reaches the candidate
    at all, by itself or by choice. ``effect`` is gains, loses, or same; a certificate that stands is never lost."""

    trainee_id: str
    state: State
    version: str
    goes_over: str
    before: bool
    after: bool
    shifts: tuple[Shift, ...]

    @property
    def effect(self) -> str:
        return "same" if self.before == self.after else "gains" if self.after else "loses"


def compared(
    candidate: Candidate,
    before: tuple[SchemeVersion, Dossier, Granted | NotYet],
    after: tuple[SchemeVersion, Dossier, Granted | NotYet],
) -> Effect:
    """One candidate under the version of now and under another."""
    old, new = before[0].scheme, after[0].scheme
    return Effect(
        candidate.trainee_id,
        candidate.state,
        old.version,
        _goes_over(candidate, old, new),
        isinstance(before[2], Granted),
        isinstance(after[2], Granted),
        tuple(_shifts(explained(*before), explained(*after))),
    )


def _goes_over(candidate: Candidate, old: Scheme, new: Scheme) -> str:
    if candidate.state not in UNDECIDED:
        return "decided"
    known = candidate.admission is not None and candidate.admission.programme in new.programmes
    if new.transition is None or not new.follows(old) or not known:
        return "stays"
    return new.transition.who_started_before


def _shifts(before: Sequence[Line], after: Sequence[Line]) -> Iterable[Shift]:
    old = {line.requirement: line for line in before}
    new = {line.requirement: line for line in after}
    for requirement in dict.fromkeys((*old, *new)):
        was, becomes = old.get(requirement), new.get(requirement)
        if (was is None or was.met) != (becomes is None or becomes.met):
            yield Shift(requirement, was, becomes)
