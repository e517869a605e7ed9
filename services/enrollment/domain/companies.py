"""Training companies and schools: the places where somebody learns, and the machines they have."""

from dataclasses import dataclass
from datetime import date

from .people import Contact


@dataclass(frozen=True, slots=True)
class Company:
    """A training company (leerbedrijf). ``equipment`` holds the scheme's codes, in order and once each."""

    company_id: str
    name: str
    contact_name: str
    contact_email: str
    registration_number: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    member_since: date | None = None
    accredited_until: date | None = None
    places: int = 0
    equipment: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return self.company_id

    def contacts(self) -> list[Contact]:
        """Its contact person. A company without an address is told nothing."""
        if not self.contact_email:
            return []
        return [
            Contact(
                f"company/{self.company_id}",
                self.contact_name,
                self.contact_email,
                organisation=self.name,
                city=self.city or None,
            )
        ]


@dataclass(frozen=True, slots=True)
class School:
    """A school with a workshop. It has no address of its own: its instructors are told."""

    school_id: str
    name: str
    city: str = ""
    equipment: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        return self.school_id


def in_order(equipment: tuple[str, ...]) -> tuple[str, ...]:
    """The same machines in another order are the same machines."""
    return tuple(sorted(set(equipment)))
