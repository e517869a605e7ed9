"""Companies are accredited, assessed again, told that it ends, and lose their accreditation."""

from datetime import date, timedelta

from shared.bus import outbox
from shared.db import Tx
from shared.events.enrollment import (
    CompanyAccreditationExpiring,
    CompanyAccreditationGranted,
    CompanyAccreditationWithdrawn,
)
from shared.ids import stable_id

from ..domain.accreditation import Accreditation, WithdrawalReason, ends_on, not_accredited_now
from ..domain.endings import check_day
from ..domain.norms import soonest
from ..domain.rules import unknown
from ..domain.visits import Place
from ..store import accreditation, audit, coverage, norms, places
from ..store.audit import By
from .coverage import find_gaps_at


async def grant(
    tx: Tx,
    accreditation_id: str,
    company_id: str,
    *,
    granted_on: date,
    until: date | None,
    findings: str,
    today: date,
    by: By,
) -> bool:
    """Accredits a company, or does so again after another assessment. False when that was recorded already."""
    await coverage.lock(tx, alone=True)
    if await accreditation.known(tx, accreditation_id) is not None:
        return False
    company = (await places.companies(tx, [company_id])).get(company_id)
    if company is None:
        raise unknown("company_id", company_id)
    check_day(granted_on, field="granted_on", starts_on=date.min, today=today)
    years = soonest(one.accreditation_years for one in await norms.in_force(tx, today))
    last = ends_on(granted_on, years, until)
    again = company.accredited_until is not None
    await accreditation.keep(
        tx, Accreditation(accreditation_id, company_id, granted_on, last, findings, again), by=by.actor
    )
    await audit.note(tx, by, [(f"company/{company_id}", f"accredited until {last}")])
    await outbox.put(
        tx,
        CompanyAccreditationGranted(company_id=company_id, granted_on=granted_on, until=last, reassessed=again),
    )
    await find_gaps_at(tx, [Place("company", company_id)], today=today, by=by)
    return True


async def withdraw(tx: Tx, company_id: str, reason: WithdrawalReason, *, on: date, today: date, by: By) -> bool:
    """Ends an accreditation early. Who learns there stays; nobody new comes. False when it was recorded already."""
    await coverage.lock(tx, alone=True)
    company = (await places.companies(tx, [company_id])).get(company_id)
    if company is None:
        raise unknown("company_id", company_id)
    before = await accreditation.of(tx, company_id)
    if before and (before[0]["withdrawn_on"], before[0]["reason"]) == (on, reason):
        return False
    check_day(on, field="withdrawn_on", starts_on=date.min, today=today)
    if company.accredited_until is None or company.accredited_until < on:
        raise not_accredited_now(company_id)
    await accreditation.withdraw(tx, company_id, on, reason, by=by.actor)
    await audit.note(tx, by, [(f"company/{company_id}", f"accreditation withdrawn: {reason}")])
    await outbox.put(tx, CompanyAccreditationWithdrawn(company_id=company_id, withdrawn_on=on, reason=reason.value))
    await find_gaps_at(tx, [Place("company", company_id)], today=today, by=by)
    return True


async def remind(tx: Tx, *, today: date, by: By) -> int:
    """Tells once of each accreditation that ends within the days that a scheme in force says; how many."""
    days = [one.accreditation_reminder_days for one in await norms.in_force(tx, today)]
    most = max((one for one in days if one is not None), default=None)
    if most is None:
        return 0
    found = await accreditation.ending(tx, today, today + timedelta(days=most))
    for one in found:
        await outbox.put(
            tx,
            CompanyAccreditationExpiring(
                company_id=one.company_id, until=one.until, days_left=(one.until - today).days
            ),
            id=stable_id(CompanyAccreditationExpiring.TYPE, one.company_id, one.until.isoformat()),
        )
    await audit.note(tx, by, [(f"company/{one.company_id}", f"accreditation ends on {one.until}") for one in found])
    return len(found)
