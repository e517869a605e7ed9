"""The mails that follow from exams, decisions, certificates and the use of the mark."""

from collections.abc import Sequence

from services.notifications import appeals, commands, exams, life, mark_use
from services.notifications.store import people
from services.notifications.store.mails import Draft
from shared.db import Tx
from shared.events.base import Event
from shared.events.certification import (
    AppealDecided,
    AppealLodged,
    AppealOverdue,
    CertificateCorrected,
    CertificateExpired,
    CertificateExpiring,
    CertificateIssued,
    CertificateReinstated,
    CertificateReissued,
    CertificateScopeReduced,
    CertificateSuspended,
    CertificateSuspensionEnding,
    CertificateWithdrawn,
    CertificationRefused,
    ExamCancelled,
    ExamFailed,
    ExamMoved,
    ExamPassed,
    ExamScheduled,
    MarkLicenceEnded,
    MarkLicenceEnding,
    MarkLicenceGranted,
    MisuseCaseClosed,
    MisuseCaseOpened,
    RecertificationCompleted,
    RefusalAppealDecided,
    RefusalAppealLodged,
)

from .known import EnrolmentNotHeardOf
from .subscribed import on


@on.batch(ExamPassed)
async def tell_passed(events: Sequence[ExamPassed], tx: Tx) -> None:
    """The trainee hears the result, and what is still to be passed."""
    await commands.add(tx, [_result(event, "exam_passed") for event in events])


@on.batch(ExamFailed)
async def tell_failed(events: Sequence[ExamFailed], tx: Tx) -> None:
    """The trainee hears the result, and how it can go on."""
    await commands.add(tx, [_result(event, "exam_failed") for event in events])


def _result(event: ExamPassed | ExamFailed, template: str) -> Draft:
    data = {
        "exam": event.exam,
        "attempt": event.attempt,
        "taken_on": event.taken_on.isoformat(),
        "score": event.score,
    }
    if isinstance(event, ExamFailed):
        data |= {"knocked_out": event.knocked_out, "resits_left": event.resits_left}
    return Draft(template, event.subject, event.subject, event, (), data)


@on.batch(CertificationRefused)
async def tell_refused(events: Sequence[CertificationRefused], tx: Tx) -> None:
    """The candidate hears that the certificate was refused, and until when an appeal can be lodged."""
    drafts = []
    for event in events:
        data = {
            "reason": event.reason,
            "decided_on": event.decided_on.isoformat(),
            "appeal_until": event.appeal_until.isoformat() if event.appeal_until else None,
        }
        drafts.append(Draft("certification_refused", event.subject, event.subject, event, (), data))
    await commands.add(tx, drafts)


@on.batch(CertificateIssued)
async def tell_certificates(events: Sequence[CertificateIssued], tx: Tx) -> None:
    """The holder gets number, check code and register address; the company hears that its trainee made it."""
    known = await people.belongs(tx, [event.trainee_id for event in events])
    drafts = []
    for event in events:
        if event.trainee_id not in known:
            raise EnrolmentNotHeardOf(f"{event.subject} has a certificate, but no enrolment that was heard of")
        company = f"company/{known[event.trainee_id].company_id}"
        data = {
            "trainee": event.subject,
            "number": event.number,
            "programme": event.programme,
            "issued_on": event.issued_on.isoformat(),
            "valid_until": event.valid_until.isoformat() if event.valid_until else None,
        }
        code = (f"certificate/{event.number}",)
        drafts.append(Draft("certificate_issued", event.subject, event.subject, event, code, data))
        drafts.append(Draft("certificate_issued_company", company, event.subject, event, (event.subject,), data))
    await commands.add(tx, drafts)


@on.batch(
    CertificateSuspended,
    CertificateReinstated,
    CertificateWithdrawn,
    CertificateExpired,
    CertificateCorrected,
    CertificateScopeReduced,
    CertificateReissued,
    RecertificationCompleted,
    AppealLodged,
    AppealDecided,
)
async def tell_changes(events: Sequence[Event], tx: Tx) -> None:
    """Holder and company hear what became of a certificate, with the term of appeal."""
    known = await people.belongs(tx, [event.subject.partition("/")[2] for event in events])
    await commands.add(tx, [draft for event in events for draft in life.of_changes(event, known)])


@on.batch(CertificateExpiring)
async def tell_endings(events: Sequence[CertificateExpiring], tx: Tx) -> None:
    """The holder is reminded that the certificate ends."""
    await commands.add(tx, [draft for event in events for draft in life.of_endings(event)])


@on(CertificateSuspensionEnding)
async def tell_suspension(event: CertificateSuspensionEnding, tx: Tx) -> None:
    """The office is reminded of a suspension that it wanted to look at again."""
    await commands.add(tx, list(life.of_suspensions(event)))


@on.batch(RefusalAppealLodged, RefusalAppealDecided)
async def tell_refusal_appeals(events: Sequence[Event], tx: Tx) -> None:
    """The appellant hears that the appeal was received, and what came of it."""
    await commands.add(tx, [appeals.of_refusals(event) for event in events])


@on(AppealOverdue)
async def remind_of_appeals(event: AppealOverdue, tx: Tx) -> None:
    """The office is reminded once of an appeal that waits too long."""
    await commands.add(tx, list(appeals.of_overdue(event)))


@on.batch(ExamScheduled, ExamMoved, ExamCancelled)
async def tell_sessions(events: Sequence[Event], tx: Tx) -> None:
    """Candidates are invited and hear what changes; so does who examines or watches, where we know him or her."""
    known = await people.reachable(tx, sorted({ref for event in events for ref in exams.staff(event)}))
    await commands.add(tx, [draft for event in events for draft in exams.of_sessions(event, known)])


@on.batch(MarkLicenceGranted, MarkLicenceEnding, MarkLicenceEnded, MisuseCaseOpened, MisuseCaseClosed)
async def tell_mark_use(events: Sequence[Event], tx: Tx) -> None:
    """The company hears what it may do with the mark, and what becomes of a case of wrong use."""
    await commands.add(tx, [mark_use.of_company(event) for event in events])
