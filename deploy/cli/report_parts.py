"""The parts of which reports are made: tables and charts of the figures, in the language of the terminal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from deploy.cli.document import Section
from deploy.cli.words import _, language
from shared.web import charts

DASH = "\N{EN DASH}"
SCHOOL_YEAR_STARTS = 8  # August

Item = Mapping[str, Any]


def percent(share: float | None, digits: int = 1) -> str:
    """0.854 as 85,4 % in Dutch and 85.4% in English; a dash for none."""
    if share is None:
        return DASH
    written = f"{share * 100:.{digits}f}"
    return f"{written}%" if language() == "en" else written.replace(".", ",") + " %"


def value_of(figure: Item, value: float | None) -> str:
    """A value in the unit of its figure."""
    if value is None:
        return DASH
    if figure["unit"] == "share":
        return percent(value)
    unit = _("maanden") if figure["unit"] == "months" else _("dagen")
    written = f"{value:.1f}"
    return f"{written if language() == 'en' else written.replace('.', ',')} {unit}"


def interval_of(figure: Item) -> str:
    if figure["interval"] is None:
        return DASH
    return f"{value_of(figure, figure['interval']['low'])} {DASH} {value_of(figure, figure['interval']['high'])}"


def title_of(told: Item) -> str:
    return str(told["title"][language()]) if told["title"] else ""


def levels(told: Item) -> list[charts.Level]:
    return [
        charts.Level(goal["share"], f"{percent(goal['share'], 0)} {goal['title'][language()]}")
        for goal in told["goals"]
    ]


def by_cohort(told: Item) -> Section:
    expected = {one["cohort"]: one for one in told["projections"]}
    rows, groups = [], []
    for one in told["cohorts"]:
        late = expected.get(one["cohort"])
        interval = one["interval"]
        band = (
            f"{percent(late['value'])} ({percent(late['band']['low'])} {DASH} {percent(late['band']['high'])})"
            if late
            else None
        )
        rows.append(
            (
                one["name"],
                one["began"],
                one["certified"],
                one["dropped"],
                percent(one["completion"]),
                f"{percent(interval['low'])} {DASH} {percent(interval['high'])}" if interval else None,
                _("afgerond") if one["finished"] else _("loopt nog"),
                band,
            )
        )
        if one["finished"] and interval:
            groups.append([charts.Dot(one["name"], one["completion"], interval["low"], interval["high"])])
        elif late:
            groups.append(
                [charts.Dot(one["name"], late["value"], late["band"]["low"], late["band"]["high"], open=True)]
            )
        else:
            groups.append([charts.Dot(one["name"], None)])
    title = _("Opleidingsrendement per lichting")
    text = next((one["method"][language()] for one in told["projections"]), "")
    chart = charts.dots(
        id="by-year",
        title=title,
        description=_("De tabel eronder zegt hetzelfde."),
        groups=groups,
        levels=levels(told),
    )
    headings = (
        _("lichting"), _("begonnen"), _("certificaat"), _("uitgevallen"), _("rendement"), _("95%-interval"), _("stand"),
        _("verwacht"),
    )  # fmt: skip
    return Section(title, headings, rows, text=text, chart=chart if rows else "")


def course(told: Item) -> Section:
    """The last cohort month by month, every third month in the table."""
    shown = [one for one in told["cohorts"] if one["course"]]
    if not shown:
        return Section(_("Verloop"), (_("maanden"),), [])
    last = shown[-1]
    title = _("Verloop van lichting {cohort}").format(cohort=last["name"])
    moments: Sequence[Item] = last["course"]
    end = date.fromisoformat(last["last_planned_end"])
    planned = (end.year - last["cohort"]) * 12 + end.month - SCHOOL_YEAR_STARTS + 1
    months = max(12, planned, moments[-1]["month"])
    late = next((one for one in told["projections"] if one["cohort"] == last["cohort"]), None)
    fan = None
    if late is not None and planned > moments[-1]["month"]:
        start, band = (moments[-1]["month"], moments[-1]["certified"]), late["band"]
        label = _("verwacht {share}").format(share=percent(late["value"], 0))
        fan = charts.Fan(start, planned, band["low"], late["value"], band["high"], label)
    chart = charts.curve(
        id="course",
        title=title,
        description=_("De tabel eronder zegt hetzelfde."),
        lines=[
            charts.Line(_("niet uitgevallen"), [(at["month"], 1 - at["dropped"]) for at in moments], "second"),
            charts.Line(_("certificaat"), [(at["month"], at["certified"]) for at in moments]),
        ],
        levels=levels(told),
        fan=fan,
        ticks=[(float(month), str(month)) for month in range(0, months + 1, 6)],
        x_last=float(months),
    )
    rows = [(at["month"], percent(1 - at["dropped"]), percent(at["certified"])) for at in moments[::3]]
    return Section(title, (_("maanden"), _("niet uitgevallen"), _("certificaat")), rows, chart=chart)


def figures_of(told: Item) -> Section:
    rows = [
        (
            one["title"][language()],
            value_of(one, one["value"]),
            one["numerator"],
            one["denominator"],
            interval_of(one),
            _("per lichting") if one["scope"] == "cohort" else _("afgelopen jaar"),
            one["definition"][language()],
        )
        for one in told["figures"]
    ]
    headings = (
        _("cijfer"), _("waarde"), _("teller"), _("noemer"), _("95%-interval"), _("over"), _("wat het telt"),
    )  # fmt: skip
    return Section(_("Cijfers"), headings, rows)


def parts(told: Item, key: str, title: str) -> Section:
    figure = next(one for one in told["figures"] if one["key"] == key)
    rows = [
        (
            part["title"][language()],
            part["numerator"],
            part["denominator"],
            percent(part["value"]),
            interval_of({**part, "unit": "share"}),
        )
        for part in figure["parts"]
    ]
    drawn = [(part["title"][language()], part["value"] or 0.0, str(part["numerator"])) for part in figure["parts"]]
    chart = (
        charts.bars(id=key, title=title, description=_("De tabel eronder zegt hetzelfde."), rows=drawn) if drawn else ""
    )
    return Section(title, (_("deel"), _("aantal"), _("van"), _("aandeel"), _("95%-interval")), rows, chart=chart)


def signals(told: Item) -> Section:
    ordered = sorted(told["signals"], key=lambda one: (one["cause"] or "~", one["kind"]))
    rows = [
        (one["cause"], one["title"][language()], one["opened"], one["closed"], one["open"], one["trainees"])
        for one in ordered
    ]
    headings = (_("oorzaak (P1 tot P6)"), _("signaal"), _("gezien"), _("voorbij"), _("open"), _("leerlingen"))
    return Section(_("Signalen naar oorzaak"), headings, rows)


def around(told: Item) -> Section:
    rows = [
        (
            _("vervroegd") if one["brought_forward"] else _("volgens het schema"),
            one["visits"],
            one["trainees"],
            one["open_on_the_day"],
            one["open_eight_weeks_later"],
        )
        for one in told["around_visits"]
    ]
    headings = (_("bezoeken"), _("aantal"), _("leerlingen"), _("open op de dag"), _("open na acht weken"))
    return Section(
        _("Rond bezoeken: signalen ervoor en erna"), headings, rows, text=told["around_visits_note"][language()]
    )
