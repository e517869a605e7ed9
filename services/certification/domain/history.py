"""Certificates of before this register: what is taken over of them, and under which numbers."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from shared import days

from .canonical import fingerprint
from .certificates import Status, status_on
from .rules import Refused, RefusedAsKnown
from .schemes import Scheme

DOCUMENT_FORM = "keur-imported/1"
STATUSES = ("valid", "expired", "withdrawn")


class NumberTaken(RefusedAsKnown):
    """Another certificate has this number."""


class NumberStillToCome(RefusedAsKnown):
    """A scheme of now gives out this number itself one day."""


class IssuedInTheFuture(Refused):
    """What is history was issued already."""


class EndsBeforeItBegins(Refused):
    """A certificate is valid from its issue on."""


@dataclass(frozen=True, slots=True)
class Imported:
    """A certificate as an older register has it. ``scheme`` is what the rules were called then."""

    number: str
    holder: str
    birth_date: date | None
    programme: str
    scheme: str
    issued_on: date
    valid_until: date | None
    status: str

    def document(self) -> dict[str, Any]:
        """What is kept and hashed for good."""
        return {
            "form": DOCUMENT_FORM,
            "imported": True,
            "number": self.number,
            "holder": self.holder,
            "birth_date": self.birth_date.isoformat() if self.birth_date else None,
            "programme": self.programme,
            "scheme": self.scheme,
            "issued_on": self.issued_on.isoformat(),
            "valid_until": self.valid_until.isoformat() if self.valid_until else None,
            "status": self.status,
        }

    @property
    def sha256(self) -> str:
        return fingerprint(self.document())


def status_of(status: str, valid_until: date | None, today: date) -> Status:
    """How an imported certificate stands on a day: as the older register said, and expired once its term is over."""
    return status_on(valid_until, today) if status == "valid" else Status(status)


def may_be_imported(one: Imported, schemes: Iterable[Scheme], *, today: date) -> None:
    """Raises the rule that keeps it out, apart from numbers that are taken already."""
    if one.issued_on > today:
        raise IssuedInTheFuture(
            "de dag van afgifte ligt in de toekomst",
            "the day of issue lies in the future",
            field="issued_on",
            value=one.issued_on.isoformat(),
            allowed=(f"tot en met {days.nl(today)}", f"up to and including {days.en(today)}"),
        )
    if one.valid_until is not None and one.valid_until < one.issued_on:
        raise EndsBeforeItBegins(
            "de laatste dag ligt vóór de dag van afgifte",
            "the last day lies before the day of issue",
            field="valid_until",
            value=one.valid_until.isoformat(),
            allowed=(f"vanaf {days.nl(one.issued_on)}", f"from {days.en(one.issued_on)} on"),
        )
    for scheme in schemes:
        if (year := _year_in(one.number, scheme.number_format)) is not None and year >= today.year:
            raise NumberStillToCome(
                f"schema {scheme.scheme} geeft dit nummer zelf nog uit",
                f"scheme {scheme.scheme} will give out this number itself",
                field="number",
                value=one.number,
                allowed=("een nummer van vóór dit jaar, of in een andere vorm", "a number of an earlier year or form"),
            )


def taken(one: Imported) -> NumberTaken:
    return NumberTaken(
        "onder dit nummer staat al een ander certificaat",
        "another certificate stands under this number",
        field="number",
        value=one.number,
        allowed=("een nummer dat nog vrij is", "a number that is still free"),
    )


def _year_in(number: str, number_format: str) -> int | None:
    """The year of a number of this form; None for a number of another form."""
    pattern = re.escape(number_format)
    pattern = pattern.replace(re.escape("{year}"), r"(?P<year>\d{4})")
    pattern = re.sub(r"\\\{serial:0(\d)d\\\}", r"\\d{\1,}", pattern)
    found = re.fullmatch(pattern, number)
    return int(found["year"]) if found else None
