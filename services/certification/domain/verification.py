"""Checking again what was issued: each certificate against its document, its decision and its evidence, each number
against the one before it. Whatever does not hold is named with the certificate it concerns."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from .canonical import fingerprint
from .decisions import Dossier, Evidence, Granted, decide, dossier_hash
from .numbers import certificate_number
from .schemes import SchemeVersion


@dataclass(frozen=True, slots=True)
class Violation:
    """What does not hold: ``check`` is a name that stays, ``about`` a number or key, ``message`` a sentence."""

    check: str
    about: str
    message: str


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate's row beside its decision's row, as they stand now."""

    number: str
    scheme: str
    scheme_version: str
    year: int
    serial: int
    trainee_id: str
    programme: str
    decision_id: str
    issued_on: date
    valid_until: date | None
    issued_at: datetime
    document: Mapping[str, Any]
    document_sha256: str
    decided_for: str | None
    scheme_sha256: str | None
    dossier: Mapping[str, Any] | None
    dossier_sha256: str | None
    evidence: tuple[str, ...]


def check_certificate(
    issued: Issued, version: SchemeVersion | None, kept: Mapping[str, Evidence]
) -> Iterator[Violation]:
    """``version`` is the scheme version as it stands now, ``kept`` the results of the dossier by evidence id."""

    def wrong(check: str, message: str) -> Violation:
        return Violation(check, issued.number, message)

    if fingerprint(issued.document) != issued.document_sha256:
        yield wrong("document-hash", "the document does not have the hash that was kept")
    for name in ("number", "trainee_id", "scheme", "scheme_version", "programme", "decision_id"):
        if issued.document.get(name) != getattr(issued, name):
            yield wrong("document-fields", f"the document has another {name} than the register")
    for name in ("issued_on", "valid_until"):
        day = getattr(issued, name)
        if issued.document.get(name) != (day.isoformat() if day else None):
            yield wrong("document-fields", f"the document has another {name} than the register")
    if version is None:
        yield wrong("scheme", "its scheme version is not published")
        return
    if issued.number != certificate_number(version.scheme.number_format, year=issued.year, serial=issued.serial):
        yield wrong("number", "its number does not have the scheme's form")
    if issued.issued_on.year != issued.year:
        yield wrong("number", "the year of its number is not the year of issue")
    yield from _check_decision(issued, version, kept)


def _check_decision(issued: Issued, version: SchemeVersion, kept: Mapping[str, Evidence]) -> Iterator[Violation]:
    def wrong(check: str, message: str) -> Violation:
        return Violation(check, issued.number, message)

    if issued.dossier is None or issued.decided_for != issued.trainee_id:
        yield wrong("decision", "no decision was taken for its holder")
        return
    if issued.scheme_sha256 != version.sha256:
        yield wrong("scheme", "the scheme version has other content than at the decision")
    try:
        dossier = Dossier.from_data(issued.dossier)
    except (KeyError, ValueError, TypeError, ArithmeticError):
        yield wrong("dossier-hash", "the dossier of its decision cannot be read")
        return
    decision = decide(version, dossier)
    if dossier_hash(version, dossier) != issued.dossier_sha256:
        yield wrong("dossier-hash", "the dossier does not have the hash that was kept")
    if issued.document.get("dossier_sha256") != issued.dossier_sha256:
        yield wrong("dossier-hash", "the document names another dossier than the decision")
    if not isinstance(decision, Granted):
        yield wrong("decision-again", f"decided again it is not granted: {', '.join(decision.missing)} missing")
    elif decision.evidence != issued.evidence:
        yield wrong("decision-again", "decided again it rests on other evidence")
    for evidence in dossier.results:
        if kept.get(evidence.id) != evidence:
            yield wrong("evidence", f"result {evidence.id} is not what the decision rests on")


@dataclass(slots=True)
class Numbering:
    """The numbers of one scheme and year, given in the order of serials: none missing, none before its time."""

    scheme: str
    year: int
    last: int = 0
    last_issued_at: datetime | None = None
    violations: list[Violation] = field(default_factory=list)

    def take(self, issued: Issued) -> None:
        if issued.serial != self.last + 1:
            gap = f"{self.last + 1} to {issued.serial - 1} are missing before it"
            self.violations.append(Violation("numbering", issued.number, gap))
        if self.last_issued_at is not None and issued.issued_at < self.last_issued_at:
            self.violations.append(Violation("numbering", issued.number, "issued before the number before it"))
        self.last, self.last_issued_at = issued.serial, issued.issued_at

    def end(self, counter: int | None) -> None:
        """``counter`` is the last serial given out, by the counter's row."""
        if counter != self.last:
            about = f"{self.scheme} {self.year}"
            self.violations.append(
                Violation("numbering", about, f"the counter says {counter}, the last is {self.last}")
            )


class SetHash:
    """One hash over a set of certificates: SHA-256 over a line ``number document_sha256`` each, by number."""

    def __init__(self) -> None:
        self.count = 0
        self._hash = sha256()

    def take(self, number: str, document_sha256: str) -> None:
        self.count += 1
        self._hash.update(f"{number} {document_sha256}\n".encode())

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()
