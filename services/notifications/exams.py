"""Which mails follow when an exam session is planned, moved or not held: for candidates, examiner and invigilator."""

from collections.abc import Collection, Iterator
from typing import Any

from services.notifications.store.mails import Draft
from shared.events.base import Event
from shared.events.certification import ExamCancelled, ExamMoved, ExamScheduled

CHANGES: dict[type[Event], str] = {ExamScheduled: "planned", ExamMoved: "moved", ExamCancelled: "cancelled"}
STAFF = ("instructor", "mentor")
"""As what an examiner or invigilator may be known here by the same key."""


def staff(event: Event) -> list[str]:
    """The references under which who examines and watches may be known."""
    keys = [key for name in ("examiner", "invigilator") if (key := getattr(event, name, None))]
    return [f"{kind}/{key}" for key in dict.fromkeys(keys) for kind in STAFF]


def of_sessions(event: Event, known: Collection[str]) -> Iterator[Draft]:
    """An invitation, a new moment, or that it is not held. A session that was noted afterwards invites nobody."""
    if not isinstance(event, ExamScheduled | ExamMoved | ExamCancelled):
        return
    if event.starts_at <= event.envelope.time:
        return
    data: dict[str, Any] = {
        "change_of_exam": CHANGES[type(event)],
        "exam": event.exam,
        "starts_at": event.starts_at.isoformat(),
    }
    if not isinstance(event, ExamCancelled):
        data |= {name: value for name, value in (("room", event.place), ("bring", event.bring)) if value}
    if isinstance(event, ExamMoved):
        data["before"] = event.before.isoformat()
    for trainee_id in event.trainee_ids:
        trainee = f"trainee/{trainee_id}"
        yield Draft("exam_session", trainee, trainee, event, (), data)
    for ref in staff(event):
        if ref in known:
            told = {name: value for name, value in data.items() if name != "bring"}
            yield Draft("exam_session_staff", ref, event.subject, event, (), told | {"seats": len(event.trainee_ids)})
