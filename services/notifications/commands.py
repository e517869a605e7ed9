"""What is done to mails: added, released, withheld from the erased, sent again at a person's word."""

from collections.abc import Sequence
from datetime import UTC, datetime

from services.notifications.domain import State
from services.notifications.store import mails, people
from shared.bus import outbox
from shared.db import Tx
from shared.errors import Conflict, NotKnown, Refused
from shared.events.base import Envelope, Event
from shared.events.enrollment import PersonErased
from shared.events.notifications import MailBounced, MailSent, MailSuppressed


class MailNotKnown(Refused, NotKnown):
    """There is no mail with this id."""

    def __init__(self, mail_id: str) -> None:
        super().__init__(
            "Er is geen mail met dit kenmerk.", "There is no mail with this key.", field="mail_id", value=mail_id
        )


class MailCannotBeRetried(Refused, Conflict):
    """Only a mail that failed, bounced or is in doubt can be sent again."""

    def __init__(self, state: str) -> None:
        super().__init__(
            "Alleen een mail die mislukte, terugkwam of onzeker is, kan opnieuw.",
            "Only a mail that failed, bounced or is in doubt can be sent again.",
            field="state",
            value=state,
            allowed="failed, bounced, in_doubt",
        )


class ReasonMissing(Refused):
    """Sending again needs a reason, for whoever reads the history."""

    def __init__(self) -> None:
        super().__init__(
            "Zeg waarom deze mail opnieuw gaat.",
            "Say why this mail is sent again.",
            field="reason",
            allowed=("een korte zin", "a short sentence"),
        )


async def add(tx: Tx, drafts: Sequence[mails.Draft]) -> None:
    """Keeps new mails; one to or about an erased person is told to be suppressed at once."""
    await tell(tx, await mails.add(tx, drafts))


async def release(tx: Tx, refs: Sequence[str]) -> None:
    """What became known may have been the last thing that a mail waited for."""
    await mails.release(tx, refs)


async def forget(tx: Tx, event: PersonErased) -> None:
    """Erases the person here, and stops every mail to or about them that has not been sent."""
    refs = await people.erase(tx, event)
    await tell(tx, await mails.withhold(tx, refs))


async def retry(tx: Tx, mail_id: str, *, actor: str, reason: str) -> None:
    """Sends a mail again now, under the same Message-ID."""
    if not reason.strip():
        raise ReasonMissing()
    if await mails.retry(tx, mail_id, actor=actor, reason=reason.strip()):
        return
    state = await mails.state(tx, mail_id)
    if state is None:
        raise MailNotKnown(mail_id)
    raise MailCannotBeRetried(state)


async def tell(tx: Tx, fates: Sequence[mails.Fate]) -> None:
    """Tells what became of mails, each caused by the event behind it. References only, no addresses."""
    for fate in fates:
        event = _news(fate)
        if event is not None:
            await outbox.put(tx, event, cause=_behind(fate, event))


def _news(fate: mails.Fate) -> Event | None:
    refs = {
        "mail_id": fate.id,
        "template": fate.template,
        "recipient": fate.recipient,
        "about": fate.subject_ref,
        "cause": fate.cause,
        "scheme": fate.scheme,
    }
    match State(fate.state):
        case State.SENT:
            return MailSent.model_validate({**refs, "attempts": fate.attempts})
        case State.BOUNCED:
            return MailBounced.model_validate({**refs, "smtp_code": (fate.reason or "").removeprefix("smtp ")})
        case State.SUPPRESSED:
            return MailSuppressed.model_validate({**refs, "reason": fate.reason})
        case _:
            return None


def _behind(fate: mails.Fate, event: Event) -> Event:
    """Stands for the event behind a mail, which was heard long ago: only its envelope counts."""
    envelope = Envelope(
        id=fate.cause,
        type=event.TYPE,
        source="/keur/notifications",
        time=datetime.now(UTC),
        subject=fate.subject_ref,
        correlationid=fate.correlation or fate.cause,
        sequence=0,
        scheme=fate.scheme,
        traceparent=fate.trace,
    )
    return event.model_copy().heard_in(envelope)
