"""Figures, each with its numerator, denominator and definition."""

from __future__ import annotations

import math
from argparse import Namespace
from collections.abc import Iterable
from datetime import date
from typing import Any

from deploy.cli import client, show
from deploy.cli.errors import GOOD
from deploy.cli.words import _

BASELINE, TARGET = 0.50, 0.85
Z_95 = 1.959964
SCHOOL_YEAR_STARTS = 8  # August


def completion(given: Namespace) -> int:
    """Per cohort (the school year of the start): how many enrolled hold a certificate, of how many."""
    trainees = list(client.all_items("enrollment", "/enrollment/api/trainees"))
    holders = {
        certificate["trainee_id"]
        for certificate in client.all_items("certification", "/certification/api/certificates")
        if certificate.get("status") in (None, "valid", "issued", "suspended", "expired")
    }
    until = client.get("enrollment", "/enrollment/api/schedule").get("ran_until")
    today = date.fromisoformat(until) if until else date.today()  # noqa: DTZ011 (the enrollment's own day is asked first)
    chosen = [each for each in trainees if not given.programme or each["programme"] == given.programme]
    told = {
        "definition": _("certificaathouders gedeeld door ingeschreven leerlingen, per schooljaar van de start"),
        "programme": given.programme or None,
        "as_of": today.isoformat(),
        "baseline": BASELINE,
        "target": TARGET,
        "cohorts": cohorts(chosen, holders, today),
    }
    if given.json:
        show.as_json(told)
    else:
        _print(told)
    return GOOD


def cohorts(trainees: Iterable[dict[str, Any]], holders: set[str], today: date) -> list[dict[str, Any]]:
    """A cohort is finished when the planned end of all its trainees has passed; before that its rate only grows."""
    by_year: dict[int, list[dict[str, Any]]] = {}
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


def _print(told: dict[str, Any]) -> None:
    show.line(_("Opleidingsrendement op {day}: {definition}.").format(day=told["as_of"], definition=told["definition"]))
    rows = [
        (
            each["cohort"],
            each["numerator"],
            each["denominator"],
            f"{each['rate']:.1%}",
            f"{each['low']:.1%} – {each['high']:.1%}",
            _("afgerond") if each["finished"] else _("loopt nog"),
        )
        for each in told["cohorts"]
    ]
    show.table((_("lichting"), _("certificaat"), _("ingeschreven"), _("rendement"), _("95%-interval"), ""), rows)
    show.line(_("Ter vergelijking: {baseline:.0%} zonder keurmerk, {target:.0%} is het doel.").format(**told))
