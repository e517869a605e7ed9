"""What certification tells: schemes, exams, decisions, certificates."""

from datetime import date
from typing import Any

from .base import Event


class SchemeVersionPublished(Event, type="certification.scheme-version-published.v1", subject="scheme/{scheme}"):
    """A version of a certification scheme is in force from a date on; ``content`` is the whole scheme as data."""

    scheme: str
    version: str
    valid_from: date
    content: dict[str, Any]


class ExamResultRecorded(Event, type="certification.exam-result-recorded.v1", subject="trainee/{trainee_id}"):
    """An examiner's result was entered. ``corrects`` is the revision it replaces when it is a correction."""

    result_id: str
    trainee_id: str
    exam: str
    attempt: int
    taken_on: date
    score: float
    knocked_out: bool
    passed: bool
    revision: int = 1
    corrects: int | None = None
    scheme: str


class ExamPassed(Event, type="certification.exam-passed.v1", subject="trainee/{trainee_id}"):
    """A candidate has passed an exam of the scheme."""

    result_id: str
    trainee_id: str
    exam: str
    attempt: int
    taken_on: date
    score: float
    scheme: str


class ExamFailed(Event, type="certification.exam-failed.v1", subject="trainee/{trainee_id}"):
    """A candidate has not passed an exam; ``resits_left`` attempts remain under the scheme."""

    result_id: str
    trainee_id: str
    exam: str
    attempt: int
    taken_on: date
    score: float
    knocked_out: bool
    resits_left: int
    scheme: str


class CandidateEligible(Event, type="certification.candidate-eligible.v1", subject="trainee/{trainee_id}"):
    """Every requirement of the scheme version is met: a decision can be taken."""

    trainee_id: str
    scheme: str
    scheme_version: str


class CandidateNotYetEligible(
    Event, type="certification.candidate-not-yet-eligible.v1", subject="trainee/{trainee_id}"
):
    """Requirements are still open; ``missing`` names each one (codes of exams and rules)."""

    trainee_id: str
    scheme: str
    scheme_version: str
    missing: tuple[str, ...]


class CertificationDecided(Event, type="certification.certification-decided.v1", subject="trainee/{trainee_id}"):
    """The decision was taken, by the rules (``automatic``) or by a person (``reviewed``)."""

    decision_id: str
    trainee_id: str
    scheme: str
    scheme_version: str
    outcome: str
    mode: str
    dossier_sha256: str


class CertificateIssued(Event, type="certification.certificate-issued.v1", subject="trainee/{trainee_id}"):
    """A certificate stands in the register under its number."""

    certificate_id: str
    number: str
    trainee_id: str
    scheme: str
    scheme_version: str
    programme: str
    decision_id: str
    issued_on: date
    valid_until: date | None = None


class CertificateCheckCodeMade(
    Event, type="certification.certificate-check-code-made.v1", subject="trainee/{trainee_id}", private=True
):
    """The code that opens the public check of a certificate: it leads to the holder's name, so it travels privately."""

    certificate_id: str
    number: str
    trainee_id: str
    check_code: str
    scheme: str
