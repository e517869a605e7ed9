"""The practical training agreement (praktijkovereenkomst): who signs it, and when another sheet needs no signatures.

A sheet belongs to a placement and says what was agreed. It is complete when every party has signed. When what was
agreed changes while the parties stay the same, the next sheet is complete by the signatures of the one before.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from .curriculum import Words
from .enrolments import Enrolment
from .rules import Refused

MOST_ASKED = 4
"""How often a party is asked in all: the first time and three reminders. After that the office calls."""


class NoPlacementToAgreeOn(Refused):
    """An agreement is about a placement that is planned or runs."""


class NoStartWithoutAgreement(Refused):
    """A placement begins with an agreement that everybody signed, where the scheme gives no time to sign it later."""


class NotAParty(Refused):
    """An agreement is signed by its parties only."""


class NothingToSign(Refused):
    """No agreement of this trainee waits for signatures."""


class NothingToStart(Refused):
    """Only a placement that waits and whose first day has come can begin."""


class State(StrEnum):
    SENT = "sent"
    COMPLETED = "completed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class AgreementRule:
    """A scheme's rule. ``grace_days`` is the time in which the agreement may still be signed after the first day; with
    0 days no placement begins without it. ``reminder_days``: how long after a request the next one goes."""

    grace_days: int
    reminder_days: int | None = None

    @classmethod
    def from_content(cls, content: Mapping[str, Any]) -> "AgreementRule | None":
        """None where the scheme has no such rule."""
        norms = content.get("norms") or {}
        if norms.get("agreement_grace_days") is None:
            return None
        return cls(int(norms["agreement_grace_days"]), norms.get("agreement_reminder_days"))

    def late(self, starts_on: date, today: date) -> bool:
        """Whether the time to sign is over."""
        return today > starts_on + timedelta(days=self.grace_days)


@dataclass(frozen=True, slots=True)
class Agreement:
    """One sheet. ``signed`` are the parties that did, with the day."""

    agreement_id: str
    placement_id: str
    trainee_id: str
    version: int
    content: Mapping[str, Any]
    parties: tuple[str, ...]
    state: State
    signed: Mapping[str, date] = field(default_factory=dict)
    amends: str | None = None
    completed_on: date | None = None

    @property
    def missing(self) -> list[str]:
        """Who has not signed yet, in the order of the parties."""
        return [] if self.amends else [one for one in self.parties if one not in self.signed]

    def signed_by(self, party: str, on: date) -> "Agreement":
        """With one more signature, and complete with the last. Raises ``NothingToSign`` and ``NotAParty``."""
        waiting = check_party(self if self.state is State.SENT else None, self.trainee_id, party)
        after = replace(waiting, signed={**self.signed, party: on})
        return after if after.missing else replace(after, state=State.COMPLETED, completed_on=on)

    def withdrawn(self) -> "Agreement":
        """No longer to be signed; what everybody signed stays."""
        return self if self.state is State.COMPLETED else replace(self, state=State.WITHDRAWN)


def parties(one: Enrolment) -> tuple[str, ...]:
    """School (by its instructor), company (by its contact person), trainee, and for a minor the guardian."""
    found = (f"instructor/{one.instructor_id}", f"company/{one.company_id}", f"trainee/{one.trainee_id}")
    return (*found, f"guardian/{one.trainee_id}") if one.minor else found


_PARTIES = {
    "school": Words("de school", "the school"),
    "instructor": Words("de school", "the school"),
    "company": Words("het leerbedrijf", "the company"),
    "trainee": Words("de leerling", "the trainee"),
    "guardian": Words("de ouder of verzorger", "the parent or guardian"),
}


def party_words(party: str) -> Words:
    """Who signs, in both languages; of somebody who never does the reference itself."""
    return _PARTIES.get(party.partition("/")[0], Words(party, party))


def agreed(one: Enrolment, first: date, last: date) -> dict[str, Any]:
    """What a sheet says, in keys and dates."""
    return {
        "programme": one.programme,
        "school_id": one.school_id,
        "company_id": one.company_id,
        "mentor_id": one.mentor_id,
        "instructor_id": one.instructor_id,
        "starts_on": first.isoformat(),
        "ends_on": last.isoformat(),
    }


def needs_no_signatures(before: Agreement | None, now: Sequence[str]) -> bool:
    """Whether the sheet before was completed by the same parties."""
    return before is not None and before.state is State.COMPLETED and before.parties == tuple(now)


def check_party(agreement: Agreement | None, trainee_id: str, party: str) -> Agreement:
    """The agreement that the party can sign; raises when there is none, or when it is none of its parties."""
    if agreement is None:
        raise NothingToSign(
            f"van {trainee_id} wacht geen praktijkovereenkomst op handtekeningen",
            f"no training agreement of {trainee_id} waits for signatures",
            field="trainee_id",
            value=trainee_id,
            allowed=("verstuur eerst de praktijkovereenkomst", "send the training agreement first"),
        )
    if party not in agreement.parties:
        nl, en = (
            ", ".join(f"{one} ({words})" for one, words in zip(agreement.parties, some, strict=True))
            for some in zip(*(party_words(one) for one in agreement.parties), strict=True)
        )
        raise NotAParty(
            f"{party} is geen partij bij {agreement.agreement_id}",
            f"{party} is no party to {agreement.agreement_id}",
            field="party",
            value=party,
            allowed=(nl, en),
        )
    return agreement


def no_placement(trainee_id: str) -> NoPlacementToAgreeOn:
    return NoPlacementToAgreeOn(
        f"{trainee_id} heeft geen leerwerkplek die gepland is of loopt",
        f"{trainee_id} has no placement that is planned or runs",
        field="trainee_id",
        value=trainee_id,
        allowed=("een leerling met een leerwerkplek", "a trainee with a placement"),
    )


def nothing_to_start(trainee_id: str) -> NothingToStart:
    return NothingToStart(
        f"van {trainee_id} wacht geen leerwerkplek waarvan de eerste dag gekomen is",
        f"no placement of {trainee_id} waits whose first day has come",
        field="trainee_id",
        value=trainee_id,
        allowed=("een leerwerkplek die gepland is", "a placement that is planned"),
    )


def check_start(trainee_id: str, rule: AgreementRule | None, completed: bool, missing: Collection[str]) -> None:
    """Raises when a placement may not begin yet."""
    if rule is None or rule.grace_days > 0 or completed:
        return
    nl, en = (
        (", ".join(words) for words in zip(*(party_words(one) for one in missing), strict=True))
        if missing
        else ("", "")
    )
    raise NoStartWithoutAgreement(
        f"de praktijkovereenkomst van {trainee_id} is nog niet door iedereen getekend" + (f": {nl}" if nl else ""),
        f"not everybody has signed the training agreement of {trainee_id} yet" + (f": {en}" if en else ""),
        field="trainee_id",
        value=trainee_id,
        allowed=(
            "alle handtekeningen; daarna begint de plek vanzelf",
            "all signatures; the place then begins by itself",
        ),
    )
