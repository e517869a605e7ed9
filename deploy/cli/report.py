"""Reports: figures, each with its numerator, denominator and definition, as they are told by enrollment."""

from __future__ import annotations

import math
from argparse import Namespace
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from deploy.cli import client, document, report_parts
from deploy.cli.document import Document, Section
from deploy.cli.errors import GOOD
from deploy.cli.report_parts import DASH, SCHOOL_YEAR_STARTS
from deploy.cli.words import _, language, long_day
from shared.web import charts

Z_95 = 1.959964
FIGURES = "/enrollment/api/figures"

Item = Mapping[str, Any]


def board(given: Namespace) -> int:
    """What a board asks: does it go well, how sure is that, and where are trainees lost."""
    told = client.get("enrollment", FIGURES, scheme=given.scheme)
    document.give(
        Document(
            _("Stand van het keurmerk {title}").format(title=report_parts.title_of(told)),
            _("Geteld tot en met {day}. Bij elk deel staan teller, noemer en 95%-interval.").format(
                day=long_day(told["as_of"])
            ),
            told,
            [
                report_parts.by_cohort(told),
                report_parts.course(told),
                report_parts.parts(told, "completion", _("Rendement per opleiding")),
                report_parts.figures_of(told),
                report_parts.parts(told, "drop_out", _("Oorzaken van uitval")),
                report_parts.parts(told, "drop_out_phase", _("Uitval naar fase")),
                report_parts.signals(told),
                report_parts.around(told),
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
            report_parts.percent(each["rate"]),
            f"{report_parts.percent(each['low'])} {DASH} {report_parts.percent(each['high'])}",
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
    lead = _("Op {day}: {definition}.").format(day=long_day(told["as_of"]), definition=told["definition"])
    compared = ", ".join(
        f"{report_parts.percent(goal['share'], 0)} {goal['title'][language()]}" for goal in figures["goals"]
    )
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
            levels=report_parts.levels(figures),
        ),
    )
    document.give(Document(f"{title} {report_parts.title_of(figures)}", lead, told, [section]), given)
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
            _("Bezoeken {title}").format(title=report_parts.title_of(figures)).strip(),
            _("Op {day}: {open} nu te doen of te laat, {planned} nog gepland.").format(
                day=long_day(told["as_of"]), open=len(todo), planned=told["planned"]
            ),
            told,
            [
                report_parts.figures_of({**figures, "figures": told["figures"]}),
                Section(_("Waarom op die dag"), (_("reden"), _("bezoeken")), reasons),
                Section(
                    _("Nu te doen of te laat"),
                    (_("uiterlijk"), _("bezoek aan"), _("nummer"), _("reden"), _("stand")),
                    [(one["due_on"], one["place_kind"], one["place_id"], one["reason"], one["state"]) for one in todo],
                ),
                report_parts.around(figures),
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
