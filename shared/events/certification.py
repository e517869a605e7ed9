"""What certification tells: schemes, exams, decisions, certificates."""

from datetime import date, datetime
from typing import Any

from pydantic import Field

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


class CertificateSuspended(Event, type="certification.certificate-suspended.v1", subject="trainee/{trainee_id}"):
    """A certificate does not count for the time being. ``reason`` is a code; ``until`` is when the office looks at it
    again, and nothing comes back by itself on that day."""

    number: str
    trainee_id: str
    scheme: str
    scheme_version: str
    programme: str
    step: int
    reason: str
    decided_on: date
    until: date | None = None
    appeal_until: date | None = None


class CertificateReinstated(Event, type="certification.certificate-reinstated.v1", subject="trainee/{trainee_id}"):
    """A suspended certificate counts again."""

    number: str
    trainee_id: str
    scheme: str
    scheme_version: str
    programme: str
    step: int
    reason: str
    decided_on: date


class CertificateWithdrawn(Event, type="certification.certificate-withdrawn.v1", subject="trainee/{trainee_id}"):
    """A certificate was taken back for good; its place on the status list is set."""

    number: str
    trainee_id: str
    scheme: str
    scheme_version: str
    programme: str
    step: int
    reason: str
    decided_on: date
    appeal_until: date | None = None


class CertificateCorrected(Event, type="certification.certificate-corrected.v1", subject="trainee/{trainee_id}"):
    """A certificate says something else from now on, under its own number; the version before it does not count."""

    number: str
    trainee_id: str
    scheme: str
    scheme_version: str
    programme: str
    step: int
    reason: str
    decided_on: date
    version: int
    appeal_until: date | None = None


class CertificateScopeReduced(Event, type="certification.certificate-scope-reduced.v1", subject="trainee/{trainee_id}"):
    """A certificate vouches for fewer attainment targets from now on; ``targets`` are those that remain."""

    number: str
    trainee_id: str
    scheme: str
    scheme_version: str
    programme: str
    step: int
    reason: str
    decided_on: date
    version: int
    targets: tuple[str, ...]
    appeal_until: date | None = None


class CertificateReissued(Event, type="certification.certificate-reissued.v1", subject="trainee/{trainee_id}"):
    """A certificate was made out once more, with the same contents: lost, damaged, or signed with a newer key."""

    number: str
    trainee_id: str
    scheme: str
    scheme_version: str
    programme: str
    step: int
    reason: str
    decided_on: date
    version: int


class CertificateExpiring(Event, type="certification.certificate-expiring.v1", subject="trainee/{trainee_id}"):
    """A certificate ends in ``days``; told on each of the days that the scheme names, once."""

    number: str
    trainee_id: str
    scheme: str
    scheme_version: str
    programme: str
    valid_until: date
    days: int
    recertification: bool = False


class CertificateExpired(Event, type="certification.certificate-expired.v1", subject="trainee/{trainee_id}"):
    """The last day of a certificate has passed."""

    number: str
    trainee_id: str
    scheme: str
    scheme_version: str
    programme: str
    step: int
    valid_until: date


class CertificateSuspensionEnding(
    Event, type="certification.certificate-suspension-ending.v1", subject="trainee/{trainee_id}"
):
    """The day has come on which the office would look at a suspension again: reinstate, go on or withdraw."""

    number: str
    trainee_id: str
    scheme: str
    until: date


class RecertificationWindowOpened(
    Event, type="certification.recertification-window-opened.v1", subject="trainee/{trainee_id}"
):
    """From now on a holder may renew the certificate; ``exams`` and ``practice_months`` are what the scheme asks."""

    number: str
    trainee_id: str
    scheme: str
    scheme_version: str
    programme: str
    valid_until: date
    exams: tuple[str, ...] = ()
    practice_months: int | None = None


class RecertificationCompleted(
    Event, type="certification.recertification-completed.v1", subject="trainee/{trainee_id}"
):
    """A certificate has a new period under its own number; ``version`` is the document that says so."""

    number: str
    trainee_id: str
    scheme: str
    scheme_version: str
    programme: str
    step: int
    decided_on: date
    valid_until: date
    version: int


class AppealLodged(Event, type="certification.appeal-lodged.v1", subject="trainee/{trainee_id}"):
    """A holder appeals against a step; the dossier as it was that day is kept with its hash."""

    appeal_id: str
    number: str
    trainee_id: str
    scheme: str
    against: str
    step: int
    lodged_on: date
    late: bool = False
    dossier_sha256: str


class AppealDecided(Event, type="certification.appeal-decided.v1", subject="trainee/{trainee_id}"):
    """Somebody who had no part in the decision has decided on an appeal. ``outcome``: upheld or dismissed.
    ``new_number`` is the new certificate where a withdrawal did not stand: what was withdrawn never comes back."""

    appeal_id: str
    number: str
    trainee_id: str
    scheme: str
    against: str
    outcome: str
    decided_on: date
    new_number: str | None = None


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


class SchemeVersionRetired(Event, type="certification.scheme-version-retired.v1", subject="scheme/{scheme}"):
    """Nobody is on the way to a certificate under this version any more, and a later one is in force. Certificates that
    were issued under it stand. ``because`` is ``moved`` (all went over) or ``finished``."""

    scheme: str
    version: str
    retired_on: date
    because: str


