"""Companies that may use the mark, and wrong use of it."""

from datetime import date

from ..base import Event


class MarkLicenceGranted(Event, type="certification.mark-licence-granted.v1", subject="company/{company_id}"):
    """A company may use the mark from a day to a day. The conditions stay with certification."""

    licence_id: str
    company_id: str
    scheme: str
    valid_from: date
    valid_until: date


class MarkLicenceEnding(Event, type="certification.mark-licence-ending.v1", subject="company/{company_id}"):
    """A company's licence to use the mark ends soon: told once, as many days before as the scheme says."""

    licence_id: str
    company_id: str
    scheme: str
    valid_until: date


class MarkLicenceEnded(Event, type="certification.mark-licence-ended.v1", subject="company/{company_id}"):
    """A company may not use the mark any more: its licence was ended before its last day."""

    licence_id: str
    company_id: str
    scheme: str
    ended_on: date


class MisuseCaseOpened(Event, type="certification.misuse-case-opened.v1", subject="company/{company_id}"):
    """The mark was used wrongly by a company. What was found stays with certification."""

    case_id: str
    company_id: str
    scheme: str
    found_on: date


class MisuseCaseClosed(Event, type="certification.misuse-case-closed.v1", subject="company/{company_id}"):
    """A case of wrong use is closed."""

    case_id: str
    company_id: str
    scheme: str
    closed_on: date
