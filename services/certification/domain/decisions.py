"""The certification decision: does a dossier meet every rule of its scheme version, and which evidence says so.

ISO/IEC 17024 (9.4) asks that the decision rests on the assessment's evidence alone. So a decision keeps what it was
taken on: the scheme version, the dossier, and its hash. Taken again over the same dossier it comes out the same.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from .canonical import fingerprint, plain_number
from .evidence import Facts
from .results import Result, ResultState
from .schemes import AllExamsPassed, PracticeMonths, Requirement, SchemeVersion, SchoolAttendance, TargetsSignedOff


@dataclass(frozen=True, slots=True)
class Evidence:
    """One counted result. Its id names the revision: a correction is other evidence."""

    result_id: str
    revision: int
    exam: str
    attempt: int
    taken_on: date
    score: Decimal
    knocked_out: bool

    @property
    def id(self) -> str:
        return f"{self.result_id}/{self.revision}"

    @classmethod
    def of(cls, result: Result) -> "Evidence":
        entry = result.entry
        return cls(
            entry.result_id,
            result.revision,
            entry.exam,
            entry.attempt,
            entry.taken_on,
            entry.score,
            entry.knocked_out,
        )


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that is known of a candidate on which a decision may rest. None: nothing was heard of it.

    ``facts`` are what the three figures rest on; a scheme that asks for none of them leaves them out of the dossier.
    """

    trainee_id: str
    programme: str
    results: tuple[Evidence, ...] = ()
    targets_signed_off: Decimal | None = None
    school_attendance: Decimal | None = None
    practice_months: int | None = None
    facts: Facts | None = None

    @classmethod
    def of(
        cls,
        trainee_id: str,
        programme: str,
        results: Iterable[Result],
        facts: Facts | None = None,
        targets: Collection[str] = (),
    ) -> "Dossier":
        """``targets`` are those of the programme, against which the signed ones are counted."""
        counted = (Evidence.of(result) for result in results if result.state is ResultState.COUNTED)
        ordered = tuple(sorted(counted, key=lambda one: (one.exam, one.attempt)))
        if facts is None:
            return cls(trainee_id, programme, ordered)
        return cls(
            trainee_id,
            programme,
            ordered,
            facts.signed_share(targets),
            facts.attendance.share if facts.attendance else None,
            facts.practice_months,
            facts,
        )

    def as_data(self) -> dict[str, Any]:
        """The dossier as data that JSON keeps exactly: scores as text, days as ISO 8601."""
        return {
            "trainee_id": self.trainee_id,
            "programme": self.programme,
            "results": [
                {
                    "result_id": one.result_id,
                    "revision": one.revision,
                    "exam": one.exam,
                    "attempt": one.attempt,
                    "taken_on": one.taken_on.isoformat(),
                    "score": plain_number(one.score),
                    "knocked_out": one.knocked_out,
                }
                for one in self.results
            ],
            "targets_signed_off": _text(self.targets_signed_off),
            "school_attendance": _text(self.school_attendance),
            "practice_months": self.practice_months,
            **({"facts": self.facts.as_data()} if self.facts else {}),
        }

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Dossier":
        return cls(
            data["trainee_id"],
            data["programme"],
            tuple(
                Evidence(
                    one["result_id"],
                    one["revision"],
                    one["exam"],
                    one["attempt"],
                    date.fromisoformat(one["taken_on"]),
                    Decimal(one["score"]),
                    one["knocked_out"],
                )
                for one in data["results"]
            ),
            _decimal(data["targets_signed_off"]),
            _decimal(data["school_attendance"]),
            data["practice_months"],
            Facts.from_data(data["facts"]) if data.get("facts") else None,
        )


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the assessment: a requirement (an exam's code or a rule's name), met or not, and by what."""

    requirement: str
    met: bool
    evidence: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Granted:
    """Every requirement is met."""

    findings: tuple[Finding, ...]
    dossier_sha256: str

    @property
    def evidence(self) -> tuple[str, ...]:
        return tuple(id for finding in self.findings for id in finding.evidence)


@dataclass(frozen=True, slots=True)
class NotYet:
    """Requirements are open; each is named in ``missing``."""

    findings: tuple[Finding, ...]

    @property
    def missing(self) -> tuple[str, ...]:
        return tuple(finding.requirement for finding in self.findings if not finding.met)


def decide(version: SchemeVersion, dossier: Dossier) -> Granted | NotYet:
    """Puts the dossier beside the rules of the scheme version. What was not heard of is not met."""
    findings = tuple(
        finding for requirement in version.scheme.requirements() for finding in _findings(requirement, version, dossier)
    )
    if all(finding.met for finding in findings):
        return Granted(findings, dossier_hash(version, dossier))
    return NotYet(findings)


def dossier_hash(version: SchemeVersion, dossier: Dossier) -> str:
    """SHA-256 over the canonical dossier and the scheme version that it was put beside."""
    scheme = version.scheme
    rules = {"scheme": scheme.scheme, "version": scheme.version, "sha256": version.sha256}
    return fingerprint({"rules": rules, "dossier": dossier.as_data()})


def _findings(requirement: Requirement, version: SchemeVersion, dossier: Dossier) -> list[Finding]:
    match requirement:
        case AllExamsPassed():
            return [_exam_finding(code, version, dossier) for code in version.scheme.exams]
        case TargetsSignedOff(share=share):
            programme = version.scheme.programmes.get(dossier.programme)
            asked = programme.targets if programme else ()
            signed = tuple(one.id for one in dossier.facts.signed_off if one.target in asked) if dossier.facts else ()
            return [_at_least(requirement.rule, dossier.targets_signed_off, share, signed)]
        case SchoolAttendance(at_least=share):
            measured = dossier.facts.attendance if dossier.facts else None
            return [_at_least(requirement.rule, dossier.school_attendance, share, (measured.id,) if measured else ())]
        case PracticeMonths(at_least=months, elsewhere=most):
            if dossier.facts is None:
                return [_at_least(requirement.rule, dossier.practice_months, months)]
            counted = [one.id for one in dossier.facts.practice]
            counted += [one.id for one in dossier.facts.elsewhere] if most else []
            return [_at_least(requirement.rule, dossier.facts.practice_counting(most), months, tuple(counted))]


def _exam_finding(code: str, version: SchemeVersion, dossier: Dossier) -> Finding:
    exam = version.scheme.exams[code]
    passes = [
        one for one in dossier.results if one.exam == code and exam.passes(one.score, knocked_out=one.knocked_out)
    ]
    return Finding(code, bool(passes), tuple(one.id for one in passes[:1]))


def _at_least(rule: str, known: Decimal | int | None, wanted: Decimal | int, evidence: tuple[str, ...] = ()) -> Finding:
    return Finding(rule, known is not None and known >= wanted, evidence)


def _text(value: Decimal | None) -> str | None:
    return None if value is None else plain_number(value)


def _decimal(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)
