"""What every event is: a fact in the past tense, frozen, with a type that outlives deployments.

The envelope is CloudEvents 1.0. ``TYPE`` is also the routing key. Fields are added only with a default; a new meaning
is a new class with the next major version. Listeners ignore fields that they do not know yet.
"""

import re
from datetime import datetime
from string import Formatter
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

_TYPE = re.compile(r"^(?P<service>[a-z]+)\.(?P<fact>[a-z]+(?:-[a-z]+)*)\.v[1-9][0-9]*$")


class Envelope(BaseModel):
    """What surrounds an event on the wire (CloudEvents 1.0 attributes and our extensions, in their wire spelling)."""

    model_config = ConfigDict(frozen=True)

    id: str
    type: str
    source: str
    time: datetime
    subject: str
    correlationid: str
    causationid: str | None = None
    sequence: int
    scheme: str | None = None
    traceparent: str | None = None


class Event(BaseModel):
    """Base of all events. A subclass names type and subject: ``class X(Event, type="…", subject="trainee/{…}")``."""

    # its validator is made when the first of the kind is made or heard: a service hears of few of all
    model_config = ConfigDict(frozen=True, extra="ignore", defer_build=True)

    TYPE: ClassVar[str]
    SUBJECT: ClassVar[str]
    PRIVATE: ClassVar[bool] = False
    _envelope: ClassVar[Envelope | None] = None
    """Set on the one event that was heard. Not a private attribute of pydantic's, which costs as much as the event."""

    def __init_subclass__(cls, *, type: str, subject: str, private: bool = False, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)

    @classmethod
    def __pydantic_init_subclass__(cls, *, type: str, subject: str, private: bool = False, **kwargs: Any) -> None:  # type: ignore[override]
        super().__pydantic_init_subclass__(**kwargs)
        if not _TYPE.match(type):
            raise TypeError(f"{cls.__name__}: {type!r} is not <service>.<subject>-<fact>.v<major>")
        for _, field, _, _ in Formatter().parse(subject):
            if field is not None and field not in cls.model_fields:
                raise TypeError(f"{cls.__name__}: the subject {subject!r} names {field!r}, which is no field")
        cls.TYPE, cls.SUBJECT, cls.PRIVATE = type, subject, private

    @property
    def subject(self) -> str:
        """Whom or what it is about, ``kind/id``; events of one subject are told and heard in order."""
        return self.SUBJECT.format_map(self.__dict__)

    @property
    def envelope(self) -> Envelope:
        """The envelope it was heard in. An event that was not heard has none: ``LookupError``."""
        if self._envelope is None:
            raise LookupError(f"{self.TYPE} was made here and not heard from the bus: it has no envelope yet")
        return self._envelope

    @property
    def was_heard(self) -> bool:
        return self._envelope is not None

    def heard_in(self, envelope: Envelope) -> "Event":
        """The same event with the envelope it came in."""
        self.__dict__["_envelope"] = envelope
        return self
