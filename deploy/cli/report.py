"""Reports: figures, each with its numerator, denominator and definition, as they are told by enrollment."""

from __future__ import annotations

import math
from argparse import Namespace
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from deploy.cli import client, document
from deploy.cli.document import Document, Section
from deploy.cli.errors import GOOD
from deploy.cli.words import _, language
from shared.web import charts

Z_95 = 1.959964
SCHOOL_YEAR_STARTS = 8  # August
FIGURES = "/enrollment/api/figures"
DASH = "\N{EN DASH}"

Item = Mapping[str, Any]


def board(given: Namespace) -> int:
    """What a board asks: does it go well, how sure is that, and where are trainees lost."""
    told = client.get("enrollment", FIGURES, scheme=given.scheme)
    document.give(
        Document(
            _("Stand van het keurmerk {title}").format(title=_title(told)),
            _("Geteld tot en met {day}. Bij elk deel staan teller, noemer en 95%-interval.").format(day=told["as_of"]),
            told,
            [
                _by_cohort(told),
                _course(told),
                _parts(told, "completion", _("Rendement per opleiding")),
                _figures(told),
                _parts(told, "drop_out", _("Oorzaken van uitval")),
                _parts(told, "drop_out_phase", _("Uitval naar fase")),
                _signals(told),
                _around(told),
            ],
        ),
        given,
    )
    return GOOD


def completion(given: Namespace) -> int:
    """Per cohort (the school year of the start): how many enrolled hold a certificate, of how many."""
    figures = client.get("enrollment", FIGURES, scheme=given.scheme)
    trainees = list(client.all_items("enrollment", "/enrollment/api/trainees"))
    holders = {
        certificate["trainee_id"]
        for certificate in client.all_items("certification", "/certification/api/certificates")
        if certificate.get("status") in (None, "valid", "issued", "suspended", "expired")
    }
    today = date.fromisoformat(figures["as_of"])
    chosen = [
        each
        for each in trainees
        if given.programme in ("", each["programme"]) and given.scheme in ("", each.get("scheme"))
    ]
    goals = {goal["code"]: goal["share"] for goal in figures["goals"]}
    told = {
        "definition": _("certificaathouders gedeeld door ingeschreven leerlingen, per schooljaar van de start"),
        "scheme": figures["scheme"],
        "programme": given.programme or None,
        "as_of": today.isoformat(),
        "baseline": goals.get("baseline"),
        "target": goals.get("target"),
        "stretch": goals.get("stretch"),
        "cohorts": cohorts(chosen, holders, today),
    }
    rows = [
        (
            each["cohort"],
            each["numerator"],
            each["denominator"],
            percent(each["rate"]),
            f"{percent(each['low'])} {DASH} {percent(each['high'])}",
            _("afgerond") if each["finished"] else _("loopt nog"),
        )
        for each in told["cohorts"]
    ]
    headings = (
        _("lichting"), _("certificaat"), _("ingeschreven"), _("rendement"), _("95%-interval"), _("stand"),
    )  # fmt: skip
    groups = [
        [charts.Dot(each["cohort"], each["rate"], each["low"], each["high"], open=not each["finished"])]
        for each in told["cohorts"]
    ]
    title = _("Opleidingsrendement per lichting")
    lead = _("Op {day}: {definition}.").format(day=told["as_of"], definition=told["definition"])
    compared = ", ".join(f"{percent(goal['share'], 0)} {goal['title'][language()]}" for goal in figures["goals"])
    section = Section(
        title,
        headings,
        rows,
        text=_("Ter vergelijking: {goals}.").format(goals=compared) if compared else "",
        chart=charts.dots(
            id="by-year",
            title=title,
            description=_("De tabel eronder zegt hetzelfde."),
            groups=groups,
            levels=_levels(figures),
        ),
    )
    document.give(Document(f"{title} {_title(figures)}", lead, told, [section]), given)
    return GOOD


def visits(given: Namespace) -> int:
    """Visits: held and on time in the past year, why each was due when it was, and which are open now."""
    figures = client.get("enrollment", FIGURES, scheme=given.scheme)
    planned = [
        item
        for item in client.all_items("enrollment", "/enrollment/api/planned-visits")
        if item["state"] in ("due", "overdue", "planned")
    ]
    todo = sorted(
        (item for item in planned if item["state"] != "planned"), key=lambda item: (item["due_on"], item["visit_id"])
    )
    told = {
        "as_of": figures["as_of"],
        "scheme": figures["scheme"],
        "figures": [one for one in figures["figures"] if one["key"].startswith("visits_")],
        "reasons": figures["visit_reasons"],
        "open": todo,
        "planned": len(planned) - len(todo),
    }
    reasons = sorted(told["reasons"].items(), key=lambda one: (-one[1], one[0]))
    document.give(
        Document(
            _("Bezoeken {title}").format(title=_title(figures)),
            _("Op {day}: {open} nu te doen of te laat, {planned} nog gepland.").format(
                day=told["as_of"], open=len(todo), planned=told["planned"]
            ),
            told,
            [
                _figures({**figures, "figures": told["figures"]}),
                Section(_("Waarom op die dag"), (_("reden"), _("bezoeken")), reasons),
                Section(
                    _("Nu te doen of te laat"),
                    (_("uiterlijk"), _("bezoek aan"), _("nummer"), _("reden"), _("stand")),
                    [(one["due_on"], one["place_kind"], one["place_id"], one["reason"], one["state"]) for one in todo],
                ),
                _around(figures),
            ],
        ),
        given,
    )
    return GOOD


