"""The life of a certificate, from issue to expiry."""

from datetime import date

from ..base import Event


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
