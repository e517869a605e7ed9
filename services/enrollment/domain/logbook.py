"""The logbook: what a trainee did in a week, at school or in the company, and how much time a mentor gave."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from .rules import Refused, keeps, unknown


class TargetNotInScheme(Refused):
    """The attainment target is in no scheme version known here."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: ``hours`` of the week spent on a target, ``mentor_minutes`` of guidance with it."""

    entry_id: str
    trainee_id: str
    week: str
    place: Literal["school", "company"]
    target: str
    level: Literal["simple", "assist", "independent"]
    hours: Decimal
    mentor_minutes: int = 0

    @property
    def id(self) -> str:
        return self.entry_id

    @property
    def monday(self) -> date:
        """The first day of its ISO week."""
        return date.fromisocalendar(int(self.week[:4]), int(self.week[6:]), 1)


def check(entry: Entry, *, trainees: Container[str], targets: Container[str]) -> None:
    """Raises when the entry is of nobody or about nothing that is known."""
    keeps(lambda: _check_trainee(entry, trainees), lambda: _check_target(entry, targets))


def _check_trainee(entry: Entry, trainees: Container[str]) -> None:
    if entry.trainee_id not in trainees:
        raise unknown("trainee_id", entry.trainee_id)


def _check_target(entry: Entry, targets: Container[str]) -> None:
    if entry.target not in targets:
        raise TargetNotInScheme(
            f"eindterm {entry.target} staat in geen schema",
            f"target {entry.target} is in no scheme",
            field="target",
            value=entry.target,
            allowed=("een eindterm van het schema, zoals T01", "a target of the scheme, such as T01"),
        )
