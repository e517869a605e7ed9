"""Visits as the shipped files ask for them, played Monday by Monday with simple loops and nothing of Keur.

What is played is what the office does: it enters who starts a week ahead, and gives what happened in a week on the
Monday after it. On a Monday the clock is followed first, then the rows of that day are given.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date
from math import ceil

from . import plain_counts as plain
from .plain_counts import DAY, SCHEME, WEEK, Seen, monday, rows

CADENCE = SCHEME["cadence"]
ABOUT_SCHOOL = ("attendance", "alignment-gap")
NOT_COUNTED = ("complaint", "coverage-gap")
"""These bring no company's visit forward as signals: a complaint has its own reason, a gap its plan."""
Place = tuple[str, str]


@dataclass
class Learner:
    """Who learns at a place: from the first day until the planned end, or until the training is complete."""

    trainee: str
    first: date
    until: date


@dataclass
class Visit:
    place: Place
    due: date
    reason: str
    told: bool = False
    held: bool = False


@dataclass
class Held:
    on: date
    next_in_weeks: int | None


class Played:
    """``told`` are all visits that were told to be due, ``waiting`` those that are planned at the end."""

    def __init__(self, until: date) -> None:
        self.signals: dict[str, list[Seen]] = defaultdict(list)
        for one in plain.all_signals(until):
            self.signals[one.trainee].append(one)
        self.learners: dict[Place, list[Learner]] = defaultdict(list)
        last = plain.last_days(until)
        for row in rows("trainees"):
            key, ends = row["trainee_id"], date.fromisoformat(row["planned_end"])
            ends = min(ends, last[key]) if last[key] < until else ends
            one = Learner(key, date.fromisoformat(row["starts_on"]), ends)
            self.learners["company", row["company_id"]].append(one)
            self.learners["school", row["school_id"]].append(one)
        self.place_of = {row["trainee_id"]: row for row in rows("trainees")}
        self.held: dict[Place, Held] = {}
        self.complaint: dict[Place, date] = {}
        self.open: dict[Place, Visit] = {}
        self.told: list[Visit] = []
        self.last_due: dict[Place, date] = {}
        day = min(monday(row["starts_on"]) for row in rows("trainees")) - WEEK
        while day <= until:
            self.tell(day)
            self.look(day, rows_given=False)
            self.tell(day)
            self.give(day)
            self.look(day, rows_given=True)
            day += WEEK

    def planned_for(self, place: Place, day: date, rows_given: bool) -> Visit | None:
        entered = [one for one in self.learners[place] if monday(one.first.isoformat()) - WEEK <= day]
        here = [one for one in entered if one.until >= day]
        if not here:
            return None
        kind, first = place[0], min(one.first for one in here)
        weeks = CADENCE[f"visit_{kind}_weeks"]
        due, reason, seen = first + weeks * WEEK, "cadence", None
        if held := self.held.get(place):
            seen, after = held.on, held.on + (held.next_in_weeks or weeks) * WEEK
            if held.on >= first or after >= first:
                due, reason = after, "agreed" if held.next_in_weeks else "cadence"
        complained = self.complaint.get(place)
        if complained and (seen is None or complained > seen):
            soon = complained + CADENCE["visit_after_complaint_weeks"] * WEEK
            due, reason = (soon, "complaint") if soon < due else (due, reason)
        since = self.signalled(place, [one.trainee for one in here if one.first <= day], day, rows_given, seen)
        if since:
            soon = since + CADENCE["visit_after_signal_weeks" if kind == "company" else AFTER_SCHOOL] * WEEK
            due, reason = (soon, "signal") if soon < due else (due, reason)
        if place in self.last_due and due <= self.last_due[place]:
            due = self.last_due[place] + DAY
        return Visit(place, due, reason) if due <= max(one.until for one in here) else None

    def signalled(
        self, place: Place, learning: list[str], day: date, rows_given: bool, seen: date | None
    ) -> date | None:
        """The day on which signals of enough trainees had opened: of one at a company, of a share at a school."""

        def is_open(one: Seen) -> bool:
            closes_with_rows = one.kind == "alignment-gap" and not rows_given
            return one.opened <= day and (
                one.closed is None or one.closed > day - (WEEK if closes_with_rows else 0 * DAY)
            )

        days = []
        for trainee in learning:
            counted = [
                one.opened
                for one in self.signals[trainee]
                if is_open(one) and (not seen or one.opened > seen)
                and (one.kind in ABOUT_SCHOOL if place[0] == "school" else one.kind not in NOT_COUNTED)
            ]  # fmt: skip
            days += [min(counted)] if counted else []
        share = CADENCE["visit_school_signal_share"] if place[0] == "school" else 0
        needed = max(1, ceil(round(share * len(learning), 6)))
        return sorted(days)[needed - 1] if len(days) >= needed else None

    def look(self, day: date, *, rows_given: bool) -> None:
        """Plans anew where nobody was told yet. ``rows_given``: after the rows of this Monday were in."""
        for place in self.learners:
            if place in self.open and self.open[place].told:
                continue
            found = self.planned_for(place, day, rows_given)
            if found is None:
                self.open.pop(place, None)
            else:
                self.open[place] = found

    def tell(self, day: date) -> None:
        for visit in self.open.values():
            if not visit.told and visit.due <= day:
                visit.told = True
                self.told.append(visit)

    def give(self, day: date) -> None:
        """The rows of visits and complaints of the week before."""
        for row in rows("visits"):
            if monday(row["held_on"]) + WEEK != day:
                continue
            place = row["place_kind"], row["place_id"]
            weeks = int(row["next_in_weeks"]) if row["next_in_weeks"] else None
            held = Held(date.fromisoformat(row["held_on"]), weeks)
            visit = self.open.get(place)
            cadence = CADENCE[f"visit_{place[0]}_weeks"]
            if visit and visit.told and held.on + (weeks or cadence) * WEEK > visit.due:
                visit.held = True
                self.last_due[place] = visit.due
                del self.open[place]
            self.held[place] = held
        for row in rows("complaints"):
            if monday(row["received_on"]) + WEEK == day:
                of = self.place_of[row["trainee_id"]]
                kind = "school" if row["category"] == "school" else "company"
                place, on = (kind, of[f"{kind}_id"]), date.fromisoformat(row["received_on"])
                self.complaint[place] = max(on, self.complaint.get(place, on))

    def sooner(self) -> set[tuple[str, str, date, str]]:
        """Visits that came before their own day, with the reason."""
        every = [*self.told, *(one for one in self.open.values() if not one.told)]
        return {(*one.place, one.due, one.reason) for one in every if one.reason in ("signal", "complaint")}

    def still_open(self, day: date) -> int:
        """Told, not held, and somebody learns there: where nobody does any more a visit is waived."""
        return sum(1 for one in self.told if not one.held and any(of.until >= day for of in self.learners[one.place]))


AFTER_SCHOOL = "visit_school_after_signal_weeks"

if __name__ == "__main__":
    played = Played(date(2026, 8, 3))
    print(
        "told",
        len(played.told),
        "held",
        sum(one.held for one in played.told),
        "open",
        played.still_open(date(2026, 8, 3)),
    )
    print("sooner", Counter((one[0], one[3]) for one in played.sooner()))
