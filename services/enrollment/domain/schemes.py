"""Enrollment's own copy of a certification scheme: only what the training needs of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from . import days
from .curriculum import Curriculum
from .rules import Refused


class NoSchemePublished(Refused):
    """No scheme is known yet, so no programme can be."""


class ProgrammeNotInScheme(Refused):
    """The programme is in no scheme version that is in force."""


class NoSchemeInForce(Refused):
    """The scheme has no version that was in force when the training starts."""


@dataclass(frozen=True, slots=True)
class SchemeVersion:
    """One version of a scheme, in force from a day on. Cadences are in weeks; a cadence of None means: no visits."""

    scheme: str
    version: str
    valid_from: date
    programmes: frozenset[str] = frozenset()
    targets: frozenset[str] = frozenset()
    visit_company_weeks: int | None = None
    visit_school_weeks: int | None = None
    visit_after_complaint_weeks: int | None = None
    mentor_max_trainees: int | None = None
    curriculum: Curriculum = field(default_factory=Curriculum, compare=False)

    @classmethod
    def from_content(cls, scheme: str, version: str, valid_from: date, content: Mapping[str, Any]) -> "SchemeVersion":
        """Reads the scheme's data as certification tells it."""
        cadence, norms = content.get("cadence") or {}, content.get("norms") or {}
        return cls(
            scheme,
            version,
            valid_from,
            frozenset(content.get("programmes") or ()),
            frozenset(content.get("targets") or ()),
            cadence.get("visit_company_weeks"),
            cadence.get("visit_school_weeks"),
            cadence.get("visit_after_complaint_weeks"),
            norms.get("mentor_max_trainees"),
            Curriculum.from_content(content),
        )


class Schemes:
    """Every version known, and which of them holds for a programme that starts on a day."""

    def __init__(self, versions: Iterable[SchemeVersion]) -> None:
        self.versions = sorted(versions, key=lambda one: (one.valid_from, one.version), reverse=True)
        self._found: dict[tuple[str, date], SchemeVersion] = {}

    def targets(self) -> frozenset[str]:
        return frozenset(target for one in self.versions for target in one.targets)

    def programmes(self) -> list[str]:
        return sorted({programme for one in self.versions for programme in one.programmes})

    def version(self, scheme: str, version: str) -> SchemeVersion | None:
        return next((one for one in self.versions if (one.scheme, one.version) == (scheme, version)), None)

    def for_programme(self, programme: str, starts_on: date) -> SchemeVersion:
        """The newest version in force on the first day. Programme codes are unique over all schemes."""
        key = (programme, starts_on)
        if key not in self._found:
            self._found[key] = self._for_programme(programme, starts_on)
        return self._found[key]

    def _for_programme(self, programme: str, starts_on: date) -> SchemeVersion:
        if not self.versions:
            raise NoSchemePublished(
                "er is hier nog geen certificatieschema bekend",
                "no scheme is known here yet",
                field="programme",
                value=programme,
                allowed=(
                    "publiceer eerst het schema (keur scheme publish BESTAND)",
                    "publish the scheme first (keur scheme publish FILE)",
                ),
            )
        schemes = {one.scheme for one in self.versions if programme in one.programmes}
        if not schemes:
            raise self._unknown(programme)
        known = [one for one in self.versions if one.scheme in schemes]
        in_force = next((one for one in known if one.valid_from <= starts_on), None)
        if in_force is None:
            raise NoSchemeInForce(
                f"van het schema met {programme} was op {days.nl(starts_on)} nog geen versie van kracht",
                f"no version of the scheme with {programme} was in force on {days.en(starts_on)}",
                field="starts_on",
                value=starts_on.isoformat(),
                allowed=(f"vanaf {known[-1].valid_from}", f"from {known[-1].valid_from} on"),
            )
        if programme not in in_force.programmes:
            raise self._unknown(programme)
        return in_force

    def _unknown(self, programme: str) -> ProgrammeNotInScheme:
        return ProgrammeNotInScheme(
            "het schema kent deze opleiding niet",
            "the scheme does not know this programme",
            field="programme",
            value=programme,
            allowed=", ".join(self.programmes()),
        )
