"""Practice gained elsewhere: before the enrolment, or with an earlier employer. It counts where the scheme lets it."""

from dataclasses import dataclass, replace
from datetime import date

from . import days
from .guidance import check_past
from .rules import Refused, keeps


class PracticeElsewhereNotCounted(Refused):
    """The scheme that the trainee learns under counts no practice gained elsewhere."""


class PracticeEndsBeforeItBegins(Refused):
    """The last day is not before the first."""


class PracticeRecordedDifferently(Refused):
    """What was recorded as proof is not written over: it is withdrawn, and recorded anew."""


class UnknownPractice(Refused):
    """No practice gained elsewhere is known under this key."""


class PracticeWithdrawalNeedsReason(Refused):
    """Evidence is withdrawn for a reason that is kept."""


@dataclass(frozen=True, slots=True)
class PracticeElsewhere:
    """From the first to the last day. ``gained_at`` is the employer, ``proof`` what the office saw of it."""

    practice_id: str
    trainee_id: str
    starts_on: date
    ends_on: date
    gained_at: str
    proof: str
    withdrawn_on: date | None = None
    withdrawn_reason: str = ""

    def withdrawn(self, reason: str, on: date) -> "PracticeElsewhere":
        """It was recorded in error. Raises ``PracticeWithdrawalNeedsReason``."""
        if not reason.strip():
            raise PracticeWithdrawalNeedsReason(
                "zeg waarom deze praktijk niet telt",
                "say why this practice does not count",
                field="reason",
                allowed=("een reden", "a reason"),
            )
        return replace(self, withdrawn_on=on, withdrawn_reason=reason.strip())


def check(given: PracticeElsewhere, *, counts: bool, scheme: str, today: date) -> None:
    """Raises the rules that it breaks. ``counts``: whether the scheme counts practice gained elsewhere."""
    keeps(
        lambda: _counts(given, counts, scheme),
        lambda: _in_order(given),
        lambda: check_past(given.ends_on, today, "ends_on"),
    )


def _counts(given: PracticeElsewhere, counts: bool, scheme: str) -> None:
    if not counts:
        raise PracticeElsewhereNotCounted(
            f"het certificatieschema {scheme} telt geen praktijk die elders is opgedaan",
            f"the scheme {scheme} counts no practice gained elsewhere",
            field="trainee_id",
            value=given.trainee_id,
            allowed=(
                "een leerling onder een schema met elsewhere bij practice_months",
                "a trainee under a scheme with elsewhere in practice_months",
            ),
        )


def _in_order(given: PracticeElsewhere) -> None:
    if given.ends_on < given.starts_on:
        raise PracticeEndsBeforeItBegins(
            "de laatste dag ligt vóór de eerste",
            "the last day is before the first",
            field="ends_on",
            value=given.ends_on.isoformat(),
            allowed=(f"vanaf {days.nl(given.starts_on)}", f"from {days.en(given.starts_on)} on"),
        )


def check_same(given: PracticeElsewhere, before: PracticeElsewhere) -> None:
    """Raises when under this key something else was recorded."""
    if given != replace(before, withdrawn_on=None, withdrawn_reason=""):
        raise PracticeRecordedDifferently(
            f"onder {given.practice_id} is al andere praktijk vastgelegd",
            f"other practice was recorded under {given.practice_id}",
            field="practice_id",
            value=given.practice_id,
            allowed=("trek die in en leg deze vast onder een ander nummer", "withdraw that, and record this anew"),
        )


def unknown_practice(key: str) -> UnknownPractice:
    return UnknownPractice(
        f"praktijk {key} is hier niet bekend",
        f"practice {key} is not known here",
        field="practice_id",
        value=key,
    )
