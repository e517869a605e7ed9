"""The audit report: by clause and by criterion, where the file answers it and how much there is of it."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from deploy.cli import client, document, show
from deploy.cli.audit_index import CLAUSES, CRITERIA, OUTSIDE, Entry
from deploy.cli.document import Document, Section
from deploy.cli.errors import GOOD
from deploy.cli.report import FIGURES
from deploy.cli.report_parts import value_of
from deploy.cli.words import _, language, long_day

Item = Mapping[str, Any]
YEARS_OF_AN_ACCREDITATION = 4
NO_SUCH_LIST = (404, 405, 422)
"""What a version answers that keeps nothing of the kind, or lists it for one person only."""


def audit(given: Namespace) -> int:
    """Index of the file: each clause with what it asks, where the evidence is kept, and how much of it there is."""
    with show.working(_("tellen")):
        counted = Counted(given.scheme)
        clauses = [_row(entry, counted) for entry in CLAUSES]
        criteria = [_row(entry, counted) for entry in CRITERIA]
        as_of = counted.figures["as_of"]
    told = {
        "standard": "ISO/IEC 17024:2012",
        "as_of": as_of,
        "scheme": given.scheme or None,
        "clauses": clauses,
        "criteria": criteria,
    }
    headings = (_("nr."), _("wat het vraagt"), _("waar het bewijs staat"), _("geteld"), _("kijk bij"))
    document.give(
        Document(
            _("Auditdossier"),
            _(
                "Index op {day} volgens ISO/IEC 17024:2012 en de criteria voor een opleidingspool, in eigen woorden; "
                "de norm zelf blijft de maat. Een streepje: hiervan houdt Keur (nog) niets bij."
            ).format(day=long_day(as_of)),
            told,
            [
                Section(_("Naar onderdeel van ISO/IEC 17024:2012"), headings, [_cells(row) for row in clauses]),
                Section(_("Naar criterium van de opleidingspool"), headings, [_cells(row) for row in criteria]),
            ],
        ),
        given,
    )
    return GOOD


def _row(entry: Entry, counted: Counted) -> dict[str, Any]:
    here = 1 if language() == "en" else 0
    return {
        "number": entry.number,
        "asks": entry.asks[here],
        "evidence": entry.evidence[here],
        "outside": entry.evidence == OUTSIDE,
        "counted": {name: counted.of(name) for name in entry.counted},
        "where": [_address(one) for one in entry.where],
    }


def _cells(row: Item) -> tuple[object, ...]:
    said = "; ".join(f"{_name(name)}: {value}" for name, value in row["counted"].items() if value is not None)
    return (row["number"], row["asks"], row["evidence"], said or None, ", ".join(row["where"]) or None)


def _address(where: str) -> str:
    """A path of a service in full, so that it can be opened from paper; the rest as it is."""
    service = where.split("/")[1] if where.startswith("/") else ""
    return client.base(service) + where if service else where


def _name(name: str) -> str:
    return {
        "trainees": _("leerlingen"),
        "candidates": _("kandidaten"),
        "results": _("uitslagen"),
        "examiners": _("examinatoren"),
        "certificates": _("certificaten"),
        "register": _("in het register"),
        "not_valid": _("niet (meer) geldig"),
        "with_end": _("met een einddatum"),
        "schemes": _("schemaversies"),
        "appeals": _("beroepen"),
        "complaints": _("klachten"),
        "first_attempt_pass": _("in één keer geslaagd"),
        "assessments": _("intake-assessments"),
        "week_pattern": _("dagen school per week × weken"),
        "replacement_days": _("vervangen; mediaan"),
        "mentor_courses": _("geldige cursus"),
        "accredited": _("geldige erkenning"),
        "agreements": _("volledige overeenkomsten"),
    }.get(name, name)


@dataclass
class Counted:
    """Counts of what is kept, each asked for once and only when it is needed. ``scheme`` empty: of all marks."""

    scheme: str

    def of(self, name: str) -> str | int | None:
        """None where the running version keeps nothing of the kind."""
        counting: Callable[[], str | int | None] = getattr(self, f"_{name}")
        try:
            return counting()
        except client.Refused as refusal:
            if refusal.http_status in NO_SUCH_LIST:
                return None
            raise

    @cached_property
    def figures(self) -> Item:
        told: Item = client.get("enrollment", FIGURES, scheme=self.scheme)
        return told

    @cached_property
    def today(self) -> str:
        return str(self.figures["as_of"])

    @cached_property
    def trainees(self) -> list[Item]:
        return self._mine(client.all_items("enrollment", "/enrollment/api/trainees"))

    @cached_property
    def certificates(self) -> list[Item]:
        return self._mine(client.all_items("certification", "/certification/api/certificates"))

    @cached_property
    def results(self) -> list[Item]:
        mine = {trainee["trainee_id"] for trainee in self.trainees}
        every = client.all_items("certification", "/certification/api/results")
        return [item for item in every if not self.scheme or item["trainee_id"] in mine]

    def _mine(self, items: Iterable[Item]) -> list[Item]:
        return [item for item in items if not self.scheme or item.get("scheme") in (None, self.scheme)]

    def _trainees(self) -> int:
        return len(self.trainees)

    def _candidates(self) -> int:
        return len(self._mine(client.all_items("certification", "/certification/api/candidates")))

    def _results(self) -> int:
        return len(self.results)

    def _examiners(self) -> int:
        return len({item["examiner"] for item in self.results})

    def _certificates(self) -> int:
        return len(self.certificates)

    def _register(self) -> int:
        return len(self._mine(client.all_items("certification", "/certification/api/register")))

    def _not_valid(self) -> int:
        return sum(item.get("status") not in (None, "valid", "issued") for item in self.certificates)

    def _with_end(self) -> int:
        return sum(item.get("valid_until") is not None for item in self.certificates)

    def _schemes(self) -> int:
        return len(self._mine(client.all_items("certification", "/certification/api/schemes")))

    def _appeals(self) -> int:
        return sum(1 for _item in client.all_items("certification", "/certification/api/appeals"))

    def _complaints(self) -> int:
        mine = {trainee["trainee_id"] for trainee in self.trainees}
        return sum(item["trainee_id"] in mine for item in client.all_items("enrollment", "/enrollment/api/complaints"))

    def _first_attempt_pass(self) -> str:
        figure = self._figure("first_attempt_pass")
        return f"{figure['numerator']}/{figure['denominator']}"

    def _replacement_days(self) -> str:
        figure = self._figure("replacement_days")
        return f"{figure['denominator']}; {value_of(figure, figure['value'])}"

    def _figure(self, key: str) -> Item:
        found: Item = next(one for one in self.figures["figures"] if one["key"] == key)
        return found

    def _assessments(self) -> int:
        return sum(1 for _item in client.all_items("enrollment", "/enrollment/api/entry-assessments"))

    def _agreements(self) -> str:
        figure = self._figure("agreements")
        return f"{figure['numerator']}/{figure['denominator']}"

    def _week_pattern(self) -> str | None:
        """Of each mark's newest version that says it."""
        said: dict[str, str] = {}
        for listed in self._mine(client.all_items("certification", "/certification/api/schemes")):
            path = f"/certification/api/schemes/{listed['scheme']}/{listed['version']}"
            content = client.get("certification", path).get("content") or {}
            days = (content.get("week_pattern") or {}).get("school_days")
            weeks = (content.get("norms") or {}).get("school_weeks")
            if days is not None and weeks is not None:
                said.setdefault(listed["scheme"], f"{listed['scheme']} {days} × {weeks}")
        return ", ".join(said.values()) or None

    def _mentor_courses(self) -> str:
        mentors = list(client.all_items("enrollment", "/enrollment/api/mentors"))
        valid = sum((mentor["course_valid_until"] or "") >= self.today for mentor in mentors)
        return f"{valid}/{len(mentors)}"

    def _accredited(self) -> str:
        companies = list(client.all_items("enrollment", "/enrollment/api/companies"))
        day = date.fromisoformat(self.today)
        latest = f"{day.year + YEARS_OF_AN_ACCREDITATION}{day.isoformat()[4:]}"
        valid = sum(self.today <= (company["accredited_until"] or "") <= latest for company in companies)
        return f"{valid}/{len(companies)}"
