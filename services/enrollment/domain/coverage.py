"""Coverage (cause P3): where each attainment target of a placement can be learned, and which are open.

A target is learned where all of its equipment stands together: at the trainee's company, at the school, or by plan at
another school's workshop or as a guest of another company. The data has no dates for machines: a machine is there from
the day on which it was entered until the day on which it is no longer. A guest company must be accredited until the
last day of the stay, so a plan falls when its place loses the machine or the accreditation.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Literal

from . import days
from .curriculum import Target
from .mentors import Period
from .rules import Refused, unknown
from .visits import Place

USUAL_STAY = timedelta(weeks=8)
"""How long a stay is planned when nobody says so: a proposal for the form, no rule of the scheme."""

Because = Literal["equipment", "plan", "placement ended", "scheme"]


class TargetsOpenWithoutPlan(Refused):
    """No placement begins with targets that can be learned nowhere and no plan for them, where the scheme says so."""


class TargetNotInProgramme(Refused):
    """The target is none of the trainee's programme."""


class TargetIsCovered(Refused):
    """The target can be learned at the trainee's own company or school: there is nothing to plan."""


class PlaceLacksEquipment(Refused):
    """A target is learned where all of its equipment stands together."""


class GuestNotAccredited(Refused):
    """A guest company is accredited until the last day of the stay."""


class PlanOutsidePlacement(Refused):
    """A stay elsewhere lies within the placement."""


class PlannedTwice(Refused):
    """A target has one plan."""


class CoveredBy(StrEnum):
    COMPANY = "company"
    SCHOOL = "school"
    GUEST = "guest"
    OPEN = "open"


@dataclass(frozen=True, slots=True)
class Host:
    """A company or school as a place where targets are learned. Schools need no accreditation of the mark."""

    place: Place
    equipment: frozenset[str] = frozenset()
    city: str = ""
    accredited_until: date | None = None

    def teaches(self, target: Target) -> bool:
        return target.equipment <= self.equipment

    def may_host(self, until: date) -> bool:
        """An accreditation of which no end is known is none."""
        return self.place.kind == "school" or (self.accredited_until is not None and self.accredited_until >= until)


