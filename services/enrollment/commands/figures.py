"""All figures of a mark on a day, worked out from what stands in the tables: nothing is kept, so nothing can be stale.

Over the days before today it gives what is known now about that day: what was entered late is in it.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from shared.db import Tx

from ..domain import figure_words as say
from ..domain.curriculum import Words
from ..domain.endings import Phase
from ..domain.figures import (
    WINDOW,
    Figure,
    Goals,
    Part,
    Scope,
    Share,
    first_day,
    median_figure,
    months,
    parts_of,
    share_figure,
)
from ..domain.projection import REFERENCE_COHORTS, Projection, Running, project
from ..domain.report import Around, Cohort, CohortNotKnown, Course, Moment, Report, SchemeNotKnown
from ..domain.visits import REMINDER_AFTER
from ..queries import cohorts, training
from ..queries.training import Of

EIGHT_WEEKS = timedelta(weeks=8)
MONTHS_SHOWN = 48


async def report(tx: Tx, *, scheme: str | None, cohort: int | None, as_of: date, courses: int = 3) -> Report:
    """Every figure. Without a scheme the only one is taken, or all together when there are several with trainees."""
    marks = await cohorts.schemes(tx)
    mark = _mark(marks, scheme)
    of_scheme = mark["scheme"] if mark else None
    async with cohorts.of_one_moment(tx, of_scheme, as_of):
        return await _report(tx, marks, mark, cohort, as_of, courses)


async def _report(
    tx: Tx,
    marks: Sequence[Mapping[str, Any]],
    mark: Mapping[str, Any] | None,
    cohort: int | None,
    as_of: date,
    courses: int,
) -> Report:
    of_scheme = mark["scheme"] if mark else None
    known = [_cohort(row, as_of) for row in await cohorts.by_cohort(tx, of_scheme, None, as_of)]
    if cohort is not None and cohort not in {one.cohort for one in known}:
        raise _unknown_cohort(cohort, known)
    words = {code: _words(title, code) for one in marks for code, title in (one["exams"] or {}).items()}
    shown = [cohort] if cohort is not None else [one.cohort for one in known][-courses:]
    return Report(
        as_of=as_of,
        scheme=of_scheme,
        title=_words(mark["title"], mark["scheme"]) if mark else None,
        cohort=cohort,
        goals=Goals(mark["baseline"], mark["target"], mark["stretch"]) if mark else Goals(),
        cohorts=tuple(known),
        figures=tuple(await _figures(tx, of_scheme, cohort, as_of, known, words)),
        projections=tuple(await _projections(tx, of_scheme, cohort, as_of, known)),
        courses=tuple([await _course(tx, of_scheme, one, as_of) for one in known if one.cohort in shown]),
        around_visits=tuple(
            Around(**row) for row in await training.around_visits(tx, of_scheme, as_of, EIGHT_WEEKS.days)
        ),
        signals=tuple(await training.signals(tx, Of(of_scheme, cohort, as_of, None))),
        gaps=await training.gaps(tx, Of(of_scheme, cohort, as_of, None)),
        visit_reasons=await training.reasons(tx, of_scheme, as_of),
    )


async def _figures(
    tx: Tx, scheme: str | None, cohort: int | None, as_of: date, known: Sequence[Cohort], words: Mapping[str, Words]
) -> list[Figure]:
    since = None if cohort is not None else as_of - WINDOW
    scope: Scope = "year" if cohort is None else "cohort"
    of = Of(scheme, cohort, as_of, since)
    counted = [one for one in known if (one.cohort == cohort if cohort is not None else one.finished)]
    began = [one for one in known if cohort in (None, one.cohort)]
    rows = await cohorts.by_cohort(tx, scheme, cohort, as_of)
    programmes = await cohorts.by_programme(tx, scheme, as_of, cohorts=[one.cohort for one in counted])
    left = await cohorts.leavers(tx, scheme, cohort, as_of, since)
    exams = await training.first_attempts(tx, of)
    endings = await cohorts.drop_outs(tx, scheme, cohort, as_of)
    dropped = sum(one.dropped for one in began)
    enough, periods = await training.mentor_time(tx, of)
    in_step, taught = await training.alignment(tx, of)
    seen = await training.visits(tx, scheme, as_of, as_of - WINDOW, REMINDER_AFTER.days)
    phases = _counts(endings, "phase")
    early = phases.get(Phase.START, 0) + phases.get(Phase.YEAR_1, 0)

    def share(key: str, numerator: int, denominator: int, scope: Scope = scope, parts: Sequence[Part] = ()) -> Figure:
        return share_figure(key, numerator, denominator, scope=scope, as_of=as_of, parts=parts)

    return [
        share(
            "completion",
            sum(one.certified for one in counted),
            sum(one.began for one in counted),
            "cohort",
            [
                Part(code, Words(code, code), Share(row["certified"], row["began"]))
                for row in programmes
                for code in [row["programme"]]
            ],
        ),
        share("success", *left),
        share("retention", sum(row["kept"] for row in rows), sum(row["a_year_ago"] for row in rows), "cohort"),
        share(
            "first_attempt_pass",
            sum(row["passed"] for row in exams),
            sum(row["sat"] for row in exams),
            parts=[
                Part(code, words.get(code, Words(code, code)), Share(row["passed"], row["sat"]))
                for row in exams
                for code in [row["exam"]]
            ],
        ),
        median_figure(
            "months_to_certificate",
            [months(days) for days in await cohorts.days_to_certificate(tx, scheme, cohort, as_of)],
            unit="months",
            scope="cohort",
            as_of=as_of,
        ),
        share(
            "drop_out",
            dropped,
            sum(one.began for one in began),
            "cohort",
            parts_of(_counts(endings, "cause"), dropped, say.CAUSES),
        ),
        share(
            "drop_out_phase", early, dropped, "cohort", parts_of(phases, dropped, say.PHASES)
        ),
        median_figure(
            "replacement_days", await training.replacement_days(tx, of), unit="days", scope=scope, as_of=as_of
        ),
        share("mentor_time", enough, periods),
        share("alignment", in_step, taught),
        share("agreements", *await training.agreements(tx, of), "cohort"),
        share("visits_held", seen["held"], seen["due"], "year"),
        share("visits_on_time", seen["on_time"], seen["judged"], "year"),
    ]  # fmt: skip


async def _projections(
    tx: Tx, scheme: str | None, cohort: int | None, as_of: date, known: Sequence[Cohort]
) -> list[Projection]:
    """Of each cohort that still runs, and of which an earlier one is finished."""
    found = []
    for one in known:
        if one.finished or cohort not in (None, one.cohort):
            continue
        earlier = [other.cohort for other in known if other.finished and other.cohort < one.cohort][-REFERENCE_COHORTS:]
        age = (as_of - first_day(one.cohort)).days
        certified, learning = await cohorts.basis(tx, scheme, as_of, cohorts=earlier, age_days=age)
        running = Running(one.cohort, one.began, one.certified, one.dropped)
        projection = project(running, Share(certified, learning), tuple(earlier))
        if projection is not None:
            found.append(projection)
    return found


async def _course(tx: Tx, scheme: str | None, one: Cohort, as_of: date) -> Course:
    changes = {row["month"]: row for row in await cohorts.course(tx, scheme, one.cohort, as_of)}
    last = (as_of.year - one.cohort) * 12 + as_of.month - first_day(one.cohort).month
    certified = dropped = 0
    moments = [Moment(0, 0.0, 0.0)]
    for month in range(min(last, MONTHS_SHOWN) + 1):
        if month in changes:
            certified += changes[month]["certified"]
            dropped += changes[month]["dropped"]
        moments.append(Moment(month + 1, certified / one.began, dropped / one.began))
    return Course(one.cohort, one.began, tuple(moments))


def _cohort(row: Mapping[str, Any], as_of: date) -> Cohort:
    return Cohort(
        row["cohort"],
        row["began"],
        row["certified"],
        row["dropped"],
        row["last_planned_end"] <= as_of,
        row["last_planned_end"],
    )


def _counts(rows: Sequence[Mapping[str, Any]], by: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        code = row.get(by) or say.UNKNOWN
        found[code] = found.get(code, 0) + row["trainees"]
    return found


def _mark(marks: Sequence[Mapping[str, Any]], scheme: str | None) -> Mapping[str, Any] | None:
    if scheme is None:
        taught = [one for one in marks if one["trainees"]]
        return taught[0] if len(taught) == 1 else None
    for one in marks:
        if one["scheme"] == scheme:
            return one
    raise SchemeNotKnown(
        "dit schema is hier niet bekend",
        "this scheme is not known here",
        field="scheme",
        value=scheme,
        allowed=", ".join(str(one["scheme"]) for one in marks),
    )


def _unknown_cohort(cohort: int, known: Sequence[Cohort]) -> CohortNotKnown:
    return CohortNotKnown(
        f"in schooljaar {cohort}/{cohort + 1} begon hier niemand",
        f"nobody began here in the school year {cohort}/{cohort + 1}",
        field="cohort",
        value=str(cohort),
        allowed=", ".join(str(one.cohort) for one in known),
    )


def _words(given: Mapping[str, str] | None, otherwise: str) -> Words:
    nl = (given or {}).get("nl") or otherwise
    return Words(nl, (given or {}).get("en") or nl)
