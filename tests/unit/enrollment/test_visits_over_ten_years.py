"""Ten years of one place in which people move, waive and bring forward its visits, and the office is out for days."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from services.enrollment.domain.visits import Held, Place, State, Stay, Visit, Waived, completes, plan, stands

PLACE = Place("company", "C1")
WEEKS, AFTER_COMPLAINT, AFTER_SIGNAL = 12, 2, 3
FIRST, LAST = date(2025, 9, 1), date(2035, 9, 1)
STAY = Stay(FIRST, LAST, WEEKS, AFTER_COMPLAINT, AFTER_SIGNAL)
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


class Told(NamedTuple):
    state: State
    visit: Visit
    on: date


class Office:
    """Keeps of one place what the tables keep, and does with it what the commands do."""

    def __init__(self) -> None:
        self.told: list[Told] = []
        self.history: list[tuple[date, str]] = []
        self.held: Held | None = None
        self.waived: Waived | None = None
        self.complaint_on: date | None = None
        self.signals: list[date] = []
        self.closed: list[Visit] = []
        self.open: Visit | None = None
        self.known_since: date | None = None
        self.plan(FIRST)

    @property
    def seen_on(self) -> date | None:
        return max(
            (day for day in (self.held and self.held.held_on, self.waived and self.waived.on) if day), default=None
        )

    @property
    def signal_on(self) -> date | None:
        return min((day for day in self.signals if self.seen_on is None or day > self.seen_on), default=None)

    def plan(self, today: date) -> None:
        if self.open is not None and self.open.state is not State.PLANNED:
            return
        last = max((one.since for one in self.closed), default=None)
        found = plan(
            PLACE, [STAY], today=today, held=self.held, complaint_on=self.complaint_on, signal_on=self.signal_on,
            waived=self.waived, completed_due=last, taken=[one.due_on for one in self.closed if one.due_on > one.since],
        )  # fmt: skip
        if self.open is not None and stands(self.open, found, self.complaint_on, self.held and self.held.held_on):
            return
        if found != self.open:
            self.open, self.known_since = found, today
        if found is not None:
            self.check_reason(found)

    def check_reason(self, found: Visit) -> None:
        """Each reason's own date, worked out here by itself: the reason given is the one of the earliest."""
        base = FIRST if self.held is None else self.held.held_on
        agreed = self.held.next_in_weeks if self.held else None
        ordinary, says = base + timedelta(weeks=agreed or WEEKS), "agreed" if agreed else "cadence"
        skipped = self.waived and (self.held is None or self.held.held_on <= self.waived.on) and self.waived.due_on
        if skipped and ordinary <= skipped:
            ordinary, says = skipped + timedelta(weeks=WEEKS), "cadence"
        dates = {says: ordinary}
        if self.complaint_on and (self.seen_on is None or self.complaint_on > self.seen_on):
            dates["complaint"] = self.complaint_on + timedelta(weeks=AFTER_COMPLAINT)
        if self.signal_on:
            dates["signal"] = self.signal_on + timedelta(weeks=AFTER_SIGNAL)
        assert dates[found.reason] == min(dates.values()), (found, dates)
        assert found.due_on >= dates[found.reason], "no visit is due before its reason makes it so"
        later = {one.due_on for one in self.closed} | {one.since for one in self.closed}
        between = [dates[found.reason] + timedelta(days=n) for n in range((found.due_on - dates[found.reason]).days)]
        last = max(later, default=date.min)
        assert all(day <= last for day in between), "later than its reason says only where visits are behind us"

    def follow(self, today: date) -> None:
        """What the clock does: as often as there is something to do."""
        while self.open is not None and (step := self.open.on(today)) is not None:
            self.told.append(Told(step.state, step, today))
            self.open = step
        assert self.open is None or self.open.state is not State.PLANNED or self.open.by > today, "due and not told"

    def act(self, what: str, days: int, today: date) -> None:
        self.history.append((today, what))
        match what:
            case "visit" | "visit and agree":
                self.visit(
                    Held(f"V{len(self.history)}", *PLACE, today, "", max(1, days // 7) if "agree" in what else None)
                )
                self.plan(today)
            case "waive" if self.open is not None:
                self.closed.append(self.open.waived("Verbouwing"))
                if self.waived is None or self.open.due_on > self.waived.due_on:
                    self.waived = Waived(self.open.due_on, today)
                self.open = None
                self.plan(today)
            case "move" if self.open is not None:
                self.open, self.known_since = self.open.moved(today + timedelta(days=days), today=today), today
            case "complaint":
                self.complaint_on = today
                self.plan(today)
            case "signal":
                self.signals.append(today)
                self.plan(today)
            case "signals close":
                self.signals.clear()
                self.plan(today)

    def visit(self, held: Held) -> None:
        self.held = held
        if self.open is not None and completes(held, self.open, WEEKS):
            self.closed.append(self.open.completed())
            self.open = None
        else:
            assert self.open is None or self.open.state is State.PLANNED, "a visit today is the one that is due"


WHAT = st.sampled_from(
    ["visit", "visit", "visit and agree", "waive", "move", "complaint", "signal", "signal", "signals close"]
)
ACTS = st.lists(st.tuples(st.integers(0, 70), WHAT, st.integers(0, 120)), min_size=30, max_size=90)
PAUSES = st.lists(
    st.one_of(st.integers(2, 30), st.integers(1, 40).map(lambda days: days * 24)), min_size=10, max_size=40
)


@settings(max_examples=20, deadline=None, phases=[Phase.explicit, Phase.generate])  # ten years shrink slowly
@given(acts=ACTS, pauses=PAUSES)
@example(acts=[(10, "move", 0), (0, "visit and agree", 7)] * 30, pauses=[6])
@example(acts=[(10, "move", 40), (20, "visit", 0)] * 30, pauses=[11])
@example(acts=[(30, "signal", 0), (5, "waive", 0), (9, "signal", 0)] * 25, pauses=[7, 24 * 30])
def test_over_ten_years_of_moving_waiving_and_bringing_forward_each_period_has_its_visit_once(
    acts: list[tuple[int, str, int]], pauses: list[int]
) -> None:
    office, moment, turn, act = Office(), datetime(2025, 8, 31, 22, 0, tzinfo=UTC), 0, 0
    next_act = FIRST
    while moment < datetime(2035, 9, 1, tzinfo=UTC):
        today = moment.astimezone(AMSTERDAM).date()
        before = len(office.told)
        office.follow(today)
        for told in office.told[before:]:
            check_told(office, told)
        if today >= next_act:
            after, what, days = acts[act % len(acts)]
            office.act(what, days, today)
            act, next_act = act + 1, today + timedelta(days=after)
        skipped = office.waived.due_on if office.waived else FIRST
        assert office.open is not None or max(today + timedelta(weeks=6), skipped) + timedelta(weeks=WEEKS) > LAST, (
            "while somebody learns there, a visit is to come"
        )
        moment += timedelta(hours=pauses[turn % len(pauses)])
        turn += 1

    assert max(Counter((one.state, one.visit.visit_id) for one in office.told).values(), default=1) == 1
    keys = [one.visit.visit_id for one in office.told if one.state is State.DUE]
    ended = {one.visit_id for one in office.closed}
    assert set(keys[:-1]) <= ended, "the next is told only when the one before was held or waived"
    assert len(ended) == len(office.closed), "no visit ends twice"


def check_told(office: Office, told: Told) -> None:
    visit = told.visit
    if told.state is State.OVERDUE:
        due = next(one for one in office.told if one.visit.visit_id == visit.visit_id)
        assert told.on >= max(due.on, visit.by) + timedelta(days=14)
        return
    assert told.on >= visit.by, "never before its day"
    assert office.known_since is not None
    if office.held is not None:
        assert office.held.held_on <= office.known_since, "a visit held since has taken the place of this one"
    if visit.moved_to is None and visit.reason in ("cadence", "agreed") and office.held is not None:
        weeks = office.held.next_in_weeks if visit.reason == "agreed" else WEEKS
        assert weeks is not None
        assert told.on >= office.held.held_on + timedelta(weeks=weeks), "two for one period"


def one_visit(acts: dict[date, tuple[str, int]], until: date) -> tuple[Office, list[tuple[State, date, date, str]]]:
    """Polls each hour; what was told: state, the day by which, the day of telling, and the reason."""
    office, moment, done = Office(), datetime(2025, 8, 31, 22, 0, tzinfo=UTC), set[date]()
    while (today := moment.astimezone(AMSTERDAM).date()) <= until:
        office.follow(today)
        if today in acts and today not in done:
            done.add(today)
            office.act(*acts[today], today)
        moment += timedelta(hours=1)
    return office, [(one.state, one.visit.by, one.on, one.visit.reason) for one in office.told]


def test_a_visit_due_on_the_leap_day_or_moved_to_it_is_told_on_it() -> None:
    leap = date(2028, 2, 29)
    by_cadence = plan(PLACE, [STAY], today=leap, held=Held("V1", *PLACE, leap - timedelta(weeks=WEEKS)))
    by_signal = plan(PLACE, [STAY], today=leap, held=Held("V1", *PLACE, date(2028, 2, 1)), signal_on=date(2028, 2, 8))

    assert by_cadence == Visit(PLACE, leap, "cadence")
    assert by_signal == Visit(PLACE, leap, "signal")
    assert (
        Visit(PLACE, date(2028, 2, 22), "cadence").moved(leap, today=date(2028, 2, 20)).on(leap - timedelta(1)) is None
    )
    assert by_cadence.on(leap) == replace(by_cadence, state=State.DUE, told_on=leap)


def test_the_last_sunday_of_march_and_of_october_tell_a_moved_visit_once_and_on_their_own_day() -> None:
    for night in (date(2025, 10, 26), date(2026, 3, 29)):
        days = (night - timedelta(days=30), night + timedelta(days=3))
        _, told = one_visit({days[0]: ("visit", 0), days[0] + timedelta(1): ("move", 29)}, days[1])

        assert [one for one in told if one[1] == night] == [(State.DUE, night, night, "cadence")]


def test_a_visit_held_before_the_day_to_which_it_was_moved_takes_its_place() -> None:
    moved, went = date(2025, 10, 1), date(2025, 10, 20)
    office, told = one_visit({moved: ("move", 40), went: ("visit", 0)}, date(2025, 12, 31))

    assert told == []
    assert office.open == Visit(PLACE, went + timedelta(weeks=WEEKS), "cadence")


def test_a_visit_moved_forward_is_completed_by_the_one_held_on_that_day_and_the_next_is_where_it_was_agreed() -> None:
    forward = date(2025, 9, 20)
    office, told = one_visit({date(2025, 9, 10): ("move", 10), forward: ("visit and agree", 14)}, date(2025, 10, 4))

    assert told == [
        (State.DUE, forward, forward, "cadence"),
        (State.DUE, date(2025, 10, 4), date(2025, 10, 4), "agreed"),
    ]
    assert [one.due_on for one in office.closed] == [date(2025, 11, 24)]


def test_the_due_date_of_a_visit_that_was_brought_forward_is_not_given_to_another() -> None:
    office = Office()
    office.closed.append(
        Visit(PLACE, date(2025, 11, 24), "cadence", State.COMPLETED, date(2025, 9, 29), date(2025, 9, 29))
    )
    office.held = Held("V1", *PLACE, date(2025, 9, 29), "", 8)
    office.plan(date(2025, 9, 29))

    assert office.open is not None
    assert office.open == Visit(PLACE, date(2025, 11, 25), "agreed")
