"""Placements, agreements, memberships and visits: whatever is tried in whatever order, only the states that are listed.

The others stand beside their rules: enrolments in test_states, complaints in test_complaints, reviews and actions in
test_reviews, applications in test_applications, mentors in test_mentor_standing.
"""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from services.enrollment.domain import membership, placements
from services.enrollment.domain.agreements import Agreement, NotAParty, NothingToSign
from services.enrollment.domain.agreements import State as Sheet
from services.enrollment.domain.membership import EndReason, Membership
from services.enrollment.domain.placements import MOVES, Placement, PlacementNotThatFar
from services.enrollment.domain.placements import State as Stage
from services.enrollment.domain.rules import Refused
from services.enrollment.domain.visits import Place, Visit
from services.enrollment.domain.visits import State as Visited

DAY = date(2025, 9, 1)
LAST = date(2027, 7, 2)
QUICK = settings(max_examples=30, stateful_step_count=20, deadline=None)


class APlacement(RuleBasedStateMachine):
    """proposed → covered → signed → active → ended: a step may be passed over, and none is taken back once it began."""

    def __init__(self) -> None:
        super().__init__()
        self.place = Placement("T1-1", "T1", "C1", "M1", Stage.PROPOSED, DAY, LAST)
        self.path = [self.place.state]

    @rule(what=st.sampled_from(["covered", "signed", "begun", "ended", "moved", "lasting"]), days=st.integers(-30, 900))
    def tries(self, what: str, days: int) -> None:
        before, on = self.place, DAY + timedelta(days=days)
        try:
            match what:
                case "ended":
                    after = before.ended(on)
                case "moved":
                    after = before.moved("C2", "M3", LAST)
                case "lasting":
                    after = before.lasting(LAST)
                case _:
                    after = getattr(before, what)()
        except PlacementNotThatFar:
            return
        assert after.state is before.state or after.state in MOVES[before.state]
        if after.state is not before.state:
            self.path.append(after.state)
        self.place = after

    @invariant()
    def is_in_a_state_that_is_listed_and_ends_for_good(self) -> None:
        assert self.place.state in set(Stage)
        assert Stage.ENDED not in self.path[:-1]
        begun = self.path.index(Stage.ACTIVE) if Stage.ACTIVE in self.path else len(self.path)
        assert self.path[begun:] in ([], [Stage.ACTIVE], [Stage.ACTIVE, Stage.ENDED])
        assert self.place.starts_on <= self.place.ends_on <= LAST


TestAPlacement = APlacement.TestCase
TestAPlacement.settings = QUICK


def test_every_stage_of_a_placement_can_be_reached_and_only_the_last_is_final() -> None:
    assert {to for moves in MOVES.values() for to in moves} == set(Stage)
    assert {state for state, moves in MOVES.items() if not moves} == {Stage.ENDED}
    assert set(placements.STATES_NL) == set(Stage)


def test_what_a_placement_cannot_become_is_named_in_both_languages() -> None:
    with pytest.raises(PlacementNotThatFar) as refusal:
        Placement("T1-1", "T1", "C1", "M1", Stage.ENDED, DAY, LAST).begun()
    assert refusal.value.nl == "een leerwerkplek die beëindigd is, kan niet bezig worden"
    assert refusal.value.en == "a placement that is ended cannot become active"
    assert (refusal.value.allowed_nl, refusal.value.allowed_en) == ("niets meer", "nothing more")


PARTIES = ("instructor/I1", "company/C1", "trainee/T1", "guardian/T1")


