"""What ops tells: the fate of messages that a service could not handle. Ids and reasons only."""

from .base import Event


class MessageParked(Event, type="ops.message-parked.v1", subject="message/{message_id}"):
    """A service gave up on a message; it waits at the operators' desk with its reason."""

    message_id: str
    service: str
    event_type: str
    error: str
    fingerprint: str


class MessageRedriven(Event, type="ops.message-redriven.v1", subject="message/{message_id}"):
    """An operator sent a parked message back to the inbox queue of the service that gave up on it."""

    message_id: str
    service: str
    event_type: str
    reason: str


class MessageDiscarded(Event, type="ops.message-discarded.v1", subject="message/{message_id}"):
    """An operator decided that a parked message needs no handling any more."""

    message_id: str
    service: str
    event_type: str
    reason: str
