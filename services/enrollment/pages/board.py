"""The board's page: where the mark stands against its own goals, how sure that is, and where trainees are lost."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse
from markupsafe import Markup

from shared.tabular import typed_day
from shared.web import charts
from shared.web.deps import Ctx, require
from shared.web.filters import percent
from shared.web.i18n import language
from shared.web.i18n import translate as _
from shared.web.pages import render

from ..commands.figures import report
from ..domain import figure_words as say
from ..domain.curriculum import Words
from ..domain.figures import Figure
from ..domain.projection import Projection
from ..domain.report import Cohort, Course, Report
from ..domain.signal_words import kind_words
from ..domain.signals import CAUSES, Kind
from ..domain.statistics import Interval
from ..queries import cohorts, titles

router = APIRouter(prefix="/enrollment", include_in_schema=False, dependencies=[require("board")])

ORDER = {cause: n for n, cause in enumerate(sorted(set(CAUSES.values())))}


@router.get("/board")
async def board(
    request: Request,
    ctx: Ctx,
    scheme: Annotated[str, Query(max_length=40)] = "",
    cohort: Annotated[str, Query(pattern=r"^(\d{4})?$")] = "",
    as_of: Annotated[str, Query(pattern=r"^(\d{4}-\d{2}-\d{2})?$")] = "",
) -> HTMLResponse:
    """Of the mark with the most trainees, today, unless asked otherwise. No names."""
    day = _day(as_of) or ctx.clock.today()
    async with ctx.db.read() as tx:
        marks = await cohorts.schemes(tx)
        chosen = scheme or (marks[0]["scheme"] if marks else None)
        programmes = await titles.programmes(tx)
        told = await report(tx, scheme=chosen, cohort=None, as_of=day)
        narrow = await report(tx, scheme=chosen, cohort=int(cohort), as_of=day) if cohort else None
    shown = narrow or told
    return render(
        request,
        "board.html",
        told=shown,
        all=told,
        marks=[(one["scheme"], _said(_words(one["title"], one["scheme"]))) for one in marks],
        given={"scheme": chosen or "", "cohort": cohort, "as_of": day.isoformat()},
        by_year=_by_year(told) if told.cohorts else None,
        course=_course(shown),
        causes=_parts(shown.figure("drop_out"), "causes", _("Oorzaken van uitval")),
        phases=_parts(shown.figure("drop_out_phase"), "phases", _("Uitval naar fase")),
        expected={one.cohort: one for one in told.projections},
        signals=_signals(shown.signals),
        headline=_headline(shown),
        said=_said,
        programmes=programmes,
        value=value_of,
        interval=interval_of,
        method=_said(say.PROJECTION),
        effect=_said(say.EFFECT),
    )


def value_of(figure: Figure) -> str:
    """A figure's value in its unit; a dash when there is none."""
    return _in_unit(figure.value, figure.unit)


def interval_of(interval: Interval | None, unit: str = "share") -> str:
    """From low to high, in the unit; a dash when there is none."""
    if interval is None:
        return "\N{EN DASH}"
    return f"{_in_unit(interval.low, unit)} \N{EN DASH} {_in_unit(interval.high, unit)}"


def _in_unit(value: float | None, unit: str) -> str:
    if value is None:
        return "\N{EN DASH}"
    match unit:
        case "months":
            return _("%s maanden") % _decimal(value)
        case "days":
            return _("%s dagen") % _decimal(value)
        case _:
            return percent(value)


def _decimal(value: float) -> str:
    written = f"{value:.1f}"
    return written if language() == "en" else written.replace(".", ",")


def _headline(told: Report) -> list[dict[str, str]]:
    """The four figures that a board asks for first, with how sure they are."""
    cells = []
    for key in ("completion", "retention", "first_attempt_pass"):
        figure = told.figure(key)
        note = _("%(n)s van %(of)s, 95%%-interval %(interval)s") % {
            "n": figure.numerator, "of": figure.denominator, "interval": interval_of(figure.interval),
        }  # fmt: skip
        cells.append({"label": _said(figure.title), "value": value_of(figure), "note": note})
    for one in told.projections[-1:]:
        note = _("lichting %(cohort)s, 95%%-band %(band)s") % {
            "cohort": _name(one.cohort),
            "band": interval_of(one.band),
        }
        cells.insert(1, {"label": _("Verwacht rendement"), "value": percent(one.value), "note": note})
    return cells


def _levels(told: Report) -> list[charts.Level]:
    return [charts.Level(share, f"{percent(share, 0)} {_said(words)}") for _code, share, words in told.goals.lines()]


