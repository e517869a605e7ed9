"""What became of it, counted through the public interface, and whether it adds up."""

import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console
from rich.table import Table

from deploy.cli import client
from deploy.cli.report import wilson
from deploy.cli.system import look
from deploy.demo.causes import Causes
from deploy.demo.school_years import SchoolYears
from deploy.demo.words import _

QUIET_PATIENCE = 60.0
SENT = ("sent", "delivered")
TOO_MANY_REQUESTS = 429

Item = Mapping[str, Any]


@dataclass(frozen=True)
class Check:
    """One thing that has to hold, and what was found."""

    what: str
    good: bool
    found: str


@dataclass
class Account:
    """Everything that was counted. ``adds_up`` only if every check holds."""

    trainees: Sequence[Item]
    mails: Sequence[Item]
    planned_visits: Sequence[Item]
    held_visits: Sequence[Item]
    results: Sequence[Item]
    certificates: Sequence[Item]
    parked: int
    unrouted: int
    completion: tuple[int, int]
    completion_of: str
    scheme: Mapping[str, Any]
    causes: Causes
    checks: list[Check] = field(default_factory=list)

    @property
    def adds_up(self) -> bool:
        return all(check.good for check in self.checks)

    @classmethod
    def taken(cls, years: SchoolYears) -> "Account":
        """Waits until nothing is pending anywhere, then counts."""
        quiet, state = until_quiet()
        trainees = _all("enrollment", "trainees")
        certificates = _all("certification", "certificates")
        first_start = min(row["starts_on"] for row in years.rows("trainees"))
        cohort = {row["trainee_id"] for row in years.rows("trainees") if row["starts_on"] == first_start}
        holders = [item["trainee_id"] for item in certificates]
        parked = sum(queue["parked"] or 0 for queue in state["queues"].values())
        unrouted = state["queues"].get("keur.unrouted", {}).get("ready") or 0
        planned_visits = _all("enrollment", "planned-visits")
        told = cls(
            trainees=trainees,
            mails=_all("notifications", "mail"),
            planned_visits=planned_visits,
            held_visits=_all("enrollment", "visits"),
            results=_all("certification", "results"),
            certificates=certificates,
            parked=parked,
            unrouted=unrouted,
            completion=(len(cohort & set(holders)), len(cohort)),
            completion_of=first_start,
            scheme=years.scheme,
            causes=Causes.taken(years.scheme, planned_visits),
        )
        told.checks = [*told._certified(years), told._told_mentors(), told._still(quiet, state)]
        return told

    # --- what has to hold

    def _certified(self, years: SchoolYears) -> list[Check]:
        held = Counter(item["trainee_id"] for item in self.certificates)
        passed = years.passed_everything()
        wrong = {t for t in passed if held[t] != 1} | {t for t in held if t not in passed}
        numbers = sorted(item["number"] for item in self.certificates)
        gaps = _gaps(numbers)
        listed = {(item["number"], item["document_sha256"]) for item in _all("certification", "register")}
        issued = {(item["number"], item["document_sha256"]) for item in self.certificates}
        looked_up, valid = _looked_up(self.certificates)
        given = {row["trainee_id"] for row in years.rows("trainees")}
        known = {item["trainee_id"] for item in self.trainees}
        return [
            Check(_("iedereen uit het bestand is ingeschreven"), given <= known, f"{len(given & known)}/{len(given)}"),
            Check(
                _("wie alle examens haalde, heeft precies één certificaat"),
                not wrong,
                ", ".join(sorted(wrong)[:5]) or f"{len(passed)}/{len(passed)}",
            ),
            Check(_("nummers sluiten aan"), not gaps, ", ".join(gaps) or _span(numbers)),
            Check(_("register = uitgegeven"), listed == issued, f"{len(listed)} = {len(issued)}"),
            Check(_("openbare controle geeft geldig"), looked_up == valid, f"{valid}/{looked_up}"),
        ]

    def _told_mentors(self) -> Check:
        told = {mail["subject_ref"] for mail in self.mails if mail["template"] == "mentor_welcome" and _sent(mail)}
        missing = [item["trainee_id"] for item in self.trainees if f"trainee/{item['trainee_id']}" not in told]
        found = ", ".join(missing[:5]) or f"{len(self.trainees)}/{len(self.trainees)}"
        return Check(_("bij elke inschrijving kreeg de begeleider mail"), not missing, found)

    def _still(self, quiet: bool, state: Mapping[str, Any]) -> Check:
        waiting = [f"{name} {queue['ready']}" for name, queue in state["queues"].items() if queue["ready"]]
        waiting += [f"outbox {name} {box['pending']}" for name, box in state["outbox"].items() if box["pending"]]
        waiting += [f"mail {name} {count}" for name, count in state["mail"].items() if count]
        waiting += [_("{n} geparkeerd").format(n=self.parked)] if self.parked else []
        good = quiet and not waiting
        return Check(_("wachtrijen leeg, niets geparkeerd"), good, ", ".join(waiting) or (_("leeg") if quiet else "?"))

    # --- for a person

    def show(self, console: Console, *, seconds: float, starting: float, known_before: int) -> None:
        """Prints the account."""
        table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 2, 0, 0))
        table.add_column(style="bold")
        table.add_column()
        for what, found in self._lines():
            table.add_row(what, found)
        if known_before:
            same = _("1 rij; die is gelijk gebleven") if known_before == 1 else _("{n} rijen; die zijn gelijk gebleven")
            table.add_row(_("was er al"), same.format(n=known_before))
        table.add_row(_("duur"), _("{s:.0f} s, waarvan {t:.0f} s starten").format(s=seconds, t=starting))
        console.print()
        console.print(table)
        console.print()
        for check in self.checks:
            sign = "[green]✓[/]" if check.good else "[red]✗[/]"
            console.print(f"{sign} {check.what}: {check.found}", highlight=False)
        verdict = _("Het klopt.") if self.adds_up else _("Het klopt niet.")
        console.print(f"[bold {'green' if self.adds_up else 'red'}]{verdict}[/]")

    def _lines(self) -> list[tuple[str, str]]:
        numbers = sorted(item["number"] for item in self.certificates)
        kinds = Counter(mail["template"] for mail in self.mails if _sent(mail))
        states = Counter(item["state"] for item in self.planned_visits)
        told = sum(1 for item in self.planned_visits if item["told_on"])
        starts = Counter(item["starts_on"] for item in self.trainees)
        passed = sum(1 for item in self.results if item.get("passed"))
        numerator, denominator = self.completion
        low, high = wilson(numerator, denominator)
        goals = self.scheme["completion"]
        return [
            (
                _("ingeschreven"),
                f"{len(self.trainees)} ({', '.join(f'{n} × {day}' for day, n in sorted(starts.items()))})",
            ),
            (_("mails"), f"{sum(kinds.values())}: {', '.join(f'{n} {kind}' for kind, n in kinds.most_common())}"),
            (
                _("bezoeken"),
                _("{due} aangekondigd, {held} gebracht ({done} daarvan op een aankondiging), {open} nog open").format(
                    due=told,
                    held=len(self.held_visits),
                    done=states["completed"],
                    open=states["due"] + states["overdue"],
                ),
            ),
            (_("uitslagen"), _("{n}, waarvan {passed} voldoende").format(n=len(self.results), passed=passed)),
            (_("certificaten"), f"{len(numbers)} ({_span(numbers)})"),
            (
                _("rendement"),
                _("{n} van {of} = {share:.1%}, 95%-interval {low:.1%} – {high:.1%}; lichting {start}").format(
                    n=numerator,
                    of=denominator,
                    share=numerator / denominator,
                    low=low,
                    high=high,
                    start=self.completion_of,
                ),
            ),
            ("", _line_of(numerator / denominator, low, high, goals["baseline"], goals["target"])),
            *self.causes.lines(),
            (_("geparkeerd"), str(self.parked) if self.parked else _("geen")),
        ]


