"""The six causes counted from the shipped files by hand: the csv module and simple loops, and nothing of Keur.

Slow and plain on purpose: it must be possible to see that it is right. Where Keur and this file differ, one is wrong.
"""

import csv
from collections import Counter, defaultdict
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from ruamel.yaml import YAML

FILES = Path(__file__).resolve().parents[2] / "deploy" / "demo" / "smo"
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


class Seen(NamedTuple):
    """A signal from the day on which it is first so until the day on which it no longer is; None: until the end."""

    trainee: str
    kind: str
    about: str
    opened: date
    closed: date | None


@cache
def rows(kind: str) -> list[dict[str, str]]:
    with (FILES / f"{kind}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


SCHEME = YAML(typ="safe").load((FILES / "scheme.yaml").read_text("utf-8"))
NORMS = SCHEME["norms"]
LOGBOOK_DAYS = NORMS.get("logbook_days", 7)


def monday(text: str) -> date:
    day = date.fromisoformat(text)
    return day - day.weekday() * DAY


def week(text: str) -> date:
    year, number = text.split("-W")
    return date.fromisocalendar(int(year), int(number), 1)


@cache
def last_days(until: date) -> dict[str, date]:
    """By trainee the last day of the training: the Monday after the exam that made it complete, or until now."""
    passed: dict[str, dict[str, date]] = defaultdict(dict)
    for row in rows("results"):
        exam = SCHEME["exams"][row["exam"]]
        enough = float(row["score"]) >= exam["pass_mark"] and not (
            exam.get("knock_out") and row["knocked_out"] == "yes"
        )
        if enough:
            day = monday(row["taken_on"]) + WEEK
            known = passed[row["trainee_id"]].get(row["exam"], day)
            passed[row["trainee_id"]][row["exam"]] = min(day, known)
    found = {}
    for row in rows("trainees"):
        exams = passed[row["trainee_id"]]
        complete = set(exams) == set(SCHEME["exams"])
        found[row["trainee_id"]] = min(until, max(exams.values())) if complete else until
    return found


def certified(until: date) -> set[str]:
    """Who passed every exam in time: their training is over."""
    found = set()
    for row in rows("trainees"):
        taken = [one for one in rows("results") if one["trainee_id"] == row["trainee_id"]]
        passed = set()
        for one in taken:
            exam = SCHEME["exams"][one["exam"]]
            good = float(one["score"]) >= exam["pass_mark"] and not (
                exam.get("knock_out") and one["knocked_out"] == "yes"
            )
            if good and monday(one["taken_on"]) + WEEK <= until:
                passed.add(one["exam"])
        if passed == set(SCHEME["exams"]):
            found.add(row["trainee_id"])
    return found


def still_open(until: date) -> dict[str, int]:
    """By kind: how many are open at the end, of those whose training is not over."""
    done = certified(until)
    return dict(Counter(one.kind for one in all_signals(until) if one.closed is None and one.trainee not in done))


def coverage_gaps() -> set[tuple[str, str]]:
    """P3: (trainee, target) for which neither the company nor the school has all the machines it takes."""
    at_company = {row["company_id"]: set(row["equipment"].split(";")) for row in rows("companies")}
    at_school = {row["school_id"]: set(row["equipment"].split(";")) for row in rows("schools")}
    found = set()
    for row in rows("trainees"):
        for target in SCHEME["programmes"][row["programme"]]["targets"]:
            needed = set(SCHEME["targets"][target]["equipment"])
            if not needed <= at_company[row["company_id"]] and not needed <= at_school[row["school_id"]]:
                found.add((row["trainee_id"], target))
    return found


def periods(until: date) -> dict[str, list[dict[str, float]]]:
    """By trainee the periods of four weeks with hours in the company that were over, with a week for the logbook."""
    starts = {row["trainee_id"]: monday(row["starts_on"]) for row in rows("trainees")}
    last = last_days(until)
    found: dict[str, dict[int, dict[str, float]]] = defaultdict(dict)
    weeks: dict[tuple[str, int], set[date]] = defaultdict(set)
    for row in rows("logbook"):
        trainee, day = row["trainee_id"], week(row["week"])
        number = (day - starts[trainee]).days // 28
        over = starts[trainee] + (number + 1) * 4 * WEEK + LOGBOOK_DAYS * DAY
        if number < 0 or over > last[trainee]:
            continue
        period = found[trainee].setdefault(number, {"hours": 0.0, "simple": 0.0, "minutes": 0.0})
        period["minutes"] += float(row["mentor_minutes"])
        if row["place"] == "company":
            period["hours"] += float(row["hours"])
            period["simple"] += float(row["hours"]) if row["level"] == "simple" else 0.0
            weeks[trainee, number].add(day)
    result: dict[str, list[dict[str, float]]] = {}
    for trainee, some in found.items():
        result[trainee] = []
        for number in sorted(some):
            if some[number]["hours"] > 0:
                some[number]["number"] = number
                some[number]["weeks"] = len(weeks[trainee, number])
                result[trainee].append(some[number])
    return result


def times_it_began(flags: list[bool]) -> int:
    """How often a row of days became bad after it was good, or at its first day."""
    began = 0
    before = False
    for bad in flags:
        if bad and not before:
            began += 1
        before = bad
    return began


def while_bad(trainee: str, kind: str, looked: list[tuple[date, bool]]) -> list[Seen]:
    """From each look at which it became bad until the one at which it was good again."""
    found: list[Seen] = []
    opened: date | None = None
    for day, bad in looked:
        if bad and opened is None:
            opened = day
        elif not bad and opened is not None:
            found.append(Seen(trainee, kind, "", opened, day))
            opened = None
    return [*found, Seen(trainee, kind, "", opened, None)] if opened else found


def judged_on(trainee: str, number: float) -> date:
    """The Monday on which a period is judged: it is over, and its logbook had a week to come."""
    return STARTS[trainee] + (int(number) + 1) * 4 * WEEK + LOGBOOK_DAYS * DAY


STARTS = {row["trainee_id"]: monday(row["starts_on"]) for row in rows("trainees")}


def mentor_time(until: date) -> list[Seen]:
    """P4: the minutes of a period fell below the norm for its weeks in the company."""
    found = []
    for trainee, some in periods(until).items():
        bad = [one["minutes"] < NORMS["mentor_minutes_per_week"] * one["weeks"] for one in some]
        days = [judged_on(trainee, one["number"]) for one in some]
        found += while_bad(trainee, "mentor-time", list(zip(days, bad, strict=True)))
    return found


def extra_hands(until: date) -> list[Seen]:
    """P5: the share of simple work was above the norm in two periods running."""
    found = []
    for trainee, some in periods(until).items():
        above = [one["simple"] / one["hours"] > NORMS["simple_work_share"] for one in some]
        bad = [False, *(now and before for before, now in pairwise(above))]
        days = [judged_on(trainee, one["number"]) for one in some]
        found += while_bad(trainee, "extra-hands", list(zip(days, bad, strict=True)))
    return found


def attendance(until: date) -> list[Seen]:
    """P2: of the days asked for in the newest two periods, too few were attended.

    In the files everybody has hours at school in each week of the logbook, and the school speaks of no other week.
    """
    hours: dict[tuple[str, date], float] = defaultdict(float)
    for row in rows("logbook"):
        if row["place"] == "school":
            hours[row["trainee_id"], week(row["week"])] += float(row["hours"])
    said: dict[tuple[str, date], list[str]] = defaultdict(list)
    for row in rows("attendance"):
        said[row["trainee_id"], monday(row["date"])].append(row["present"])
    pattern, last = SCHEME["week_pattern"], last_days(until)
    days: dict[str, dict[int, list[float]]] = defaultdict(dict)
    for trainee, day in sorted({*hours, *said}):
        number, words = (day - STARTS[trainee]).days // 7, said[trainee, day]
        in_start = number < pattern["start_phase"]["weeks"]
        asked = pattern["start_phase"]["school_days"] if in_start else pattern["school_days"]
        yes, silent = words.count("yes"), max(0, asked - len(words))
        by_hours = max(0.0, hours[trainee, day] / NORMS["school_day_hours"] - yes)
        period = days[trainee].setdefault(number // 4, [0.0, 0.0])
        period[0] += max(asked, len(words)) - words.count("excused")
        period[1] += yes + min(silent, by_hours)
    found = []
    for trainee, some in days.items():
        looked = []
        known = [number for number in sorted(some) if judged_on(trainee, number) <= last[trainee]]
        for at in range(len(known)):
            two = [some[number] for number in known[max(0, at - 1) : at + 1]]
            share = sum(there for _, there in two) / sum(asked for asked, _ in two)
            looked.append((judged_on(trainee, known[at]), share < NORMS["school_attendance"]))
        found += while_bad(trainee, "attendance", looked)
    return found


def reviews_overdue(until: date) -> list[Seen]:
    """P1: the first programme review was due and a week later still not held; the files hold no reviews."""
    weeks = SCHEME["cadence"]["programme_review_weeks"]
    last = last_days(until)
    found = []
    for row in rows("trainees"):
        reminded = date.fromisoformat(row["starts_on"]) + (weeks + 1) * WEEK
        if reminded <= last[row["trainee_id"]]:
            found.append(Seen(row["trainee_id"], "review-overdue", "", reminded, None))
    return found


def next_monday(day: date) -> date:
    """The office's clock stands still between Mondays."""
    while day.weekday() != 0:
        day += DAY
    return day


def mentors_lapsed(until: date) -> list[Seen]:
    """P6: the mentor's course ended before the training did."""
    ends = {row["mentor_id"]: row["course_valid_until"] for row in rows("mentors")}
    last = last_days(until)
    found = []
    for row in rows("trainees"):
        if valid_until := ends[row["mentor_id"]]:
            seen = max(
                next_monday(date.fromisoformat(valid_until) + DAY), next_monday(date.fromisoformat(row["starts_on"]))
            )
            if seen <= last[row["trainee_id"]]:
                found.append(Seen(row["trainee_id"], "mentor", row["mentor_id"], seen, None))
    return found


def alignment_gaps(until: date) -> list[Seen]:
    """P2: taught at school and not done in the company within the norm and the time of the logbook.

    The office gives a week's logbook on the Monday after it, and looks on Mondays: before that day's rows are in.
    """
    taught: dict[tuple[str, str], date] = {}
    worked: dict[tuple[str, str], date] = {}
    for row in rows("logbook"):
        firsts = taught if row["place"] == "school" else worked
        key, day = (row["trainee_id"], row["target"]), week(row["week"])
        firsts[key] = min(day, firsts.get(key, day))
    last = last_days(until)
    found = []
    for (trainee, target), day in taught.items():
        look = next_monday(day + (NORMS["alignment_lag_days"] + LOGBOOK_DAYS + 1) * DAY)
        given = worked[trainee, target] + WEEK if (trainee, target) in worked else None
        if not (given and given < look) and look <= last[trainee]:
            closed = given if given and given <= last[trainee] else None
            found.append(Seen(trainee, "alignment-gap", target, look, closed))
    return found


def complaints(until: date) -> list[Seen]:
    """Beside the six: a complaint is open from the Monday on which it is given; the files hold no answers."""
    found = []
    for row in rows("complaints"):
        given = monday(row["received_on"]) + WEEK
        if given <= last_days(until)[row["trainee_id"]]:
            found.append(Seen(row["trainee_id"], "complaint", row["complaint_id"], given, None))
    return found


NEVER: dict[str, str] = {
    "action-overdue": "the files hold no actions: they come with reviews, visits and complaints that somebody reports",
    "no-placement": "no placement in the files ends before the training does",
    "agreement": "the shipped mark has no norms.agreement_grace_days, so it does not watch agreements",
}
"""Kinds of signal that the files cannot open, and why; the test holds the first two beside the files themselves."""


def all_signals(until: date) -> list[Seen]:
    """Whatever is to be seen but the coverage gaps, which are there from the first day."""
    some = (reviews_overdue, alignment_gaps, attendance, mentor_time, extra_hands, mentors_lapsed, complaints)
    return [one for count in some for one in count(until)]


def gaps_by_plan() -> dict[str, int]:
    """Where a gap is learned: at another school that has the machines, else at another company that has."""
    at_company = {row["company_id"]: set(row["equipment"].split(";")) for row in rows("companies")}
    at_school = {row["school_id"]: set(row["equipment"].split(";")) for row in rows("schools")}
    own = {row["trainee_id"]: row for row in rows("trainees")}
    found = {"school": 0, "company": 0}
    for trainee, target in coverage_gaps():
        needed = set(SCHEME["targets"][target]["equipment"])
        if any(needed <= has for key, has in at_school.items() if key != own[trainee]["school_id"]):
            found["school"] += 1
        elif any(needed <= has for key, has in at_company.items() if key != own[trainee]["company_id"]):
            found["company"] += 1
    return found


if __name__ == "__main__":
    end = date(2026, 8, 3)
    print("P3", len(coverage_gaps()), gaps_by_plan())
    for name, n in Counter(one.kind for one in all_signals(end)).items():
        trainees = {one.trainee for one in all_signals(end) if one.kind == name}
        print(name, n, "of trainees", len(trainees), "open", still_open(end).get(name, 0))
