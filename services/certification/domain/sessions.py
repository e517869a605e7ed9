"""Exam sessions and corrections by hand: what may be planned, moved, entered; and that a correction takes two persons.

ISO/IEC 17024 (9.2 and 9.3): exams are planned and watched, results are recorded by examiners, and what changes them is
controlled.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from shared import days
from shared.clock import AMSTERDAM

from .results import Entry, Result, Results
from .rules import Refused, RefusedAsKnown, RefusedAsUnknown


class SessionState(StrEnum):
    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"


class SessionNotKnown(RefusedAsUnknown):
    """No exam session has this key."""


class SessionIsOver(RefusedAsKnown):
    """A session that was held or cancelled is not moved, cancelled or filled any more."""


class SessionNotHeldYet(Refused):
    """Results are entered from the day of the session on."""


class NotInSession(Refused):
    """Only who is on the list of the session gets a result in it."""


class CannotSit(Refused):
    """The candidate passed this exam, or has no attempt left."""


class SeatTaken(RefusedAsKnown):
    """The candidate sits this exam in another session that is still to be held."""


class CorrectionNeeded(RefusedAsKnown):
    """A result stands; what changes it is a correction with a reason and a second person."""


class CorrectionNotKnown(RefusedAsUnknown):
    """No correction has this key."""


class CorrectionSettled(RefusedAsKnown):
    """The correction was approved or rejected already."""


class CorrectionOpen(RefusedAsKnown):
    """Another correction of this result waits for its second person."""


class NothingCorrected(Refused):
    """The correction says what the result says."""


class ResultMovedOn(RefusedAsKnown):
    """The result was changed since the correction was proposed."""


class SecondPersonNeeded(RefusedAsKnown):
    """Who proposes a correction does not approve or reject it."""


@dataclass(frozen=True, slots=True)
class Session:
    session_id: str
    scheme: str
    exam: str
    starts_at: datetime
    place: str
    examiner: str
    invigilator: str | None
    state: SessionState = SessionState.PLANNED

    @property
    def day(self) -> date:
        """In Amsterdam."""
        return self.starts_at.astimezone(AMSTERDAM).date()


@dataclass(frozen=True, slots=True)
class Mark:
    """One row of a grid. Without a score the candidate was absent."""

    trainee_id: str
    score: Decimal | None
    knocked_out: bool = False


@dataclass(frozen=True, slots=True)
class Correction:
    """What a result should say instead."""

    correction_id: str
    result_id: str
    revision: int
    score: Decimal
    knocked_out: bool
    taken_on: date
    reason: str
    proposed_by: str
    state: str = "proposed"


def open_session(session: Session) -> None:
    """Raises unless the session is still to be held."""
    if session.state is SessionState.PLANNED:
        return
    nl, en = ("gehouden", "held") if session.state is SessionState.HELD else ("vervallen", "cancelled")
    raise SessionIsOver(
        f"dit examenmoment is al {nl}",
        f"this session was {en} already",
        field="session_id",
        value=session.session_id,
        allowed=("een examenmoment dat nog gepland staat", "a session that is still planned"),
    )


def may_sit(trainee_id: str, exam: str, sheet: Results, elsewhere: str | None) -> None:
    """Raises the rule that keeps a candidate from sitting an exam."""
    if elsewhere is not None:
        raise SeatTaken(
            f"{trainee_id} zit al in examenmoment {elsewhere}",
            f"{trainee_id} sits in session {elsewhere} already",
            field="trainee_ids",
            value=trainee_id,
            allowed=("één examenmoment per examen", "one session for an exam"),
        )
    if sheet.scheme is None or exam not in sheet.scheme.exams or (sheet.attempts_left(exam) and not sheet.passed(exam)):
        return
    raise CannotSit(
        f"{trainee_id} heeft dit examen gehaald of geen poging meer over",
        f"{trainee_id} has passed this exam or has no attempt left",
        field="trainee_ids",
        value=trainee_id,
        allowed=("wie nog een poging heeft", "whoever has an attempt left"),
    )


def entries_of(
    session: Session, marks: list[Mark], seats: dict[str, str | None], sheets: dict[str, Results], today: date
) -> list[Entry]:
    """The results that a grid comes to. ``seats`` gives the result id of each seat, when there is one.

    The same grid again gives the same entries; one that changes a result raises ``CorrectionNeeded``.
    """
    if session.state is SessionState.CANCELLED:
        open_session(session)
    if today < session.day:
        raise SessionNotHeldYet(
            "dit examenmoment moet nog komen",
            "this session is still to come",
            field="session_id",
            value=session.session_id,
            allowed=(f"vanaf {days.nl(session.day)}", f"from {days.en(session.day)} on"),
        )
    entries = []
    for mark in marks:
        if mark.trainee_id not in seats:
            raise NotInSession(
                f"{mark.trainee_id} staat niet op de lijst van dit examenmoment",
                f"{mark.trainee_id} is not on the list of this session",
                field="trainee_id",
                value=mark.trainee_id,
                allowed=", ".join(seats) or None,
            )
        standing = _standing(session, sheets[mark.trainee_id], seats[mark.trainee_id])
        if standing is not None and (standing.score, standing.knocked_out) != (mark.score, mark.knocked_out):
            raise CorrectionNeeded(
                f"de uitslag van {mark.trainee_id} staat al vast",
                f"the result of {mark.trainee_id} stands already",
                field="score",
                value=mark.trainee_id,
                allowed=("een correctie met een reden en een tweede persoon", "a correction with a second person"),
            )
        if mark.score is not None:
            entries.append(standing or _new(session, mark, sheets[mark.trainee_id]))
    return entries


def _standing(session: Session, sheet: Results, result_id: str | None) -> Entry | None:
    return next((one.entry for one in sheet.of(session.exam) if one.entry.result_id == result_id), None)


def _new(session: Session, mark: Mark, sheet: Results) -> Entry:
    return Entry(
        f"{session.session_id}-{mark.trainee_id}",
        mark.trainee_id,
        session.exam,
        len(sheet.of(session.exam)) + 1,
        session.day,
        mark.score or Decimal(0),
        mark.knocked_out,
        session.examiner,
    )


def corrected(correction: Correction, standing: Result) -> Entry:
    """The entry that a correction makes of a result. Raises when it changes nothing, or the result moved on."""
    if standing.revision != correction.revision:
        raise ResultMovedOn(
            f"{correction.result_id} is intussen al verbeterd",
            f"{correction.result_id} was corrected in the meantime",
            field="result_id",
            value=correction.result_id,
            allowed=("een nieuw voorstel", "a new proposal"),
        )
    entry = standing.entry
    made = Entry(
        entry.result_id,
        entry.trainee_id,
        entry.exam,
        entry.attempt,
        correction.taken_on,
        correction.score,
        correction.knocked_out,
        entry.examiner,
    )
    if made == entry:
        raise NothingCorrected(
            "de correctie verandert niets",
            "the correction changes nothing",
            field="score",
            value=str(correction.score),
            allowed=("een andere score, dag of knock-out", "another score, day or knock-out"),
        )
    return made


def second_person(correction: Correction, person: str) -> None:
    """Raises unless somebody else than the proposer settles an open correction."""
    if correction.state != "proposed":
        raise CorrectionSettled(
            "deze correctie is al afgehandeld",
            "this correction was settled already",
            field="correction_id",
            value=correction.correction_id,
            allowed=("een correctie die nog openstaat", "a correction that is still open"),
        )
    if correction.proposed_by == person:
        raise SecondPersonNeeded(
            "wie een correctie voorstelt, keurt haar niet zelf goed of af",
            "who proposes a correction does not settle it",
            field="correction_id",
            value=correction.correction_id,
            allowed=("een tweede persoon", "a second person"),
        )
