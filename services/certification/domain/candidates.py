"""A candidate: a trainee on the way to a certificate, as certification knows him or her."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from .decisions import Granted, NotYet


class State(StrEnum):
    """``awaited``: a result or a name came before the enrolment; ``admitted``: enrolled; ``assessing``: some
    requirements are open; ``eligible``: all are met, the certificate is not there yet; ``granted``: it is; ``refused``:
    a person said no."""

    AWAITED = "awaited"
    ADMITTED = "admitted"
    ASSESSING = "assessing"
    ELIGIBLE = "eligible"
    GRANTED = "granted"
    REFUSED = "refused"


REQUIREMENT_LOST = "requirement-lost"
"""The doubt about a certificate when a correction took away a pass it was issued on. A person decides what follows."""


@dataclass(frozen=True, slots=True)
class Admission:
    """Under which scheme version a trainee learns, where, and who guides: later, who trained may not decide."""

    scheme: str
    scheme_version: str
    programme: str
    school_id: str
    instructor_id: str
    company_id: str
    mentor_id: str
    starts_on: date


@dataclass(frozen=True, slots=True)
class Candidate:
    trainee_id: str
    state: State = State.AWAITED
    admission: Admission | None = None
    holder: str | None = None
    missing: tuple[str, ...] = ()
    doubt: str | None = None

    @property
    def version_key(self) -> tuple[str, str] | None:
        return (self.admission.scheme, self.admission.scheme_version) if self.admission else None

    def admit(self, admission: Admission) -> "Candidate":
        """The enrolment arrived. Who was admitted keeps what he or she was admitted under."""
        if self.state is not State.AWAITED:
            return self
        return replace(self, state=State.ADMITTED, admission=admission)

    def assessed(self, decision: Granted | NotYet) -> "Candidate":
        """What the candidate is after the rules were put beside the dossier.

        A certificate stays when a pass is taken away afterwards: that is doubt, and a person's to resolve.
        """
        match decision, self.state:
            case _, State.REFUSED:
                return self  # a person's decision stands until a person takes another
            case Granted(), State.GRANTED:
                return replace(self, doubt=None if self.doubt == REQUIREMENT_LOST else self.doubt)
            case NotYet(), State.GRANTED:
                return replace(self, doubt=REQUIREMENT_LOST)
            case Granted(), _:
                return replace(self, state=State.ELIGIBLE, missing=())
            case NotYet(missing=missing), _:
                return replace(self, state=State.ASSESSING, missing=missing)
        raise AssertionError(decision)

    def granted(self) -> "Candidate":
        return replace(self, state=State.GRANTED)

    def refused(self) -> "Candidate":
        """A person refused the certificate; ``missing`` keeps what was open."""
        return replace(self, state=State.REFUSED)

    def reopened(self) -> "Candidate":
        """The refusal did not stand in an appeal: as before it, and to be decided anew."""
        return replace(self, state=State.ASSESSING)


def each_once(trainee_ids: Collection[str]) -> list[str]:
    """In the one order in which candidates are locked, whoever locks them."""
    return sorted(set(trainee_ids))
