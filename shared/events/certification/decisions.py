"""Who may be certified, who was, who was not, and who must not decide."""

from datetime import date

from ..base import Event


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


class CertificationRefused(Event, type="certification.certification-refused.v1", subject="trainee/{trainee_id}"):
    """A decider refused the certificate. ``reason`` is a code; the decider's own words stay with certification.

    ``missing`` names the requirements that were open; ``appeal_until`` is the last day of the appeal term.
    """

    decision_id: str
    trainee_id: str
    scheme: str
    scheme_version: str
    reason: str
    missing: tuple[str, ...] = ()
    decided_on: date
    appeal_until: date | None = None


class ExaminerConflictDetected(
    Event, type="certification.examiner-conflict-detected.v1", subject="trainee/{trainee_id}"
):
    """Who examined or was to decide also trained, mentored or works with the candidate. ``ties`` say how.

    ``role`` is ``examiner`` or ``decider``; ``person`` a reference such as ``examiner/EX1``.
    """

    trainee_id: str
    role: str
    person: str
    ties: tuple[str, ...]
    scheme: str | None = None
