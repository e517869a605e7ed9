"""Which mails follow on an appeal against a refusal, and on an appeal that waits too long."""

from collections.abc import Iterator

from services.notifications.domain import COORDINATOR
from services.notifications.store.mails import Draft
from shared.events.base import Event
from shared.events.certification import AppealOverdue, RefusalAppealDecided, RefusalAppealLodged


def of_refusals(event: Event) -> Draft:
    """The appellant hears that it was received and until when it can take, and what came of it."""
    data: dict[str, object] = {"trainee": event.subject}
    if isinstance(event, RefusalAppealLodged):
        data |= {"outcome": "lodged", "lodged_on": event.lodged_on.isoformat()}
        if event.decide_by is not None:
            data["ends_on"] = event.decide_by.isoformat()
    elif isinstance(event, RefusalAppealDecided):
        data |= {"outcome": event.outcome, "decided_on": event.decided_on.isoformat(), "reopened": event.reopened}
    return Draft("refusal_appeal", event.subject, event.subject, event, (), data)


def of_overdue(event: AppealOverdue) -> Iterator[Draft]:
    """The office has to see to it that somebody decides."""
    data = {"trainee": event.subject, "until": event.decide_by.isoformat(), "against": event.against}
    if event.number:
        data["number"] = event.number
    yield Draft("appeal_overdue", COORDINATOR, event.subject, event, (event.subject,), data)
