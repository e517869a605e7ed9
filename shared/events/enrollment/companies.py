"""Training companies: registered, equipped, accredited."""

from datetime import date

from ..base import Event


class CompanyRegistered(Event, type="enrollment.company-registered.v1", subject="company/{company_id}"):
    """A training company takes part in the mark."""

    company_id: str
    equipment: tuple[str, ...] = ()
    places: int = 0
    member_since: date | None = None
    accredited_until: date | None = None


class CompanyAccreditationGranted(
    Event, type="enrollment.company-accreditation-granted.v1", subject="company/{company_id}"
):
    """A company may train until a day. ``reassessed``: it was accredited before and was looked at again."""

    company_id: str
    granted_on: date
    until: date
    reassessed: bool = False


class CompanyAccreditationExpiring(
    Event, type="enrollment.company-accreditation-expiring.v1", subject="company/{company_id}"
):
    """A company's accreditation ends soon: time to assess again. Told once for each last day."""

    company_id: str
    until: date
    days_left: int


class CompanyAccreditationWithdrawn(
    Event, type="enrollment.company-accreditation-withdrawn.v1", subject="company/{company_id}"
):
    """A company may train nobody new, from a day on."""

    company_id: str
    withdrawn_on: date
    reason: str


class CompanyEquipmentChanged(Event, type="enrollment.company-equipment-changed.v1", subject="company/{company_id}"):
    """A training company has other machines than before."""

    company_id: str
    equipment: tuple[str, ...]
