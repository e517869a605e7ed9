"""Where a trainee learns: placements, their agreements, and targets that can be learned nowhere."""

from datetime import date
from typing import Literal

from ..base import Event


class PlacementStarted(Event, type="enrollment.placement-started.v1", subject="trainee/{trainee_id}"):
    """A trainee has a place to learn at a company, guided by a mentor."""

    placement_id: str
    trainee_id: str
    company_id: str
    mentor_id: str
    starts_on: date
    scheme: str


class PlacementEnded(Event, type="enrollment.placement-ended.v1", subject="trainee/{trainee_id}"):
    """A trainee's place at a company, with a mentor, is over. Another one may follow on the same day."""

    placement_id: str
    trainee_id: str
    company_id: str
    mentor_id: str
    ended_on: date
    because: Literal["early", "moved", "mentor changed", "completed", "dropped out"]
    scheme: str


class PlacementMentorChanged(Event, type="enrollment.placement-mentor-changed.v1", subject="trainee/{trainee_id}"):
    """A trainee stays at the company and has another mentor there. ``before_id`` is the mentor of before."""

    placement_id: str
    trainee_id: str
    company_id: str
    before_id: str
    mentor_id: str
    changed_on: date
    scheme: str


class PlacementReplacementNeeded(
    Event, type="enrollment.placement-replacement-needed.v1", subject="trainee/{trainee_id}"
):
    """A placement ended early, so the training guarantee asks for another one, by ``needed_by`` where there is a norm.

    ``companies`` could take the trainee over, the best first.
    """

    placement_id: str
    trainee_id: str
    company_id: str
    ended_on: date
    needed_by: date | None = None
    companies: tuple[str, ...] = ()
    scheme: str


class PlacementReplaced(Event, type="enrollment.placement-replaced.v1", subject="trainee/{trainee_id}"):
    """Who lost a place has another one. ``before_id`` is the placement that ended; ``in_time`` is by the norm."""

    placement_id: str
    before_id: str
    trainee_id: str
    company_id: str
    mentor_id: str
    days_without: int
    in_time: bool | None = None
    scheme: str


class AgreementSent(Event, type="enrollment.agreement-sent.v1", subject="trainee/{trainee_id}"):
    """A training agreement went out to its parties (by kind: school, company, trainee, guardian) to be signed."""

    agreement_id: str
    placement_id: str
    trainee_id: str
    company_id: str
    version: int
    parties: tuple[str, ...]
    sent_on: date
    scheme: str


class AgreementSigned(Event, type="enrollment.agreement-signed.v1", subject="trainee/{trainee_id}"):
    """A party has signed a training agreement; ``missing`` have not yet."""

    agreement_id: str
    trainee_id: str
    party: str
    missing: tuple[str, ...]
    signed_on: date
    scheme: str


class AgreementCompleted(Event, type="enrollment.agreement-completed.v1", subject="trainee/{trainee_id}"):
    """A training agreement is complete: everybody signed, or it amends ``amends_id``, which the same parties signed."""

    agreement_id: str
    placement_id: str
    trainee_id: str
    company_id: str
    version: int
    amends_id: str | None = None
    completed_on: date
    scheme: str


class CoverageGapOpened(Event, type="enrollment.coverage-gap-opened.v1", subject="trainee/{trainee_id}"):
    """Targets of a trainee's programme can be learned at neither company nor school, and there is no plan for them."""

    placement_id: str
    trainee_id: str
    company_id: str
    school_id: str
    targets: tuple[str, ...]
    opened_on: date
    scheme: str


class CoverageGapClosed(Event, type="enrollment.coverage-gap-closed.v1", subject="trainee/{trainee_id}"):
    """Targets that were open no longer are: by equipment, by a plan, or as the placement or the demand ended."""

    placement_id: str
    trainee_id: str
    company_id: str
    school_id: str
    targets: tuple[str, ...]
    because: Literal["equipment", "plan", "placement ended", "scheme"]
    closed_on: date
    scheme: str