def cohorts(trainees: Iterable[Item], holders: set[str], today: date) -> list[dict[str, Any]]:
    """A cohort is finished when the planned end of all its trainees has passed; before that its rate only grows."""
    by_year: dict[int, list[Item]] = {}
    for trainee in trainees:
        starts = date.fromisoformat(trainee["starts_on"])
        by_year.setdefault(starts.year - (starts.month < SCHOOL_YEAR_STARTS), []).append(trainee)
    found = []
    for year, members in sorted(by_year.items()):
        numerator = sum(trainee["trainee_id"] in holders for trainee in members)
        low, high = wilson(numerator, len(members))
        found.append(
            {
                "cohort": f"{year}/{year + 1}",
                "finished": max(trainee["planned_end"] for trainee in members) <= today.isoformat(),
                "numerator": numerator,
                "denominator": len(members),
                "rate": numerator / len(members),
                "low": low,
                "high": high,
            }
        )
    return found


def wilson(numerator: int, denominator: int) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927): holds at 0, at 1 and for small numbers; (0, 1) of nothing."""
    if denominator == 0:
        return 0.0, 1.0
    share, z2 = numerator / denominator, Z_95 * Z_95
    middle = (share + z2 / (2 * denominator)) / (1 + z2 / denominator)
    half = Z_95 / (1 + z2 / denominator) * math.sqrt(share * (1 - share) / denominator + z2 / (4 * denominator**2))
    return max(0.0, middle - half), min(1.0, middle + half)


# --- parts of reports


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


def _title(told: Item) -> str:
    return str(told["title"][language()]) if told["title"] else ""


def _levels(told: Item) -> list[charts.Level]:
    return [
        charts.Level(goal["share"], f"{percent(goal['share'], 0)} {goal['title'][language()]}")
        for goal in told["goals"]
    ]


def _by_cohort(told: Item) -> Section:
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
        levels=_levels(told),
    )
    headings = (
        _("lichting"), _("begonnen"), _("certificaat"), _("uitgevallen"), _("rendement"), _("95%-interval"), _("stand"),
        _("verwacht"),
    )  # fmt: skip
    return Section(title, headings, rows, text=text, chart=chart if rows else "")


def _course(told: Item) -> Section:
    """The last cohort month by month, every third month in the table."""
    shown = [one for one in told["cohorts"] if one["course"]]
    if not shown:
        return Section(_("Verloop"), (_("maanden"),), [])
    last = shown[-1]
    title = _("Verloop van lichting {cohort}").format(cohort=last["name"])
    moments: Sequence[Item] = last["course"]
    months = max(12, moments[-1]["month"])
    chart = charts.curve(
        id="course",
        title=title,
        description=_("De tabel eronder zegt hetzelfde."),
        lines=[
            charts.Line(_("niet uitgevallen"), [(at["month"], 1 - at["dropped"]) for at in moments], "second"),
            charts.Line(_("certificaat"), [(at["month"], at["certified"]) for at in moments]),
        ],
        levels=_levels(told),
        ticks=[(float(month), str(month)) for month in range(0, months + 1, 6)],
        x_last=float(months),
    )
    rows = [(at["month"], percent(1 - at["dropped"]), percent(at["certified"])) for at in moments[::3]]
    return Section(title, (_("maanden"), _("niet uitgevallen"), _("certificaat")), rows, chart=chart)


def _figures(told: Item) -> Section:
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


def _parts(told: Item, key: str, title: str) -> Section:
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


def _signals(told: Item) -> Section:
    ordered = sorted(told["signals"], key=lambda one: (one["cause"] or "~", one["kind"]))
    rows = [
        (one["cause"], one["title"][language()], one["opened"], one["closed"], one["open"], one["trainees"])
        for one in ordered
    ]
    headings = (_("oorzaak"), _("signaal"), _("gezien"), _("voorbij"), _("open"), _("leerlingen"))
    return Section(_("Signalen naar oorzaak"), headings, rows)


def _around(told: Item) -> Section:
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