def _by_year(told: Report) -> Markup:
    expected = {one.cohort: one for one in told.projections}
    groups = [_dots(one, expected.get(one.cohort)) for one in told.cohorts]
    title = _("Opleidingsrendement per lichting")
    description = _(
        "Een stip per lichting met het 95%-interval; een open stip is een verwachting. De tabel eronder zegt hetzelfde."
    )
    return Markup(  # noqa: S704 - charts escape every text
        charts.dots(id="by-year", title=title, description=description, groups=groups, levels=_levels(told))
    )


def _dots(one: Cohort, expected: Projection | None) -> list[charts.Dot]:
    name, share = _name(one.cohort), one.completion
    if one.finished and share.interval is not None:
        return [charts.Dot(name, share.value, *share.interval)]
    if expected is not None:
        return [charts.Dot(name, expected.value, *expected.band, open=True)]
    return [charts.Dot(name, None)]


def _course(told: Report) -> dict[str, Any] | None:
    """The last cohort shown month by month, the one before it dashed; until when it is foretold, if it runs."""
    if not told.courses:
        return None
    course = told.courses[-1]
    known = {one.cohort: one for one in told.cohorts}
    cohort = known[course.cohort]
    before = told.courses[-2] if len(told.courses) > 1 else None
    end = (cohort.last_planned_end.year - course.cohort) * 12 + cohort.last_planned_end.month - 7
    last = max(end, course.moments[-1].month, 12)
    kept = [(float(at.month), 1 - at.dropped) for at in course.moments]
    lines = [
        charts.Line(_("niet uitgevallen"), kept, "second"),
        charts.Line(_("certificaat"), [(float(at.month), at.certified) for at in course.moments]),
    ]
    if before is not None:
        points = [(float(at.month), at.certified) for at in before.moments if at.month <= last]
        lines.append(charts.Line(_("certificaat %s") % _name(before.cohort), points, "before"))
    expected = next((one for one in told.projections if one.cohort == course.cohort), None)
    share = cohort.completion
    whiskers = []
    if cohort.finished and share.interval is not None:
        whiskers.append(charts.Whisker(float(course.moments[-1].month), *share.interval))
    title = _("Verloop van lichting %s") % _name(course.cohort)
    svg = charts.curve(
        id="course",
        title=title,
        description=_(
            "Per maand sinds 1 augustus het deel dat niet is uitgevallen en het deel met het certificaat. "
            "De tabel eronder zegt hetzelfde."
        ),
        lines=lines,
        levels=_levels(told),
        fan=_fan(course, cohort, expected, float(end)),
        whiskers=whiskers,
        ticks=[(float(month), _("%s mnd") % month) for month in range(0, last + 1, 6)],
        x_last=float(last),
    )
    return {"title": title, "svg": Markup(svg), "moments": course.moments[:: max(1, len(course.moments) // 12)]}  # noqa: S704 - escaped there


def _fan(course: Course, cohort: Cohort, expected: Projection | None, end: float) -> charts.Fan | None:
    at = course.moments[-1]
    if expected is None or cohort.finished or end <= at.month:
        return None
    label = _("verwacht %s") % percent(expected.value, 0)
    return charts.Fan(
        (float(at.month), at.certified), end, expected.band.low, expected.value, expected.band.high, label
    )


def _parts(figure: Figure, id: str, title: str) -> dict[str, Any]:
    rows = [(_said(part.title), part.share.value or 0.0, f"{part.share.numerator}") for part in figure.parts]
    description = _("Deel van de uitvallers; de tabel eronder zegt hetzelfde.")
    svg = charts.bars(id=id, title=title, description=description, rows=rows) if rows else ""
    return {"title": title, "svg": Markup(svg), "figure": figure}  # noqa: S704 - charts escape every text


def _signals(rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """By cause, the six first; kinds that answer to none of them after."""
    found = []
    for row in rows:
        cause = CAUSES.get(Kind(row["kind"])) if row["kind"] in set(Kind) else None
        found.append({**row, "cause": cause, "title": _said(kind_words(row["kind"]))})
    return sorted(found, key=lambda one: (ORDER.get(one["cause"] or "", len(ORDER)), one["kind"]))


def _name(cohort: int) -> str:
    return f"{cohort}/{cohort + 1}"


def _said(words: Words) -> str:
    return words.said(language())


def _words(given: Mapping[str, str] | None, otherwise: str) -> Words:
    nl = (given or {}).get("nl") or otherwise
    return Words(nl, (given or {}).get("en") or nl)


def _day(text: str) -> date | None:
    try:
        return typed_day(text) if text else None
    except ValueError:
        return None
