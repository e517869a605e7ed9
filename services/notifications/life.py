"""Which mails follow when something becomes of a certificate: to its holder, to the company, to the office."""

from collections.abc import Iterator, Mapping
from typing import Any

from services.notifications.domain import COORDINATOR
from services.notifications.store.mails import Draft
from services.notifications.store.people import Belongs
from shared.events.base import Event
from shared.events.certification import (
    AppealDecided,
    AppealLodged,
    CertificateCorrected,
    CertificateExpired,
    CertificateExpiring,
    CertificateReinstated,
    CertificateReissued,
    CertificateScopeReduced,
    CertificateSuspended,
    CertificateSuspensionEnding,
    CertificateWithdrawn,
    RecertificationCompleted,
)

CHANGES: Mapping[type[Event], str] = {
    CertificateSuspended: "suspended",
    CertificateReinstated: "reinstated",
    CertificateWithdrawn: "withdrawn",
    CertificateExpired: "expired",
    CertificateCorrected: "corrected",
    CertificateScopeReduced: "scope_reduced",
    CertificateReissued: "reissued",
    RecertificationCompleted: "recertified",
    AppealLodged: "appeal_lodged",
    AppealDecided: "appeal",
}
_HOLDER_ONLY = frozenset({CertificateReissued, AppealLodged, AppealDecided})
"""What does not concern the company."""
_SHOWN = ("number", "reason", "decided_on", "until", "appeal_until", "valid_until", "new_number")


def of_changes(event: Event, known: Mapping[str, Belongs]) -> Iterator[Draft]:
    """To the holder with the reason (a code) and the term of appeal; to the company without the reason."""
    given = event.model_dump(mode="json")
    change = CHANGES[type(event)]
    if isinstance(event, AppealDecided):
        change = f"appeal_{event.outcome}"
    elif isinstance(event, CertificateReissued) and event.reason == "key_compromised":
        change = "key_compromised"
    shown = {name: given[name] for name in _SHOWN if given.get(name) is not None}
    data: dict[str, Any] = {"trainee": event.subject, "change": change, **shown}
    yield Draft("certificate_changed", event.subject, event.subject, event, (), data)
    learns_at = known.get(str(given["trainee_id"]))
    if learns_at is not None and type(event) not in _HOLDER_ONLY:
        told = {name: value for name, value in data.items() if name not in ("reason", "appeal_until", "until")}
        company = f"company/{learns_at.company_id}"
        yield Draft("certificate_changed_company", company, event.subject, event, (event.subject,), told)


def of_endings(event: CertificateExpiring) -> Iterator[Draft]:
    """The holder is reminded on the days that the scheme names."""
    data = {
        "trainee": event.subject,
        "number": event.number,
        "valid_until": event.valid_until.isoformat(),
        "renewable": event.recertification,
    }
    yield Draft("certificate_ending", event.subject, event.subject, event, (), data)


def of_suspensions(event: CertificateSuspensionEnding) -> Iterator[Draft]:
    """The office named the day itself."""
    data = {"trainee": event.subject, "number": event.number, "until": event.until.isoformat()}
    yield Draft("suspension_ending", COORDINATOR, event.subject, event, (event.subject,), data)
