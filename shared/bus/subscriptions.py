"""What a service listens to: handlers by event type, and from them the bindings of its inbox queue."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from shared.bus.topology import EVENTS, PRIVATE, Binding
from shared.bus.wire import Heard
from shared.db import Tx
from shared.events.base import Event

E = TypeVar("E", bound=Event)
One = Callable[[E, Tx], Awaitable[None]]
Many = Callable[[Sequence[E], Tx], Awaitable[None]]
Raw = Callable[[Sequence[Heard], Tx], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Handler:
    """A function that reacts to an event: one at a time, or a whole batch of its type at once."""

    name: str
    run: Callable[[Any, Tx], Awaitable[None]]
    batch: bool


@dataclass
class Subscriptions:
    """The register that a service's ``handlers.py`` fills by decorating functions."""

    service: str
    handlers: dict[str, list[Handler]] = field(default_factory=dict)
    events: dict[str, type[Event]] = field(default_factory=dict)
    every_message: list[Handler] = field(default_factory=list)
    patterns: list[str] = field(default_factory=list)

    def __call__(self, *kinds: type[E]) -> Callable[[One[E]], One[E]]:
        """``@on(ExamPassed)``: the function gets one event and the transaction."""

        def register(function: One[E]) -> One[E]:
            self._add(kinds, function, batch=False)
            return function

        return register

    def batch(self, *kinds: type[E]) -> Callable[[Many[E]], Many[E]]:
        """``@on.batch(ExamPassed)``: the function gets all events of one type that arrived together, oldest first.

        For what is hot: it uses set-based SQL, and names the cause of each event it tells (``outbox.put(…, cause=)``).
        """

        def register(function: Many[E]) -> Many[E]:
            self._add(kinds, function, batch=True)
            return function

        return register

    def every(self, *patterns: str) -> Callable[[Raw], Raw]:
        """``@on.every("#")``: the function gets all messages of ``keur.events`` that match, as they came."""

        def register(function: Raw) -> Raw:
            self.patterns.extend(patterns)
            self.every_message.append(Handler(function.__name__, function, batch=True))
            return function

        return register

    def _add(
        self, kinds: Sequence[type[Event]], function: Callable[[Any, Tx], Awaitable[None]], *, batch: bool
    ) -> None:
        for kind in kinds:
            self.events[kind.TYPE] = kind
            self.handlers.setdefault(kind.TYPE, []).append(Handler(function.__name__, function, batch))

    def bindings(self) -> Iterator[Binding]:
        """What the service's inbox queue must be bound to."""
        for kind in self.events.values():
            yield Binding(PRIVATE if kind.PRIVATE else EVENTS, kind.TYPE)
        for pattern in self.patterns:
            yield Binding(EVENTS, pattern)
