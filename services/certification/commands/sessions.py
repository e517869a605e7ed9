"""Exam sessions are planned, moved, cancelled and filled; results are corrected by two persons."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime

from shared.bus import outbox
from shared.db import Tx
from shared.events.certification import ExamCancelled, ExamMoved, ExamScheduled

from ..domain import sessions as rules
from ..domain.results import unknown_exam
from ..domain.schemes import SchemeVersion
from ..domain.sessions import Correction, CorrectionNotKnown, CorrectionOpen, Mark, Session, SessionNotKnown
from ..store import audit, candidates, results, schemes
from ..store import sessions as store
from ..store.audit import By
from .conflicts import tell_conflicts
from .results import Entered, record_results, sheets_of


async def plan_session(tx: Tx, session: Session, trainee_ids: Sequence[str], *, now: datetime, by: By) -> None:
    """Plans a session for these candidates. An examiner who is somebody's own instructor or mentor is told."""
    versions = await schemes.all_versions(tx)
    exams = {code for (scheme, _), one in versions.items() if scheme == session.scheme for code in one.scheme.exams}
    if session.exam not in exams:
        raise unknown_exam(session.exam, exams)
    known = await candidates.lock_or_add(tx, trainee_ids, now=now)
    sheets = await sheets_of(tx, list(known.values()))
    elsewhere = await store.elsewhere(tx, session.exam, trainee_ids)
    for trainee_id in trainee_ids:
        rules.may_sit(trainee_id, session.exam, sheets[trainee_id], elsewhere.get(trainee_id))
    await store.add(tx, session, trainee_ids, now=now, by=by.actor)
    await audit.note(tx, [(by, f"exam/{session.session_id}", f"planned {session.exam}")])
    own = [
        (one.trainee_id, "examiner", f"examiner/{session.examiner}", f"{kind}/{session.examiner}")
        for one in known.values()
        if one.admission
        for kind, key in (("instructor", one.admission.instructor_id), ("mentor", one.admission.mentor_id))
        if key == session.examiner
    ]
    await tell_conflicts(tx, own, now=now)
    await outbox.put(
        tx,
        ExamScheduled(
            session_id=session.session_id,
            scheme=session.scheme,
            exam=session.exam,
            starts_at=session.starts_at,
            examiner=session.examiner,
            trainee_ids=tuple(trainee_ids),
            invigilator=session.invigilator,
            place=session.place,
            bring=_bring(versions, session),
        ),
    )


def _bring(versions: Mapping[tuple[str, str], SchemeVersion], session: Session) -> dict[str, str]:
    """By language: what the newest version of the scheme says that candidates bring."""
    of_scheme = [one.scheme for (scheme, _), one in versions.items() if scheme == session.scheme]
    newest = max(of_scheme, key=lambda one: one.valid_from)
    exam = newest.exams.get(session.exam)
    return exam.bring.model_dump(exclude_none=True) if exam and exam.bring else {}


async def move_session(
    tx: Tx, session_id: str, starts_at: datetime, place: str | None, *, reason: str = "", now: datetime, by: By
) -> bool:
    """Another moment or place; False when it stands there already. Why stays here."""
    session = await _locked(tx, session_id)
    rules.open_session(session)
    moved = replace(session, starts_at=starts_at, place=place or session.place)
    if moved == session:
        return False
    await store.move(tx, session, moved, reason, now=now, by=by.actor)
    versions = await schemes.all_versions(tx)
    await audit.note(tx, [(by, f"exam/{session_id}", "moved")])
    await outbox.put(
        tx,
        ExamMoved(
            session_id=session_id,
            scheme=session.scheme,
            exam=session.exam,
            before=session.starts_at,
            starts_at=starts_at,
            trainee_ids=tuple(await store.seats(tx, session_id)),
            examiner=session.examiner,
            invigilator=session.invigilator,
            place=moved.place,
            bring=_bring(versions, session),
        ),
    )
    return True


async def cancel_session(tx: Tx, session_id: str, why: str, *, by: By) -> None:
    session = await _locked(tx, session_id)
    rules.open_session(session)
    await store.end(tx, session_id, rules.SessionState.CANCELLED, why)
    await audit.note(tx, [(by, f"exam/{session_id}", "cancelled")])
    await outbox.put(
        tx,
        ExamCancelled(
            session_id=session_id,
            scheme=session.scheme,
            exam=session.exam,
            starts_at=session.starts_at,
            trainee_ids=tuple(await store.seats(tx, session_id)),
            examiner=session.examiner,
            invigilator=session.invigilator,
        ),
    )


