"""Membership: from when until when a company takes part in the mark, and why it stopped.

It stands beside the accreditation: a member that is not accredited gets nobody new, and neither does an accredited
company that left. Who learns there already stays. A company of which no membership was ever said is not held to it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from . import days
from .rules import Refused


class MemberAlready(Refused):
    """A company that takes part cannot begin to; it ends first."""


class MembershipsOverlap(Refused):
    """A membership begins after the one before it has ended."""


class NotAMember(Refused):
    """Only a membership that runs can end."""


class MembershipEndsBeforeItBegan(Refused):
    """A membership ends on or after its first day."""


class CompanyNoMember(Refused):
    """A new placement is at a company that takes part on its first day."""


class EndReason(StrEnum):
    AT_REQUEST = "at-request"
    STOPPED = "stopped"
    MERGED = "merged"
    NO_TRAINEES = "no-trainees"
    NOT_ACCREDITED = "not-accredited"
    UNPAID = "unpaid"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Membership:
    """``ended_on`` is the last day."""

    membership_id: str
    company_id: str
    began_on: date
    ended_on: date | None = None
    reason: EndReason | None = None

    def ended(self, reason: EndReason, on: date) -> "Membership":
        if on < self.began_on:
            raise MembershipEndsBeforeItBegan(
                f"de deelname eindigt op {days.nl(on)}, voordat zij begint",
                f"the membership ends on {days.en(on)}, before it begins",
                field="ended_on",
                value=on.isoformat(),
                allowed=(f"{days.nl(self.began_on)} of later", f"{days.en(self.began_on)} or later"),
            )
        return Membership(self.membership_id, self.company_id, self.began_on, on, reason)


def current(some: Sequence[Membership]) -> Membership | None:
    """The one that was not ended."""
    return next((one for one in some if one.ended_on is None), None)


def begin(membership_id: str, company_id: str, on: date, before: Sequence[Membership]) -> Membership:
    """The next membership of a company that has none that runs."""
    if current(before) is not None:
        raise MemberAlready(
            f"leerbedrijf {company_id} neemt al deel",
            f"company {company_id} takes part already",
            field="company_id",
            value=company_id,
            allowed=("een leerbedrijf dat niet deelneemt", "a company that does not take part"),
        )
    last = max((one.ended_on for one in before if one.ended_on is not None), default=None)
    if last is not None and on <= last:
        raise MembershipsOverlap(
            f"de vorige deelname liep tot en met {days.nl(last)}",
            f"the membership before ran until {days.en(last)}",
            field="began_on",
            value=on.isoformat(),
            allowed=(f"na {days.nl(last)}", f"after {days.en(last)}"),
        )
    return Membership(membership_id, company_id, on)


def not_a_member(company_id: str) -> NotAMember:
    return NotAMember(
        f"leerbedrijf {company_id} neemt nu niet deel",
        f"company {company_id} does not take part now",
        field="company_id",
        value=company_id,
        allowed=("een leerbedrijf dat deelneemt", "a company that takes part"),
    )


def check_member(company_id: str, last_day: date | None, starts_on: date) -> None:
    """Raises for a new placement at a company that has left by its first day; ``last_day`` None: it has not."""
    if last_day is None or last_day >= starts_on:
        return
    raise CompanyNoMember(
        f"leerbedrijf {company_id} neemt sinds {days.nl(last_day)} niet meer deel",
        f"company {company_id} no longer takes part: its last day was {days.en(last_day)}",
        field="company_id",
        value=company_id,
        allowed=("een leerbedrijf dat deelneemt", "a company that takes part"),
    )
