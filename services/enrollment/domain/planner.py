"""Proposals for a gap: other schools' workshops and guest companies with the equipment and with room, nearest first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from .coverage import Choice, Host, Plan, PlannedTwice, check_all_planned, check_plan, cover
from .curriculum import Target
from .mentors import Load, Mentor, Period, busiest
from .rules import Refused
from .towns import distance
from .visits import Place

PROPOSALS = 5


class NoRoomForGuest(Refused):
    """A guest company has a free place, or a mentor who may guide one more."""


@dataclass(slots=True)
class Rooms:
    """How full companies are, by day: their places, who learns there, their guests, and their mentors' trainees."""

    places: Mapping[str, int] = field(default_factory=dict)
    learning: Mapping[str, Mapping[Period, int]] = field(default_factory=dict)
    guests: dict[str, dict[Period, int]] = field(default_factory=dict)
    mentors: Mapping[str, Sequence[Mentor]] = field(default_factory=dict)
    load: Load = field(default_factory=Load)

    def free(self, company_id: str, period: Period, norm: int | None = None) -> int:
        """How many more guests fit in on every day of a period: by its places, or by its mentors when that is more.

        A mentor without a limit counts for one. Guests take room of both.
        """
        guests = busiest(self.guests.get(company_id, {}), period)
        places = self.places.get(company_id, 0) - busiest(self.learning.get(company_id, {}), period)
        guided = sum(self.load.room(one, period, norm) for one in self.mentors.get(company_id, ()))
        return max(0, max(places, guided) - guests)

    def take(self, company_id: str, period: Period) -> None:
        taken = self.guests.setdefault(company_id, {})
        taken[period] = taken.get(period, 0) + 1


@dataclass(frozen=True, slots=True)
class Proposal:
    """A place that could teach a target. ``km`` is between town centres, None when not known; schools have no count."""

    place: Place
    km: float | None
    free: int | None


def propose(
    target: Target, period: Period, near: str, hosts: Iterable[Host], rooms: Rooms, *, norm: int | None = None
) -> list[Proposal]:
    """At most five places for a stay in a period: schools before companies, then the nearest to the town ``near``.

    Places of which no distance is known come last, in the order of their keys.
    """
    found = []
    for host in hosts:
        if not host.teaches(target) or not host.may_host(period.last):
            continue
        free = None if host.place.kind == "school" else rooms.free(host.place.id, period, norm)
        if free is None or free > 0:
            found.append(Proposal(host.place, distance(near, host.city), free))
    found.sort(key=lambda one: (one.place.kind != "school", one.km is None, one.km or 0.0, one.place.id))
    return found[:PROPOSALS]


def check_room(plan: Plan, rooms: Rooms, norm: int | None = None) -> None:
    """Raises when a guest company has no room on some day of the stay."""
    if plan.place.kind == "company" and rooms.free(plan.place.id, plan.period, norm) < 1:
        raise NoRoomForGuest(
            f"leerbedrijf {plan.place.id} heeft in deze periode geen plaats en geen begeleider met ruimte",
            f"company {plan.place.id} has no free place and no mentor with room in this period",
            field="place_id",
            value=plan.place.id,
            allowed=("een leerbedrijf met ruimte, of een andere periode", "a company with room, or another period"),
        )


def accept_plans(
    choices: Sequence[Choice],
    targets: Sequence[Target],
    own: tuple[Place, Place],
    placement: Period,
    hosts: Mapping[Place, Host],
    rooms: Rooms,
    *,
    today: date,
    norm: int | None = None,
    all_planned: bool = False,
) -> list[Plan]:
    """The plans with which somebody enrols. ``own`` are the company and the school; ``hosts`` has these and all chosen.

    Raises the rule that a plan breaks; with ``all_planned`` also when a target stays open. Room that is taken is taken
    from ``rooms``, so that the next one finds it gone.
    """
    company, school = (hosts[place] for place in own)
    now = {one.target.code: one for one in cover(targets, company, school, {}, hosts)}
    plans: dict[str, Plan] = {}
    for choice in choices:
        plan = choice.plan(placement, today)
        if plan.target in plans:
            raise PlannedTwice(
                f"eindterm {plan.target} heeft twee plannen",
                f"target {plan.target} has two plans",
                field="gap_plans",
                value=plan.target,
                allowed=("een plan per eindterm", "one plan for each target"),
            )
        check_plan(plan, now, hosts.get(plan.place), placement)
        check_room(plan, rooms, norm)
        plans[plan.target] = plan
    if all_planned:
        check_all_planned(cover(targets, company, school, plans, hosts))
    for place, period in {(plan.place, plan.period) for plan in plans.values()}:
        if place.kind == "company":
            rooms.take(place.id, period)
    return list(plans.values())