async def note_incident(
    tx: Tx, incident_id: str, session_id: str, trainee_id: str | None, what: str, *, now: datetime, by: By
) -> None:
    """What happened at a session; it stays, also when nobody wants it to."""
    await _locked(tx, session_id)
    await store.add_incident(tx, incident_id, session_id, trainee_id, what, now=now, by=by.actor)
    await audit.note(tx, [(by, f"exam/{session_id}", "incident noted")])


async def enter_grid(tx: Tx, session_id: str, marks: Sequence[Mark], *, now: datetime, today: date, by: By) -> Entered:
    """Enters the results of a session, each by the same way as any other. Refusals are in the answer by the place of
    the mark among those with a score; the caller rolls back when one is."""
    session = await _locked(tx, session_id)
    seats = await store.seats(tx, session_id)
    known = await candidates.lock_or_add(tx, list(seats), now=now)
    sheets = await sheets_of(tx, list(known.values()))
    entries = rules.entries_of(session, list(marks), seats, sheets, today)
    entered = await record_results(tx, entries, now=now, by=by)
    by_trainee = {entry.trainee_id: entry.result_id for entry in entries}
    filled = [(mark.trainee_id, by_trainee.get(mark.trainee_id)) for mark in marks]
    if not entered.refused and await store.fill(tx, session_id, filled) and session.state == "planned":
        await store.end(tx, session_id, rules.SessionState.HELD)
        await audit.note(tx, [(by, f"exam/{session_id}", "held")])
    return entered


async def propose_correction(tx: Tx, given: Correction, *, now: datetime, by: By) -> None:
    """What a result should say, and why. It changes nothing until a second person approves it."""
    standing = (await results.by_id(tx, [given.result_id])).get(given.result_id)
    if standing is None:
        raise CorrectionNotKnown(
            "er staat geen uitslag onder dit kenmerk",
            "no result stands under this key",
            field="result_id",
            value=given.result_id,
            allowed=("het kenmerk van een uitslag", "the key of a result"),
        )
    proposal = replace(given, revision=standing.revision, proposed_by=by.actor)
    rules.corrected(proposal, standing)
    if not await store.propose(tx, proposal, now=now):
        raise CorrectionOpen(
            "er wacht al een correctie van deze uitslag",
            "a correction of this result waits already",
            field="result_id",
            value=given.result_id,
            allowed=("handel die eerst af", "settle that one first"),
        )
    await audit.note(tx, [(by, f"trainee/{standing.entry.trainee_id}", f"correction proposed {given.result_id}")])


async def settle_correction(tx: Tx, correction_id: str, *, approve: bool, now: datetime, by: By) -> str:
    """A second person approves, and the result is corrected as by any other way, or rejects. Gives the result's key."""
    correction = await store.lock_correction(tx, correction_id)
    if correction is None:
        raise CorrectionNotKnown(
            "deze correctie is hier niet bekend",
            "this correction is not known here",
            field="correction_id",
            value=correction_id,
            allowed=("een voorgestelde correctie", "a proposed correction"),
        )
    rules.second_person(correction, by.actor)
    standing = (await results.by_id(tx, [correction.result_id]))[correction.result_id]
    if approve:
        entry = rules.corrected(correction, standing)
        entered = await record_results(tx, [entry], now=now, by=by)
        for rule in entered.refused.values():
            raise rule
    await store.settle(tx, correction_id, "approved" if approve else "rejected", now=now, by=by.actor)
    word = "approved" if approve else "rejected"
    await audit.note(tx, [(by, f"trainee/{standing.entry.trainee_id}", f"correction {word} {correction.result_id}")])
    return correction.result_id


async def _locked(tx: Tx, session_id: str) -> Session:
    session = await store.lock(tx, session_id)
    if session is None:
        raise SessionNotKnown(
            "dit examenmoment is hier niet bekend",
            "this exam session is not known here",
            field="session_id",
            value=session_id,
            allowed=("een gepland examenmoment", "a planned session"),
        )
    return session
