"""Somebody shows interest, applies, is accepted or rejected, and enrols."""

from datetime import date, timedelta

from services.enrollment import action_links
from shared import clock
from shared.bus import outbox
from shared.db import Tx
from shared.events.enrollment import ApplicationAccepted, ApplicationReceived, ApplicationRejected, PersonErased

from ..domain.applications import (
    Application,
    Rejection,
    Room,
    State,
    check_reason,
    check_room,
    move,
    unknown_application,
)
from ..domain.endings import check_day
from ..domain.rules import unknown
from ..store import applications, audit, enrolments
from ..store.audit import By
from . import people

CONFIRM = "application-confirm"
"""The purpose of the link by which an applicant confirms the address."""

PER_ADDRESS = 3
"""How many applications a day the public form takes for one address: a typing mistake may be mended."""

UNCONFIRMED = timedelta(days=14)
"""How long an application waits for its confirmation before it is forgotten."""


async def receive(tx: Tx, one: Application, *, on: date, today: date, by: By) -> bool:
    """The office enters interest or an application; interest becomes an application. False when it was known."""
    check_day(on, field="received_on", starts_on=date.min, today=today)
    before = await applications.known(tx, one.application_id)
    if before == one:
        return False
    if before is not None and before.state is not one.state:
        move(before.state, one.state)
    await applications.keep(tx, one, public=False, at=clock.now())
    if before is None or before.state is not one.state:
        await _step(tx, one, one.state, on, by)
    return True


async def apply(tx: Tx, one: Application, *, connection: str, per_hour: int, per_connection: int, today: date) -> None:
    """Anybody applies by the public form: nothing counts before the address is confirmed by the link in the mail.

    ``connection`` is where the form was filled in; its hash is kept for a day.
    """
    taken = await applications.recent(tx, one.email, connection, clock.now())
    check_room(taken, Room(per_hour, per_connection, PER_ADDRESS))
    by = By(f"applicant/{one.application_id}", "form")
    await applications.keep(tx, one, public=True, at=clock.now())
    await people.tell(tx, [], [one.contact()])
    await action_links.make(
        tx,
        purpose=CONFIRM,
        about=f"application/{one.application_id}",
        person=one.contact().person,
        today=today,
        by=by,
        days=UNCONFIRMED.days,
    )


async def confirm(tx: Tx, secret: str, *, today: date) -> Application:
    """Who holds the link has applied; the link is used up."""
    action = await action_links.consume(tx, CONFIRM, secret, today)
    one = await applications.known(tx, action.key)
    if one is None:
        raise unknown_application(action.key)
    move(one.state, State.APPLIED)
    await _step(tx, one, State.APPLIED, today, By(action.person, "link"))
    return one


async def decide(
    tx: Tx, application_id: str, to: State, reason: Rejection | None, *, on: date, today: date, by: By
) -> bool:
    """The office accepts or rejects. False when that was decided already."""
    one = await applications.known(tx, application_id)
    if one is None:
        raise unknown_application(application_id)
    if one.state is to:
        return False
    move(one.state, to)
    check_reason(to, reason)
    check_day(on, field="decided_on", starts_on=date.min, today=today)
    await _step(tx, one, to, on, by, reason=reason if to is State.REJECTED else None)
    return True


async def enrolled(tx: Tx, application_id: str, trainee_id: str, *, today: date, by: By) -> bool:
    """Says which trainee somebody who was accepted became. False when that was said already."""
    one = await applications.known(tx, application_id)
    if one is None:
        raise unknown_application(application_id)
    row = await applications.row(tx, application_id)
    if row is not None and row["trainee_id"] == trainee_id:
        return False
    move(one.state, State.ENROLLED)
    if trainee_id not in await enrolments.known_trainees(tx, [trainee_id]):
        raise unknown("trainee_id", trainee_id)
    await applications.step(tx, application_id, State.ENROLLED, today, trainee_id=trainee_id)
    await audit.note(tx, by, [(f"application/{application_id}", f"enrolled as trainee/{trainee_id}")])
    return True


async def _step(tx: Tx, one: Application, to: State, on: date, by: By, *, reason: Rejection | None = None) -> None:
    key = one.application_id
    await applications.step(tx, key, to, on, reason=reason)
    await audit.note(tx, by, [(f"application/{key}", str(to))])
    match to:
        case State.INTEREST | State.APPLIED:
            await outbox.put(
                tx,
                ApplicationReceived(
                    application_id=key,
                    interest_only=to is State.INTEREST,
                    channel=one.channel,
                    programme=one.programme,
                    received_on=on,
                ),
            )
        case State.ACCEPTED:
            await outbox.put(tx, ApplicationAccepted(application_id=key, channel=one.channel, accepted_on=on))
        case State.REJECTED if reason is not None:
            await outbox.put(
                tx,
                ApplicationRejected(application_id=key, channel=one.channel, reason=reason.value, rejected_on=on),
            )


async def forget_unconfirmed(tx: Tx, *, by: By) -> int:
    """Who never confirmed is forgotten, here and by whoever writes the mails; how many."""
    gone = await applications.forget_unconfirmed(tx, clock.now() - UNCONFIRMED)
    for key in gone:
        await outbox.put(tx, PersonErased(person=f"applicant/{key}"))
    await audit.note(tx, by, [(f"application/{key}", "forgotten: not confirmed") for key in gone])
    return len(gone)
