"""Which mails a company gets about its licence to use the mark, and about a case of wrong use."""

from services.notifications.store.mails import Draft
from shared.events.base import Event
from shared.events.certification import (
    MarkLicenceEnded,
    MarkLicenceEnding,
    MarkLicenceGranted,
    MisuseCaseClosed,
    MisuseCaseOpened,
)

CHANGES: dict[type[Event], str] = {
    MarkLicenceGranted: "granted",
    MarkLicenceEnding: "ending",
    MarkLicenceEnded: "ended",
    MisuseCaseOpened: "misuse_opened",
    MisuseCaseClosed: "misuse_closed",
}
_SHOWN = ("valid_from", "valid_until", "ended_on", "found_on", "closed_on")


def of_company(event: Event) -> Draft:
    """What the office wrote down about it stays with certification; the company is told what and when."""
    given = event.model_dump(mode="json")
    shown = {name: given[name] for name in _SHOWN if given.get(name) is not None}
    data = {"place": event.subject, "use": CHANGES[type(event)], **shown}
    return Draft("mark_use", event.subject, event.subject, event, (), data)