class AnAgreement(RuleBasedStateMachine):
    """Sent, completed when everybody signed, or withdrawn while it waits: never completed with a signature missing."""

    def __init__(self) -> None:
        super().__init__()
        self.sheet = Agreement("T1-1/1", "T1-1", "T1", 1, {}, PARTIES, Sheet.SENT)
        self.over = False

    @rule(who=st.sampled_from([*PARTIES, "company/C2"]))
    def signs(self, who: str) -> None:
        before = self.sheet
        try:
            self.sheet = before.signed_by(who, DAY)
        except NotAParty:
            assert who not in PARTIES
        except NothingToSign:
            assert before.state is not Sheet.SENT

    @rule()
    def is_withdrawn(self) -> None:
        before = self.sheet.state
        self.sheet = self.sheet.withdrawn()
        assert (self.sheet.state is Sheet.WITHDRAWN) == (before is not Sheet.COMPLETED)

    @invariant()
    def is_complete_exactly_when_nobody_is_missing(self) -> None:
        sheet = self.sheet
        assert sheet.state in set(Sheet)
        assert set(sheet.signed) <= set(PARTIES)
        if sheet.state is not Sheet.WITHDRAWN:
            assert (sheet.state is Sheet.COMPLETED) == (not sheet.missing)
        assert (sheet.completed_on is None) == (sheet.state is not Sheet.COMPLETED)


TestAnAgreement = AnAgreement.TestCase
TestAnAgreement.settings = QUICK


class Members(RuleBasedStateMachine):
    """One company: it joins and leaves on any day; two memberships never overlap and at most one runs."""

    def __init__(self) -> None:
        super().__init__()
        self.known: list[Membership] = []

    @rule(days=st.integers(0, 2000))
    def joins(self, days: int) -> None:
        try:
            self.known.append(membership.begin(f"L{len(self.known)}", "C1", DAY + timedelta(days=days), self.known))
        except Refused:
            return

    @rule(days=st.integers(0, 2000), reason=st.sampled_from(EndReason))
    def leaves(self, days: int, reason: EndReason) -> None:
        now = membership.current(self.known)
        if now is None:
            return
        try:
            self.known[self.known.index(now)] = now.ended(reason, DAY + timedelta(days=days))
        except Refused:
            return

    @invariant()
    def memberships_follow_each_other(self) -> None:
        assert sum(one.ended_on is None for one in self.known) <= 1
        for before, after in zip(self.known, self.known[1:], strict=False):
            assert before.ended_on is not None
            assert before.began_on <= before.ended_on < after.began_on
        assert all((one.ended_on is None) == (one.reason is None) for one in self.known)


TestMembers = Members.TestCase
TestMembers.settings = QUICK


class AVisit(RuleBasedStateMachine):
    """planned → due → overdue → completed or waived, by the clock and by people; moved it stays the same visit."""

    def __init__(self) -> None:
        super().__init__()
        self.visit, self.today = Visit(Place("company", "C1"), DAY, "cadence"), DAY - timedelta(days=20)
        self.path = [self.visit.state]

    def becomes(self, after: Visit) -> None:
        assert after.visit_id == self.visit.visit_id
        if after.state is not self.visit.state:
            self.path.append(after.state)
        self.visit = after

    @rule(days=st.integers(0, 20))
    def days_pass(self, days: int) -> None:
        self.today += timedelta(days=days)
        if (step := self.visit.on(self.today)) is not None:
            assert self.visit.is_open
            self.becomes(step)

    @rule(days=st.integers(-10, 60))
    def is_moved(self, days: int) -> None:
        if not self.visit.is_open:
            return
        try:
            self.becomes(self.visit.moved(self.today + timedelta(days=days), today=self.today))
        except Refused:
            assert days < 0

    @rule(what=st.sampled_from(["completed", "waived", "waived without a word"]))
    def people_decide(self, what: str) -> None:
        if not self.visit.is_open:
            return
        if what == "waived without a word":
            with pytest.raises(Refused):
                self.visit.waived(" ")
            return
        self.becomes(self.visit.completed() if what == "completed" else self.visit.waived("vakantie"))

    @invariant()
    def goes_forward_and_ends_for_good(self) -> None:
        way = [Visited.PLANNED, Visited.DUE, Visited.OVERDUE]
        open_part = [state for state in self.path if state in way]
        assert open_part == way[: len(open_part)]
        assert self.path[len(open_part) :] in ([], [Visited.COMPLETED], [Visited.WAIVED])
        if not self.visit.is_open:
            assert self.visit.act_on is None
        assert replace(self.visit, moved_to=None).by == DAY


TestAVisit = AVisit.TestCase
TestAVisit.settings = QUICK