class ExamScheduled(Event, type="certification.exam-scheduled.v1", subject="exam/{session_id}"):
    """An exam session was planned, with those who sit it. ``starts_at`` has its offset; ``bring`` says by language what
    candidates bring, as the scheme has it."""

    session_id: str
    scheme: str
    exam: str
    starts_at: datetime
    examiner: str
    trainee_ids: tuple[str, ...] = ()
    invigilator: str | None = None
    place: str = ""
    bring: dict[str, str] = Field(default_factory=dict)


class ExamMoved(Event, type="certification.exam-moved.v1", subject="exam/{session_id}"):
    """An exam session is held at another moment, or at another place."""

    session_id: str
    scheme: str
    exam: str
    before: datetime
    starts_at: datetime
    trainee_ids: tuple[str, ...] = ()
    examiner: str = ""
    invigilator: str | None = None
    place: str = ""
    bring: dict[str, str] = Field(default_factory=dict)


class ExamCancelled(Event, type="certification.exam-cancelled.v1", subject="exam/{session_id}"):
    """An exam session is not held. Why stays with certification."""

    session_id: str
    scheme: str
    exam: str
    starts_at: datetime
    trainee_ids: tuple[str, ...] = ()
    examiner: str = ""
    invigilator: str | None = None


class SigningKeyReplaced(Event, type="certification.signing-key-replaced.v1", subject="keys/{change_id}"):
    """Two persons agreed on another key, and it signs from now on. ``kind`` is credential or paper; ``revoked_since``:
    somebody else may have had the old one from then on, and what it signed is made out again."""

    change_id: str
    kind: str
    reason: str
    old_key: str
    new_key: str
    revoked_since: datetime | None = None


class RegisterVerified(Event, type="certification.register-verified.v1", subject="verification/{verification_id}"):
    """Everything issued was checked again and holds: numbers, documents, proofs, statuses, the log and its heads."""

    verification_id: str
    day: date
    certificates: int
    log_entries: int
    register_sha256: str


class RegisterVerificationFailed(
    Event, type="certification.register-verification-failed.v1", subject="verification/{verification_id}"
):
    """Something issued no longer holds. ``checks`` names what was checked, ``violations`` counts; which certificates
    they are is told by the check itself."""

    verification_id: str
    day: date
    certificates: int
    log_entries: int
    register_sha256: str
    violations: int
    checks: tuple[str, ...]


class RefusalAppealLodged(Event, type="certification.refusal-appeal-lodged.v1", subject="trainee/{trainee_id}"):
    """A candidate appeals against the decision that refused the certificate; the decision, its evidence and its rule
    version are kept as they were that day, with their hash. ``decide_by`` is the last day to decide on the appeal."""

    appeal_id: str
    decision_id: str
    trainee_id: str
    scheme: str
    scheme_version: str
    lodged_on: date
    late: bool = False
    decide_by: date | None = None
    dossier_sha256: str


class RefusalAppealDecided(Event, type="certification.refusal-appeal-decided.v1", subject="trainee/{trainee_id}"):
    """Somebody who had no part decided on an appeal against a refusal. ``outcome``: upheld or dismissed. Upheld, the
    decision is taken anew (``reopened``), and not by who refused."""

    appeal_id: str
    decision_id: str
    trainee_id: str
    scheme: str
    scheme_version: str
    outcome: str
    decided_on: date
    reopened: bool = False


class AppealOverdue(Event, type="certification.appeal-overdue.v1", subject="trainee/{trainee_id}"):
    """The last day to decide on an appeal has passed without a decision; told once. ``number`` is empty where the
    appeal is against a refusal."""

    appeal_id: str
    trainee_id: str
    scheme: str
    number: str = ""
    against: str
    decide_by: date


class MarkLicenceGranted(Event, type="certification.mark-licence-granted.v1", subject="company/{company_id}"):
    """A company may use the mark from a day to a day. The conditions stay with certification."""

    licence_id: str
    company_id: str
    scheme: str
    valid_from: date
    valid_until: date


class MarkLicenceEnding(Event, type="certification.mark-licence-ending.v1", subject="company/{company_id}"):
    """A company's licence to use the mark ends soon: told once, as many days before as the scheme says."""

    licence_id: str
    company_id: str
    scheme: str
    valid_until: date


class MarkLicenceEnded(Event, type="certification.mark-licence-ended.v1", subject="company/{company_id}"):
    """A company may not use the mark any more: its licence was ended before its last day."""

    licence_id: str
    company_id: str
    scheme: str
    ended_on: date


class MisuseCaseOpened(Event, type="certification.misuse-case-opened.v1", subject="company/{company_id}"):
    """The mark was used wrongly by a company. What was found stays with certification."""

    case_id: str
    company_id: str
    scheme: str
    found_on: date


class MisuseCaseClosed(Event, type="certification.misuse-case-closed.v1", subject="company/{company_id}"):
    """A case of wrong use is closed."""

    case_id: str
    company_id: str
    scheme: str
    closed_on: date
