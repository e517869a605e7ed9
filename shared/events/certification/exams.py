"""Exams: when they are held, and how they went."""

from datetime import date, datetime

from pydantic import Field

from ..base import Event


class ExamScheduled(Event, type="certification.exam-scheduled.v1", subject="exam/{session_id}"):
    """An exam session was planned, with those who sit it. ``starts_at`` has its offset; ``bring`` says by language what
    candidates bring, as the scheme has it."""

    session_id: str
    scheme: str
    exam: str
    starts_at: datetime
    examiner: str
    trainee_ids: tuple[str, ...] = ()
    invigilator: str | None = None
    place: str = ""
    bring: dict[str, str] = Field(default_factory=dict)


class ExamMoved(Event, type="certification.exam-moved.v1", subject="exam/{session_id}"):
    """An exam session is held at another moment, or at another place."""

    session_id: str
    scheme: str
    exam: str
    before: datetime
    starts_at: datetime
    trainee_ids: tuple[str, ...] = ()
    examiner: str = ""
    invigilator: str | None = None
    place: str = ""
    bring: dict[str, str] = Field(default_factory=dict)


class ExamCancelled(Event, type="certification.exam-cancelled.v1", subject="exam/{session_id}"):
    """An exam session is not held. Why stays with certification."""

    session_id: str
    scheme: str
    exam: str
    starts_at: datetime
    trainee_ids: tuple[str, ...] = ()
    examiner: str = ""
    invigilator: str | None = None


class ExamResultRecorded(Event, type="certification.exam-result-recorded.v1", subject="trainee/{trainee_id}"):
    """An examiner's result was entered. ``corrects`` is the revision it replaces when it is a correction."""

    result_id: str
    trainee_id: str
    exam: str
    attempt: int
    taken_on: date
    score: float
    knocked_out: bool
    passed: bool
    revision: int = 1
    corrects: int | None = None
    scheme: str


class ExamPassed(Event, type="certification.exam-passed.v1", subject="trainee/{trainee_id}"):
    """A candidate has passed an exam of the scheme."""

    result_id: str
    trainee_id: str
    exam: str
    attempt: int
    taken_on: date
    score: float
    scheme: str


class ExamFailed(Event, type="certification.exam-failed.v1", subject="trainee/{trainee_id}"):
    """A candidate has not passed an exam; ``resits_left`` attempts remain under the scheme."""

    result_id: str
    trainee_id: str
    exam: str
    attempt: int
    taken_on: date
    score: float
    knocked_out: bool
    resits_left: int
    scheme: str