def until_quiet(patience: float = QUIET_PATIENCE) -> tuple[bool, dict[str, Any]]:
    """Waits until nothing is pending; the state at the end, and whether it was quiet."""
    deadline = time.monotonic() + patience
    while True:
        state = look()
        if state["quiet"] or time.monotonic() > deadline:
            return bool(state["quiet"]), state
        time.sleep(0.2)


def _all(service: str, what: str) -> list[Item]:
    return list(client.all_items(service, f"/{service}/api/{what}"))


def _sent(mail: Item) -> bool:
    return mail["state"] in SENT


def _looked_up(certificates: Sequence[Item]) -> tuple[int, int]:
    """How many were looked up as an employer does, with number and code, and how many were valid and the same.

    The register slows down who asks much; what it did not answer is not counted.
    """

    def ask(item: Item) -> tuple[int, dict[str, Any]]:
        path = f"/certification/register/{item['number']}"
        status, body = client.ask("certification", "GET", path, query={"code": item["check_code"]}, public=True)
        return status, json.loads(body) if status == 200 else {}

    with ThreadPoolExecutor(4) as pool:
        answers = list(zip(certificates, pool.map(ask, certificates), strict=True))
    counted = [(item, told) for item, (status, told) in answers if status != TOO_MANY_REQUESTS]
    same = ("number", "status", "programme", "scheme_version", "issued_on")
    valid = [1 for item, told in counted if told.get("status") == "valid" and all(told[k] == item[k] for k in same)]
    return len(counted), len(valid)


def _gaps(numbers: Sequence[str]) -> list[str]:
    """Numbers that are missing between the first and the last of each year: ``SMO-2026-00001`` and on."""
    by_prefix: dict[str, list[int]] = {}
    for number in numbers:
        prefix, _sep, serial = number.rpartition("-")
        by_prefix.setdefault(prefix, []).append(int(serial))
    return [
        f"{prefix}-{serial:05d}"
        for prefix, serials in by_prefix.items()
        for serial in sorted(set(range(1, max(serials) + 1)) - set(serials))
    ]


def _span(numbers: Sequence[str]) -> str:
    return f"{numbers[0]} … {numbers[-1]}" if numbers else _("geen")


def _line_of(share: float, low: float, high: float, baseline: float, target: float) -> str:
    """The interval as a line from 0 to 100 %, with the two marks it is to be read against."""
    width = 50
    cells = ["·"] * (width + 1)
    for n in range(round(low * width), round(high * width) + 1):
        cells[n] = "─"
    cells[round(baseline * width)] = "┊"
    cells[round(target * width)] = "┃"
    cells[round(share * width)] = "●"
    marks = _("┊ {baseline:.0%} zonder keurmerk · ┃ {target:.0%} doel").format(baseline=baseline, target=target)
    return f"0 {''.join(cells)} 100 %   {marks}"
