"""Telling who somebody is and how to reach them, on the private exchange; and the office's own contact."""

from collections.abc import Iterable

from shared.bus import outbox
from shared.db import Tx
from shared.events.enrollment import ContactPointChanged, PersonDetailsChanged

from ..domain.people import Contact, Language, news
from ..store import office

PERSONS = ("trainee/", "mentor/", "instructor/")
"""Kinds of reference whose name is a person's own; a company's contact is told as a contact point only."""


async def tell(tx: Tx, before: Iterable[Contact], after: Iterable[Contact]) -> None:
    """Tells what is new about people. Call it before telling what they do, so that whoever writes to them can."""
    was = {contact.person: contact for contact in before}
    for now in news(was.values(), after):
        old = was.get(now.person)
        named = old is not None and (old.name, old.birth_date) == (now.name, now.birth_date)
        if not named and now.person.startswith(PERSONS):
            await outbox.put(tx, PersonDetailsChanged(person=now.person, name=now.name, birth_date=now.birth_date))
        await outbox.put(
            tx,
            ContactPointChanged(
                person=now.person,
                name=now.name,
                email=now.email,
                language=now.language,
                organisation=now.organisation,
                city=now.city,
            ),
        )


async def name_office(tx: Tx, contact: Contact) -> bool:
    """Says who somebody of the office is, when that is not what was said last; true when it was told."""
    if not await office.keep(tx, contact):
        return False
    await tell(tx, [], [contact])
    return True


async def name_coordinator(tx: Tx, name: str, email: str, language: Language) -> bool:
    """Says who the coordinator is, when that is not what was said last; true when it was told."""
    return await name_office(tx, Contact("office/coordinator", name, email, language))
