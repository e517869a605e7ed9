"""Instructor and mentor stand by the record of a programme review: by a link in a mail, or through the office."""

from collections.abc import Iterable
from datetime import date

from services.enrollment import action_links
from shared.db import Tx

from ..domain import reviews as rules
from ..domain.reviews import Party, Record, UnknownReview
from ..store import audit, reviews
from ..store.audit import By

CONFIRM = "review-confirm"
"""The purpose of the link by which one of the two confirms."""


async def ask(tx: Tx, record: Record, parties: Iterable[Party], *, today: date, by: By, remind: bool = True) -> None:
    """These of the two are asked, and once more a week later. What was held long ago is history: nobody is asked."""
    asked = [party for party in parties if rules.worth_asking(record, today)]
    people = await reviews.who_held(tx, record.record_id) if asked else {}
    for party in asked:
        await action_links.make(
            tx,
            purpose=CONFIRM,
            about=f"review/{record.record_id}",
            person=people[party],
            trainee=f"trainee/{record.trainee_id}",
            today=today,
            by=by,
        )
    await reviews.remind(tx, record.record_id, today + rules.A_WEEK if asked and remind else None)


async def remind(tx: Tx, *, today: date, by: By, limit: int = 50) -> int:
    """Who was asked a week ago and has not confirmed gets another link, once; how many records."""
    waiting = await reviews.to_remind(tx, today, limit)
    for record in waiting:
        await ask(tx, record, record.missing, today=today, by=by, remind=False)
    return len(waiting)


async def confirm_review(tx: Tx, record_id: str, party: Party, *, today: date, by: By) -> bool:
    """One of the two confirms what was recorded; False when that was so. Raises ``UnknownReview``."""
    record = (await reviews.records(tx, [record_id])).get(record_id)
    if record is None:
        raise not_known(record_id)
    confirmed = record.confirmed(party, today)
    if confirmed == record:
        return False
    await reviews.keep_confirmations(tx, confirmed)
    await withdraw(tx, record_id, party, today)
    if not confirmed.missing:
        await reviews.remind(tx, record_id, None)
    said = f"programme review of {record.held_on} confirmed by {party}"
    await audit.note(tx, by, [(f"trainee/{record.trainee_id}", said)])
    return True


async def withdraw(tx: Tx, record_id: str, party: Party, today: date) -> None:
    """Who confirmed in another way has nothing left to do by the link."""
    person = (await reviews.who_held(tx, record_id))[party]
    await action_links.withdraw_of(tx, CONFIRM, f"review/{record_id}", person, today)


async def confirm_by_link(tx: Tx, secret: str, *, today: date) -> None:
    """Who holds the link confirms; the link is used up."""
    action = await action_links.consume(tx, CONFIRM, secret, today)
    people = await reviews.who_held(tx, action.key)
    party: Party = "instructor" if people.get("instructor") == action.person else "mentor"
    await confirm_review(tx, action.key, party, today=today, by=By(action.person, "link"))


def not_known(record_id: str) -> UnknownReview:
    return UnknownReview(
        f"programmabespreking {record_id} is hier niet bekend",
        f"programme review {record_id} is not known here",
        field="record_id",
        value=record_id,
    )
