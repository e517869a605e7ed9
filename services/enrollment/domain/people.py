"""People as others refer to them, and how old they are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

Language = Literal["nl", "en"]

FULL_AGE = 18


@dataclass(frozen=True, slots=True)
class Contact:
    """Somebody to tell something: ``person`` is ``kind/id``, such as ``mentor/M001``. Born only when that matters."""

    person: str
    name: str
    email: str
    language: Language = "nl"
    birth_date: date | None = None
    organisation: str | None = None
    city: str | None = None


def age_on(birth_date: date, day: date) -> int:
    """Whole years on a day; who is born on 29 February becomes older on 1 March."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def is_minor(birth_date: date, day: date) -> bool:
    return age_on(birth_date, day) < FULL_AGE


def news(before: Iterable[Contact], after: Iterable[Contact]) -> list[Contact]:
    """Who is new or is not what they were, in the order given."""
    known = set(before)
    return [contact for contact in after if contact not in known]
