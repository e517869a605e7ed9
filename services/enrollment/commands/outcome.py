"""What became of a set of things that somebody gave."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from ..domain.rules import Refused


class HasId(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=HasId)


@dataclass(frozen=True, slots=True)
class Note:
    """A value that was not taken because something newer is recorded here: no refusal, and said all the same."""

    field: str
    value: str
    nl: str
    en: str


@dataclass(slots=True)
class Outcome:
    """Keys by what became of them; each refusal is the rule that was broken, and a note says what was not taken.

    ``to_watch`` are the trainees whose signals follow from it: to be looked at when all of it is written.
    """

    new: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    refused: dict[str, Refused] = field(default_factory=dict)
    notes: dict[str, list[Note]] = field(default_factory=dict)
    to_watch: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Sorted(Generic[T]):
    """What was given, beside what is known: who gives the same thing again changes nothing."""

    new: list[T] = field(default_factory=list)
    changed: list[T] = field(default_factory=list)
    unchanged: list[T] = field(default_factory=list)
    refused: dict[str, Refused] = field(default_factory=dict)

    @property
    def to_keep(self) -> list[T]:
        return self.new + self.changed

    def outcome(self) -> Outcome:
        return Outcome(
            [one.id for one in self.new],
            [one.id for one in self.changed],
            [one.id for one in self.unchanged],
            self.refused,
        )


def sort(given: Iterable[T], known: Mapping[str, T], refused: Mapping[str, Refused] | None = None) -> Sorted[T]:
    """Each thing by what would become of it; what is unchanged is not refused for rules that came later."""
    found = Sorted[T]()
    for one in given:
        before = known.get(one.id)
        if before == one:
            found.unchanged.append(one)
        elif refused is not None and one.id in refused:
            found.refused[one.id] = refused[one.id]
        elif before is None:
            found.new.append(one)
        else:
            found.changed.append(one)
    return found
