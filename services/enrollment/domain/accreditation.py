"""Accreditation of companies (erkenning): granted for the years that the scheme says, assessed again, withdrawn."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from . import days
from .rules import Refused


class CompanyNotAccredited(Refused):
    """A new placement is at a company that is accredited on its first day."""


class AccreditationWithoutEnd(Refused):
    """An accreditation has a last day: the scheme says how many years, or whoever grants it says the day."""


class EndsBeforeItBegins(Refused):
    """An accreditation ends on or after the day on which it was granted."""


class NotAccreditedNow(Refused):
    """Only an accreditation that holds can be withdrawn."""


class WithdrawalReason(StrEnum):
    NO_MENTOR = "no-mentor"
    NO_TIME = "no-time"
    SIMPLE_WORK = "simple-work"
    UNSAFE = "unsafe"
    NO_EQUIPMENT = "no-equipment"
    NOT_REASSESSED = "not-reassessed"
    AT_REQUEST = "at-request"
    STOPPED = "stopped"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Accreditation:
    """Granted on a day, until and including another."""

    accreditation_id: str
    company_id: str
    granted_on: date
    until: date
    findings: str = ""
    reassessed: bool = False


def ends_on(granted_on: date, years: int | None, given: date | None) -> date:
    """The last day: as given, or the day before the same day so many years later. 29 February gives 28 February."""
    if given is not None:
        if given < granted_on:
            raise EndsBeforeItBegins(
                f"de erkenning eindigt op {days.nl(given)}, voordat zij begint",
                f"the accreditation ends on {days.en(given)}, before it begins",
                field="until",
                value=given.isoformat(),
                allowed=(f"{days.nl(granted_on)} of later", f"{days.en(granted_on)} or later"),
            )
        return given
    if years is None:
        raise AccreditationWithoutEnd(
            "het schema zegt niet hoelang een erkenning geldt",
            "the scheme does not say how long an accreditation holds",
            field="until",
            allowed=("een laatste dag", "a last day"),
        )
    try:
        same_day = granted_on.replace(year=granted_on.year + years)
    except ValueError:
        return date(granted_on.year + years, 2, 28)
    return date.fromordinal(same_day.toordinal() - 1)


def check_accredited(company_id: str, accredited_until: date | None, starts_on: date) -> None:
    """Raises for a new placement at a company that is not accredited on its first day; no last day is none at all."""
    if accredited_until is not None and accredited_until >= starts_on:
        return
    until = accredited_until
    raise CompanyNotAccredited(
        f"leerbedrijf {company_id} is op {days.nl(starts_on)} niet erkend"
        + (f" (erkend tot en met {days.nl(until)})" if until else ""),
        f"company {company_id} is not accredited on {days.en(starts_on)}"
        + (f" (accredited until {days.en(until)})" if until else ""),
        field="company_id",
        value=company_id,
        allowed=("een leerbedrijf met een erkenning", "a company with an accreditation"),
    )


def not_accredited_now(company_id: str) -> NotAccreditedNow:
    return NotAccreditedNow(
        f"leerbedrijf {company_id} heeft nu geen erkenning",
        f"company {company_id} has no accreditation now",
        field="company_id",
        value=company_id,
        allowed=("een leerbedrijf met een erkenning", "a company with an accreditation"),
    )
