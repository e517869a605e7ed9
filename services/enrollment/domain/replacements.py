"""The training guarantee: who loses the place at a company gets another one, within the days that the scheme says."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from .coverage import CoveredBy, Host, cover
from .curriculum import Target
from .mentors import Mentor, Period
from .planner import Rooms
from .rules import Refused
from .towns import distance

PROPOSALS = 5


class NoPlacementRuns(Refused):
    """Only a placement that has begun and is not over can end early."""


class PlacementRunsStill(Refused):
    """Who has a place needs no other one; the place ends first."""


class SamePlaceAgain(Refused):
    """Another placement is at another company, or with another mentor."""


class Reason(StrEnum):
    """Why a placement ended early."""

    COMPANY_STOPPED = "company-stopped"
    NO_WORK = "no-work"
    ACCREDITATION = "accreditation"
    MENTOR_LEFT = "mentor-left"
    NO_MATCH = "no-match"
    WORK_TOO_NARROW = "work-too-narrow"
    TRAINEE_WISH = "trainee-wish"
    SAFETY = "safety"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A company that could take a trainee over. ``open`` are the targets it and the school could not teach; ``mentors``
    have room and may guide; ``km`` is between town centres, None when not known."""

    company_id: str
    open: tuple[str, ...]
    mentors: tuple[str, ...]
    km: float | None


def needed_by(ended_on: date, norm_days: int | None) -> date | None:
    """The last day on which the next placement begins in time; None where the scheme has no norm."""
    return None if norm_days is None else ended_on + timedelta(days=norm_days)


def rank(
    targets: Sequence[Target],
    school: Host,
    companies: Iterable[Host],
    *,
    near: str,
    period: Period,
    rooms: Rooms,
    mentors: Mapping[str, Sequence[Mentor]],
    norm: int | None = None,
) -> list[Candidate]:
    """At most five companies: the fewest open targets first, then the nearest to the town ``near``, then by key.

    A company is a candidate when it is accredited on the first day and has a mentor with room until the last; its
    number of places is its own affair, a mentor is what a trainee needs. ``mentors`` are those who may guide.
    """
    found = []
    for host in companies:
        free = [one for one in mentors.get(host.place.id, ()) if rooms.load.has_room(one, period, norm)]
        if not free or not host.may_host(period.first):
            continue
        missing = [one.target.code for one in cover(targets, host, school, {}, {}) if one.by is CoveredBy.OPEN]
        km = distance(near, host.city)
        found.append(Candidate(host.place.id, tuple(missing), tuple(one.mentor_id for one in free), km))
    found.sort(key=lambda one: (len(one.open), one.km is None, one.km or 0.0, one.company_id))
    return found[:PROPOSALS]


def no_placement_runs(trainee_id: str) -> NoPlacementRuns:
    return NoPlacementRuns(
        f"{trainee_id} heeft nu geen leerwerkplek die begonnen is",
        f"{trainee_id} has no placement now that has begun",
        field="trainee_id",
        value=trainee_id,
        allowed=("een leerling met een leerwerkplek", "a trainee with a placement"),
    )


def placement_runs_still(trainee_id: str, company_id: str) -> PlacementRunsStill:
    return PlacementRunsStill(
        f"{trainee_id} heeft een leerwerkplek bij {company_id}",
        f"{trainee_id} has a placement at {company_id}",
        field="trainee_id",
        value=trainee_id,
        allowed=("beëindig eerst die leerwerkplek", "end that placement first"),
    )


def same_place_again(company_id: str, mentor_id: str) -> SamePlaceAgain:
    return SamePlaceAgain(
        f"de leerwerkplek die eindigde, was ook bij {company_id} met begeleider {mentor_id}",
        f"the placement that ended was at {company_id} with mentor {mentor_id} too",
        field="mentor_id",
        value=mentor_id,
        allowed=("een ander leerbedrijf of een andere begeleider", "another company or another mentor"),
    )