@dataclass(frozen=True, slots=True)
class Plan:
    """A target is learned at another place, from the first up to and including the last day."""

    target: str
    place: Place
    period: Period


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody chose for a target; dates that are not given are filled in."""

    target: str
    place: Place
    first: date | None = None
    last: date | None = None

    def plan(self, placement: Period, today: date) -> Plan:
        return Plan(self.target, self.place, stay(placement, today, self.first, self.last))


def stay(placement: Period, today: date, first: date | None = None, last: date | None = None) -> Period:
    """The usual stay from now on, within the placement."""
    begins = first or min(max(today, placement.first), placement.last)
    return Period(begins, last or min(begins + USUAL_STAY, placement.last))


@dataclass(frozen=True, slots=True)
class Covered:
    """Where one target of a placement is learned; ``plan`` is there when it is by plan."""

    target: Target
    by: CoveredBy
    place: Place | None = None
    plan: Plan | None = None


def stands(plan: Plan, target: Target, hosts: Mapping[Place, Host]) -> bool:
    """Whether what was planned can still happen there."""
    host = hosts.get(plan.place)
    return host is not None and host.teaches(target) and host.may_host(plan.period.last)


def cover(
    targets: Iterable[Target],
    company: Host,
    school: Host,
    plans: Mapping[str, Plan],
    hosts: Mapping[Place, Host],
) -> list[Covered]:
    """Each target once, in order: by the company, else by the school, else by a plan that stands, else open."""
    found = []
    for target in targets:
        plan = plans.get(target.code)
        if company.teaches(target):
            found.append(Covered(target, CoveredBy.COMPANY, company.place))
        elif school.teaches(target):
            found.append(Covered(target, CoveredBy.SCHOOL, school.place))
        elif plan is not None and stands(plan, target, hosts):
            by = CoveredBy.SCHOOL if plan.place.kind == "school" else CoveredBy.GUEST
            found.append(Covered(target, by, plan.place, plan))
        else:
            found.append(Covered(target, CoveredBy.OPEN))
    return found


def why_closed(target: str, covered: Mapping[str, Covered], *, running: bool) -> Because:
    """Why a gap that was open is none any more. ``covered`` is how each target of the placement is covered now."""
    if not running:
        return "placement ended"
    if target not in covered:
        return "scheme"
    return "plan" if covered[target].plan is not None else "equipment"


def check_plan(plan: Plan, now: Mapping[str, Covered], host: Host | None, placement: Period) -> None:
    """Raises the rule that a plan for a placement breaks. ``now`` is how the placement's targets are covered."""
    covered = now.get(plan.target)
    if covered is None:
        raise TargetNotInProgramme(
            f"eindterm {plan.target} hoort niet bij de opleiding",
            f"target {plan.target} is none of the programme",
            field="target",
            value=plan.target,
            allowed=", ".join(now) or ("een eindterm van de opleiding", "a target of the programme"),
        )
    if covered.by is not CoveredBy.OPEN and covered.plan is None:
        raise TargetIsCovered(
            f"eindterm {plan.target} is al te leren op de eigen plek",
            f"target {plan.target} can be learned at the trainee's own place already",
            field="target",
            value=plan.target,
            allowed=", ".join(code for code, one in now.items() if one.by is CoveredBy.OPEN)
            or ("er is geen eindterm open", "no target is open"),
        )
    if host is None:
        raise unknown(f"{plan.place.kind}_id", plan.place.id, column="place_id")
    lacking = sorted(covered.target.equipment - host.equipment)
    if lacking:
        raise PlaceLacksEquipment(
            f"{plan.place.id} heeft voor eindterm {plan.target} niet: {', '.join(lacking)}",
            f"{plan.place.id} lacks for target {plan.target}: {', '.join(lacking)}",
            field="place_id",
            value=plan.place.id,
            allowed=(f"een plek met {_all(covered.target)}", f"a place with {_all(covered.target)}"),
        )
    if not placement.first <= plan.period.first <= plan.period.last <= placement.last:
        raise PlanOutsidePlacement(
            "het verblijf valt niet binnen de leerwerkplek",
            "the stay does not lie within the placement",
            field="starts_on",
            value=plan.period.first.isoformat(),
            allowed=(f"{placement.first} tot en met {placement.last}", f"{placement.first} to {placement.last}"),
        )
    if not host.may_host(plan.period.last):
        until = host.accredited_until
        raise GuestNotAccredited(
            f"leerbedrijf {plan.place.id} is niet erkend tot en met {days.nl(plan.period.last)}",
            f"company {plan.place.id} is not accredited until {days.en(plan.period.last)}",
            field="place_id",
            value=plan.place.id,
            allowed=(
                f"een verblijf tot en met {days.nl(until)}" if until else "een leerbedrijf met een erkenning",
                f"a stay until {days.en(until)}" if until else "a company with an accreditation",
            ),
        )


def check_all_planned(covered: Sequence[Covered]) -> None:
    """Raises when a target is open: for placements of which the scheme wants every target covered or planned."""
    open_now = [one.target.code for one in covered if one.by is CoveredBy.OPEN]
    if open_now:
        some = ", ".join(open_now)
        raise TargetsOpenWithoutPlan(
            f"niet te leren bij leerbedrijf of school, en zonder plan: {some}",
            f"to be learned at neither company nor school, and without a plan: {some}",
            field="gap_plans",
            value=some,
            allowed=(
                "per open eindterm een plan in gap_plans (target, place_kind, place_id), of een ander leerbedrijf",
                "a plan in gap_plans for each open target (target, place_kind, place_id), or another company",
            ),
        )


def _all(target: Target) -> str:
    return ", ".join(sorted(target.equipment))
