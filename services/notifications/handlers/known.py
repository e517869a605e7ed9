"""Learns who is who: names, addresses, titles, places and check codes."""

from collections.abc import Sequence

from services.notifications import commands
from services.notifications.store import people
from shared.db import Tx
from shared.errors import TryAgainLater
from shared.events.certification import CertificateCheckCodeMade, SchemeVersionPublished
from shared.events.enrollment import ContactPointChanged, PersonDetailsChanged, PersonErased, PlacementStarted

from .subscribed import on


class EnrolmentNotHeardOf(TryAgainLater):
    """A certificate of a trainee whose enrolment has not arrived yet: we cannot tell who the company is."""


@on.batch(ContactPointChanged)
async def learn_contacts(events: Sequence[ContactPointChanged], tx: Tx) -> None:
    """Where somebody can be told something; mails that waited for it go."""
    await people.keep_contacts(tx, events)
    await commands.release(tx, [event.person for event in events])


@on.batch(PersonDetailsChanged)
async def learn_names(events: Sequence[PersonDetailsChanged], tx: Tx) -> None:
    """Who somebody is; mails that waited for the name go."""
    await people.keep_names(tx, events)
    await commands.release(tx, [event.person for event in events])


@on(PersonErased)
async def forget(event: PersonErased, tx: Tx) -> None:
    """A person is forgotten, and nothing more goes to or about them."""
    await commands.forget(tx, event)


@on(SchemeVersionPublished)
async def learn_titles(event: SchemeVersionPublished, tx: Tx) -> None:
    """What a mark and its exams are called."""
    await people.keep_scheme_words(tx, event)


@on.batch(PlacementStarted)
async def learn_placements(events: Sequence[PlacementStarted], tx: Tx) -> None:
    """Who guides whom, and where, from now on. The welcome went with the enrolment."""
    await people.keep_placements(tx, events)


@on.batch(CertificateCheckCodeMade)
async def learn_check_codes(events: Sequence[CertificateCheckCodeMade], tx: Tx) -> None:
    """The code that the holder needs; the holder's mail waits for it."""
    await people.keep_check_codes(tx, events)
    await commands.release(tx, [f"certificate/{event.number}" for event in events])
