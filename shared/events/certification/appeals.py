"""Appeals, about a certificate or against a refusal."""

from datetime import date

from ..base import Event


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
