"""The contracts between services: every event there is, by the service that tells it."""

from inspect import isclass

from . import certification, enrollment, notifications, ops
from .base import Envelope, Event

__all__ = ["ALL", "Envelope", "Event", "certification", "enrollment", "notifications", "ops"]

ALL: dict[str, type[Event]] = {
    event.TYPE: event
    for module in (certification, enrollment, notifications, ops)
    for event in vars(module).values()
    if isclass(event) and issubclass(event, Event) and event is not Event
}
