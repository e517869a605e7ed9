"""Who does the job. Another one is one more line here: how it is made, how its database is prepared, what it reads."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bench.reference.handwritten import HandWritten
from bench.reference.job import Worker
from bench.reference.keur import Keur
from bench.reference.lean import LeanHandWritten


@dataclass(frozen=True)
class Entry:
    """A worker by its meaning. ``plain``: its messages carry AMQP's own properties only."""

    says: str
    make: Callable[[str, str], Worker]
    prepare: Callable[[str], Awaitable[None]]
    plain: bool = False


WORKERS: dict[str, Entry] = {
    "handwritten": Entry("written by hand for this event, bare messages", HandWritten, HandWritten.prepare, plain=True),
    "handwritten-ce": Entry(
        "the same with Keur's headers on the messages",
        lambda amqp, database: HandWritten(amqp, database, cloudevents=True),
        HandWritten.prepare,
    ),
    "handwritten-lean": Entry(
        "by hand on Keur's own AMQP path, bare messages", LeanHandWritten, LeanHandWritten.prepare, plain=True
    ),
    "keur": Entry("through shared/bus, a handler of whole batches", Keur, Keur.prepare),
    "keur-plain": Entry(
        "through shared/bus, a handler of one event",
        lambda amqp, database: Keur(amqp, database, plain=True),
        Keur.prepare,
    ),
}
YARDSTICK = "handwritten"
