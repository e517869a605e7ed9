"""Contact moments in ten seconds, attendance by the school, targets signed off by instructor and mentor."""

from collections.abc import Iterable, Sequence
from datetime import date

from shared.bus import outbox
from shared.db import Tx
from shared.events.enrollment import TargetSignedOff
from shared.ids import stable_id

from ..domain.guidance import (
    Around,
    AttendanceEntry,
    ContactMoment,
    Role,
    SignOff,
    check_past,
    check_person,
    check_sign_off,
    complete,
)
from ..domain.rules import Refused, unknown
from ..store import audit, enrolments, guidance
from ..store.audit import By
from .outcome import Outcome, sort
from .watch import watch


async def note_contact(
    tx: Tx, moment_id: str, trainee_id: str, minutes: int, *, held_on: date, mentor_id: str | None, today: date, by: By
) -> bool:
    """A talk with the mentor of now, or with the one given; false when it was written down already."""
    around, _scheme, mentor_of_now = await _around(tx, trainee_id, [("mentor", mentor_id)] if mentor_id else [])
    check_past(held_on, today, "held_on")
    if mentor_id:
        check_person("mentor", mentor_id, around, "mentor_id")
    one = ContactMoment(moment_id, trainee_id, mentor_id or mentor_of_now, held_on, minutes)
    before = await guidance.moment(tx, moment_id)
    if before == one:
        return False
    await guidance.keep_moment(tx, one)
    await audit.note(tx, by, [(f"contact/{moment_id}", "changed" if before else "written down")])
    touched = {trainee_id} | ({before.trainee_id} if before else set())
    await watch(tx, touched, today=today, by=by, entries=False)
    return before is None


async def note_attendance(tx: Tx, given: AttendanceEntry, *, today: date, by: By) -> bool:
    """What the school says of a day; false when that was said of it already."""
    await _around(tx, given.trainee_id, [])
    check_past(given.day, today, "date")
    before = (await guidance.attendance(tx, [given])).get(given.id)
    if before == given:
        return False
    await guidance.keep_attendance(tx, [given])
    await audit.note(tx, by, [(f"trainee/{given.trainee_id}", f"attendance of {given.day}: {given.present}")])
    await watch(tx, [given.trainee_id], today=today, by=by, entries=False)
    return before is None


async def enter_attendance(tx: Tx, given: Sequence[AttendanceEntry], *, today: date, by: By) -> Outcome:
    """What the school says of many days at once."""
    known = await guidance.attendance(tx, given)
    trainees = await enrolments.known_trainees(tx, (one.trainee_id for one in given))
    refused: dict[str, Refused] = {}
    for one in given:
        if one.trainee_id not in trainees:
            refused[one.id] = unknown("trainee_id", one.trainee_id)
            continue
        try:
            check_past(one.day, today, "date")
        except Refused as rule:
            refused[one.id] = rule
    found = sort(given, known, refused)
    outcome = found.outcome()
    if found.to_keep:
        await guidance.keep_attendance(tx, found.to_keep)
        outcome.to_watch = {one.trainee_id for one in found.to_keep}
    changed = [(f"trainee/{one.trainee_id}", f"attendance of {one.day}: {one.present}") for one in found.changed]
    await audit.note(tx, by, changed)
    return outcome


async def sign_off(tx: Tx, given: SignOff, *, today: date, by: By) -> bool:
    """The signature of one of the two; with the second the target is signed off. False when it was there already."""
    around, scheme, _mentor = await _around(tx, given.trainee_id, [(given.role, given.person_id)])
    known = await guidance.signatures(tx, given.trainee_id, given.target)
    check_sign_off(given, around, known.get(given.role), today)
    if given.role in known:
        return False
    await guidance.keep_signature(tx, given)
    subject = f"trainee/{given.trainee_id}"
    await audit.note(tx, by, [(subject, f"target {given.target} signed by {given.role}/{given.person_id}")])
    known[given.role] = given
    signed_on = complete({role: one.signed_on for role, one in known.items()})
    if signed_on is not None:
        event = TargetSignedOff(trainee_id=given.trainee_id, target=given.target, signed_on=signed_on, scheme=scheme)
        await outbox.put(tx, event, id=stable_id(event.TYPE, given.trainee_id, given.target))
    return True


async def _around(tx: Tx, trainee_id: str, people: Iterable[tuple[Role, str]]) -> tuple[Around, str, str]:
    found = await guidance.around(tx, trainee_id, people)
    if found is None:
        raise unknown("trainee_id", trainee_id)
    return found
