"""Coverage and its planner, for any equipment, plans and guests."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.enrollment.domain import coverage as rules
from services.enrollment.domain.coverage import (
    Choice,
    CoveredBy,
    Host,
    PlannedTwice,
    TargetsOpenWithoutPlan,
    cover,
    stands,
)
from services.enrollment.domain.curriculum import Curriculum, Target
from services.enrollment.domain.mentors import Load, Period
from services.enrollment.domain.planner import NoRoomForGuest, Rooms, accept_plans, check_room, propose
from services.enrollment.domain.towns import TOWNS, distance
from services.enrollment.domain.visits import Place

from .builders import mentor

YEAR = Period(date(2025, 9, 1), date(2026, 7, 3))
CODES = ("lathe", "mill", "brake", "roller", "laser")
OWN, SCHOOL = Place("company", "C1"), Place("school", "S1")

machines = st.frozensets(st.sampled_from(CODES))
days = st.dates(YEAR.first, YEAR.last)
targets = st.lists(machines, max_size=6).map(lambda some: [Target(f"T{n}", needs) for n, needs in enumerate(some)])
periods = st.tuples(days, days).map(lambda pair: Period(min(pair), max(pair)))
guests = st.lists(st.tuples(machines, st.none() | days, st.sampled_from([*TOWNS, "Elders"])), max_size=4).map(
    lambda some: [Host(Place("company", f"G{n}"), has, city, until) for n, (has, until, city) in enumerate(some)]
)


@st.composite
def plans(draw: st.DrawFn, of: list[Target], at: list[Host]) -> dict[str, rules.Plan]:
    places = [*[host.place for host in at], Place("company", "gone")]
    chosen = draw(st.sets(st.sampled_from([one.code for one in of]))) if of else set()
    return {code: rules.Plan(code, draw(st.sampled_from(places)), draw(periods)) for code in sorted(chosen)}


@given(st.data(), targets, machines, machines, guests)
def test_each_target_is_covered_once_and_open_exactly_when_no_place_can_teach_it(
    data: st.DataObject, wanted: list[Target], company: frozenset[str], school: frozenset[str], others: list[Host]
) -> None:
    chosen = data.draw(plans(wanted, others))
    hosts = {host.place: host for host in others}

    found = cover(wanted, Host(OWN, company), Host(SCHOOL, school), chosen, hosts)

    assert [one.target for one in found] == wanted
    for one in found:
        plan = chosen.get(one.target.code)
        host = hosts.get(plan.place) if plan else None
        elsewhere = (
            plan is not None
            and host is not None
            and one.target.equipment <= host.equipment
            and host.accredited_until is not None
            and host.accredited_until >= plan.period.last
        )
        possible = one.target.equipment <= company or one.target.equipment <= school or elsewhere
        assert (one.by is CoveredBy.OPEN) != possible
        assert (one.place is None) == (one.by is CoveredBy.OPEN)
        assert (one.plan is not None) == (one.by is CoveredBy.GUEST)


@given(st.data(), targets, machines, machines, machines, guests)
def test_more_machines_and_more_plans_never_open_a_target(
    data: st.DataObject,
    wanted: list[Target],
    company: frozenset[str],
    school: frozenset[str],
    more: frozenset[str],
    others: list[Host],
) -> None:
    chosen = data.draw(plans(wanted, others))
    hosts = {host.place: host for host in others}

    before = cover(wanted, Host(OWN, company), Host(SCHOOL, school), {}, hosts)
    after = cover(wanted, Host(OWN, company | more), Host(SCHOOL, school), chosen, hosts)

    assert {one.target.code for one in after if one.by is CoveredBy.OPEN} <= {
        one.target.code for one in before if one.by is CoveredBy.OPEN
    }


@given(targets, guests, periods, st.sampled_from([*TOWNS, "Elders"]), st.integers(0, 2))
def test_every_proposal_can_be_chosen_and_closes_the_gap(
    wanted: list[Target], others: list[Host], period: Period, near: str, places: int
) -> None:
    rooms = Rooms(places={host.place.id: places for host in others})
    hosts = {host.place: host for host in others}
    for target in wanted:
        found = propose(target, period, near, others, rooms)

        known = [one.km for one in found if one.km is not None]
        assert known == sorted(known)
        assert [one.km is None for one in found] == sorted(one.km is None for one in found)
        for one in found:
            plan = rules.Plan(target.code, one.place, period)
            check_room(plan, rooms)
            assert stands(plan, target, hosts)
        if places:
            able = [host for host in others if host.teaches(target) and host.may_host(period.last)]
            assert len(found) == len(able)


@given(st.lists(periods, max_size=8), periods, st.integers(0, 4), st.integers(0, 3))
def test_guests_never_take_more_room_than_there_is_on_any_day(
    stays: list[Period], asked: Period, places: int, limit: int
) -> None:
    rooms = Rooms(places={"G": places}, mentors={"G": [mentor(max_trainees=limit)]}, load=Load())
    for one in stays:
        if rooms.free("G", one) > 0:
            rooms.take("G", one)

    for offset in range((asked.last - asked.first).days + 1):
        day = asked.first + timedelta(days=offset)
        there = sum(n for period, n in rooms.guests.get("G", {}).items() if period.first <= day <= period.last)
        assert there <= max(places, limit)


@given(days, periods)
def test_the_usual_stay_lies_within_the_placement(today: date, placement: Period) -> None:
    found = rules.stay(placement, today)

    assert placement.first <= found.first <= found.last <= placement.last


@given(st.sampled_from([*TOWNS]), st.sampled_from([*TOWNS]))
def test_distances_are_the_same_both_ways_and_none_to_itself(one: str, other: str) -> None:
    assert distance(one, other) == distance(other, one)
    assert (distance(one, other) == 0) == (one == other)


def test_towns_lie_as_far_apart_as_on_the_map() -> None:
    assert distance("Oss", "Heesch") == pytest.approx(3.7, abs=0.5)
    assert distance("Oss", "Veghel") == pytest.approx(16.7, abs=1)
    assert distance("Oss", "Parijs") is None


def test_room_that_one_enrolment_takes_is_gone_for_the_next() -> None:
    target = Target("T1", frozenset({"brake"}))
    guest = Host(Place("company", "G"), frozenset({"brake"}), "Oss", date(2030, 1, 1))
    hosts = {OWN: Host(OWN), SCHOOL: Host(SCHOOL), guest.place: guest}
    rooms = Rooms(places={"G": 1})
    choice = Choice("T1", guest.place)

    accept_plans([choice], [target], (OWN, SCHOOL), YEAR, hosts, rooms, today=YEAR.first, all_planned=True)

    with pytest.raises(NoRoomForGuest):
        accept_plans([choice], [target], (OWN, SCHOOL), YEAR, hosts, rooms, today=YEAR.first)
    with pytest.raises(TargetsOpenWithoutPlan) as refusal:
        accept_plans([], [target], (OWN, SCHOOL), YEAR, hosts, rooms, today=YEAR.first, all_planned=True)
    assert (refusal.value.field, refusal.value.value) == ("gap_plans", "T1")
    with pytest.raises(PlannedTwice):
        accept_plans([choice, choice], [target], (OWN, SCHOOL), YEAR, hosts, Rooms({"G": 9}), today=YEAR.first)


def test_a_curriculum_has_the_schemes_words_and_dutch_where_it_has_no_others() -> None:
    found = Curriculum.from_content(
        {
            "targets": {
                "T1": {"title": {"nl": "Kanten", "en": "Press braking"}, "equipment": ["press_brake"]},
                "T2": {},
            },
            "equipment": {"press_brake": {"nl": "kantbank"}},
            "programmes": {"lasser-3": {"targets": ["T1", "T9"]}},
        }
    )

    assert [target.code for target in found.of("lasser-3")] == ["T1"]
    assert found.of("kapper-2") == []
    assert (found.targets["T1"].title.said("en"), found.targets["T2"].title.said("nl")) == ("Press braking", "T2")
    assert (found.equipment["press_brake"].said("nl"), found.equipment["press_brake"].said("en")) == (
        "kantbank",
        "press brake",
    )
