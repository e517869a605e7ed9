"""Who may use the mark, and what is done where it is used wrongly (ISO/IEC 17024, 9.7)."""

from datetime import date, datetime

from shared.bus import outbox
from shared.db import Tx
from shared.events.certification import MarkLicenceEnded, MarkLicenceGranted, MisuseCaseClosed, MisuseCaseOpened
from shared.ids import new_id

from ..domain.mark_use import (
    CaseIsClosed,
    CaseNotKnown,
    CaseStep,
    LicenceNotKnown,
    LicenceRunsAlready,
    check_licence,
    check_words,
)
from ..store import audit, mark_use, schemes
from ..store.audit import By


async def grant_licence(
    tx: Tx,
    company_id: str,
    scheme: str,
    *,
    conditions: str,
    valid_from: date,
    valid_until: date,
    now: datetime,
    by: By,
) -> str:
    """The id of the licence. One runs per company and mark."""
    known = {name for name, _version in await schemes.all_versions(tx)}
    check_licence(scheme, sorted(known), conditions, valid_from, valid_until)
    licence_id = new_id()
    if not await mark_use.add_licence(
        tx, licence_id, company_id, scheme, conditions.strip(), valid_from, valid_until, by=by.actor, now=now
    ):
        raise LicenceRunsAlready(company_id, scheme)
    await audit.note(tx, [(by, f"company/{company_id}", f"mark licence granted {licence_id}")])
    event = MarkLicenceGranted(
        licence_id=licence_id, company_id=company_id, scheme=scheme, valid_from=valid_from, valid_until=valid_until
    )
    await outbox.put(tx, event)
    return licence_id


async def end_licence(tx: Tx, licence_id: str, *, today: date, by: By) -> None:
    ended = await mark_use.end_licence(tx, licence_id, on=today, by=by.actor)
    if ended is None:
        raise LicenceNotKnown(licence_id)
    company_id, scheme = ended
    await audit.note(tx, [(by, f"company/{company_id}", f"mark licence ended {licence_id}")])
    event = MarkLicenceEnded(licence_id=licence_id, company_id=company_id, scheme=scheme, ended_on=today)
    await outbox.put(tx, event)


async def open_case(tx: Tx, company_id: str, scheme: str, *, found_on: date, what: str, now: datetime, by: By) -> str:
    """The mark was used wrongly; the id of the case."""
    check_words(what, "what")
    case_id = new_id()
    await mark_use.add_case(tx, case_id, company_id, scheme, found_on, what.strip(), by=by.actor, now=now)
    await audit.note(tx, [(by, f"company/{company_id}", f"misuse case opened {case_id}")])
    event = MisuseCaseOpened(case_id=case_id, company_id=company_id, scheme=scheme, found_on=found_on)
    await outbox.put(tx, event)
    return case_id


async def take_case_step(
    tx: Tx, case_id: str, kind: CaseStep, *, words: str, now: datetime, today: date, by: By
) -> int:
    """The position of the step. Ending the licence ends it in the same transaction; a closed case stays closed."""
    check_words(words, "words")
    found = await mark_use.lock_case(tx, case_id)
    if found is None:
        raise CaseNotKnown(case_id)
    company_id, scheme, steps = found
    if CaseStep.CLOSED in steps:
        raise CaseIsClosed(case_id)
    position = len(steps) + 1
    await mark_use.add_step(tx, case_id, position, kind.value, words.strip(), by=by.actor, now=now)
    if kind is CaseStep.LICENCE_ENDED:
        ended = await mark_use.end_running(tx, company_id, scheme, on=today, by=by.actor)
        if ended is not None:
            told = MarkLicenceEnded(licence_id=ended, company_id=company_id, scheme=scheme, ended_on=today)
            await outbox.put(tx, told)
    if kind is CaseStep.CLOSED:
        event = MisuseCaseClosed(case_id=case_id, company_id=company_id, scheme=scheme, closed_on=today)
        await outbox.put(tx, event)
    await audit.note(tx, [(by, f"company/{company_id}", f"misuse case {kind.value} {case_id}")])
    return position
