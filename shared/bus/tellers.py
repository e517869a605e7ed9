"""Who told it: a message counts only when the broker vouches for a publisher who may tell it (docs/decisions/0006).

RabbitMQ holds the property ``user_id`` to the user of the publishing connection, on every exchange. Its topic
permissions look at the routing key on the two topic exchanges only: not at the type in the headers, which is what a
listener goes by, and not at the default exchange, over which every service writes to its retry tiers.
"""

from shared.bus.frames import Delivered
from shared.bus.wire import NotReadable
from shared.settings import SERVICES

REDRIVER = "ops"
"""The service that sends parked messages and the journal's events to one inbox again."""


class ForgedTeller(NotReadable):
    """The message was not published by a user who may tell its type; a copy of it is sent back by nobody."""


def broker_user(service: str) -> str:
    """The name of a service's own broker user, as the bootstrap makes it."""
    return f"keur_{service}"


_SERVICE_USERS = frozenset(map(broker_user, SERVICES))


def vouched(user: str | None, *, type: str, listener: str) -> bool:
    """Whether a publisher may bring an event of this type to this listener.

    Its teller may, by the first word of the type; the listener itself (its copies in the retry tiers); the redriver;
    and who is no service at all: whom the broker's administrator gave rights.
    """
    if user is None:
        return False
    allowed = (broker_user(type.partition(".")[0]), broker_user(listener), broker_user(REDRIVER))
    return user in allowed or user not in _SERVICE_USERS


class Tellers:
    """One listener's check. It holds where the services have users of their own; with one user for all there is
    nothing that the broker could vouch for."""

    def __init__(self, listener: str, user: str | None) -> None:
        self._listener = listener
        self._holds = user == broker_user(listener)
        self._known: dict[tuple[str | None, str, str], bool] = {}

    def check(self, message: Delivered, type: str, *, listener: str = "") -> None:
        """Raises ``ForgedTeller``. ``listener`` is whom the message was for, when not for this service."""
        if not self._holds:
            return
        asked = (message.user_id(), type, listener or self._listener)
        known = self._known.get(asked)
        if known is None:
            known = vouched(asked[0], type=type, listener=asked[2])
            if len(self._known) < 500:  # types come from whoever may publish
                self._known[asked] = known
        if not known:
            raise ForgedTeller(f"published by {asked[0] or 'somebody unsaid'}, who does not tell {type[:200]}")
