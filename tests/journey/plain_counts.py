"""The six causes counted from the shipped files by hand: the csv module and simple loops, and nothing of Keur.

Slow and plain on purpose: it must be possible to see that it is right. Where Keur and this file differ, one is wrong.
"""

import csv
from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

from ruamel.yaml import YAML

FILES = Path(__file__).resolve().parents[2] / "deploy" / "demo" / "smo"
DAY, WEEK = timedelta(days=1), timedelta(weeks=1)


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


def mentor_time(until: date) -> dict[str, int]:
    """P4: by trainee, how often the minutes of a period fell below the norm for its weeks in the company."""
    found = {}
    for trainee, some in periods(until).items():
        flags = [one["minutes"] < NORMS["mentor_minutes_per_week"] * one["weeks"] for one in some]
        if any(flags):
            found[trainee] = times_it_began(flags)
    return found


def extra_hands(until: date) -> dict[str, int]:
    """P5: by trainee, how often the share of simple work was above the norm in two periods running."""
    found = {}
    for trainee, some in periods(until).items():
        above = [one["simple"] / one["hours"] > NORMS["simple_work_share"] for one in some]
        flags = [now and before for before, now in pairwise(above)]
        if any(flags):
            found[trainee] = times_it_began(flags)
    return found


def reviews_overdue(until: date) -> set[str]:
    """P1: trainees whose first programme review was due and a week later still not held; the files hold no reviews."""
    weeks = SCHEME["cadence"]["programme_review_weeks"]
    last = last_days(until)
    found = set()
    for row in rows("trainees"):
        reminded = date.fromisoformat(row["starts_on"]) + (weeks + 1) * WEEK
        if reminded <= last[row["trainee_id"]]:
            found.add(row["trainee_id"])
    return found


def mentors_lapsed(until: date) -> set[tuple[str, str]]:
    """P6: (trainee, mentor) whose mentor's course ended before the training did."""
    ends = {row["mentor_id"]: row["course_valid_until"] for row in rows("mentors")}
    last = last_days(until)
    found = set()
    for row in rows("trainees"):
        valid_until = ends[row["mentor_id"]]
        if valid_until:
            seen = date.fromisoformat(valid_until) + DAY
            while seen.weekday() != 0:  # the office's clock stands still between Mondays
                seen += DAY
            if seen <= last[row["trainee_id"]]:
                found.add((row["trainee_id"], row["mentor_id"]))
    return found


def alignment_gaps(until: date) -> set[tuple[str, str]]:
    """P2: (trainee, target) taught at school and not done in the company within the norm and the time of the logbook.

    The office gives a week's logbook on the Monday after it, and looks on Mondays: before that day's rows are in.
    """
    taught: dict[tuple[str, str], date] = {}
    worked: dict[tuple[str, str], date] = {}
    for row in rows("logbook"):
        firsts = taught if row["place"] == "school" else worked
        key, day = (row["trainee_id"], row["target"]), week(row["week"])
        firsts[key] = min(day, firsts.get(key, day))
    last = last_days(until)
    found = set()
    for (trainee, target), day in taught.items():
        waits_until = day + (NORMS["alignment_lag_days"] + LOGBOOK_DAYS) * DAY
        look = waits_until + DAY
        while look.weekday() != 0:
            look += DAY
        known = (trainee, target) in worked and worked[trainee, target] + WEEK < look
        if not known and look <= last[trainee]:
            found.add((trainee, target))
    return found


if __name__ == "__main__":
    end = date(2026, 8, 3)
    print("P1", len(reviews_overdue(end)))
    print("P6", len(mentors_lapsed(end)))
    print("P2", len(alignment_gaps(end)))
    print("P3", len(coverage_gaps()))
    print("P4", sum(mentor_time(end).values()), len(mentor_time(end)))
    print("P5", sum(extra_hands(end).values()), len(extra_hands(end)))
