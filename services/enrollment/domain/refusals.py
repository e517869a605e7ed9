"""Refusals about visits."""

from datetime import date

from . import days
from .rules import Refused


class NoVisitToCome(Refused):
    """Nothing is planned under this key that is still to be held."""

    @classmethod
    def named(cls, key: str) -> "NoVisitToCome":
        return cls(
            f"er is geen bezoek {key} dat nog gehouden moet worden",
            f"there is no visit {key} that is still to be held",
            field="visit_id",
            value=key,
        )


class VisitMovedToPast(Refused):
    """A visit is moved to a day that is still to come."""

    @classmethod
    def named(cls, to: date, today: date) -> "VisitMovedToPast":
        return cls(
            f"{days.nl(to)} is al geweest",
            f"{days.en(to)} has gone by",
            field="to",
            value=to.isoformat(),
            allowed=(f"vanaf {days.nl(today)}", f"from {days.en(today)} on"),
        )


class WaiverOfVisitNeedsReason(Refused):
    """Not visiting is a decision, and a decision has a reason."""

    @classmethod
    def named(cls) -> "WaiverOfVisitNeedsReason":
        return cls(
            "geef een reden waarom dit bezoek vervalt",
            "give a reason why this visit is waived",
            field="reason",
            allowed=("een korte zin", "a short sentence"),
        )


class UnknownPlace(Refused):
    """No company or school is known under this key."""

    @classmethod
    def named(cls, kind: str, key: str) -> "UnknownPlace":
        return cls(f"{kind}/{key} is hier niet bekend", f"{kind}/{key} is not known here", field="place_id", value=key)


class TalkInFuture(Refused):
    """A talk is recorded once it was held."""

    @classmethod
    def named(cls, on: date, today: date) -> "TalkInFuture":
        return cls(
            f"op {days.nl(on)} kan dit gesprek nog niet gehouden zijn",
            f"this talk cannot have been held on {days.en(on)} yet",
            field="held_on",
            value=on.isoformat(),
            allowed=(f"tot en met {days.nl(today)}", f"up to {days.en(today)}"),
        )
