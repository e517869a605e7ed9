"""Complaints are received and the logbook is kept."""

from collections.abc import Sequence
from datetime import date

from shared.bus import outbox
from shared.db import Tx
from shared.events.enrollment import ComplaintReceived

from ..domain import logbook
from ..domain.complaints import Complaint
from ..domain.logbook import Entry
from ..domain.rules import Refused, unknown
from ..domain.visits import Place
from ..store import audit, complaints, enrolments, records, schemes, watching
from ..store.audit import By
from .complaints import see_to_signals
from .outcome import Outcome, sort
from .visits import plan_visits


async def receive_complaints(tx: Tx, given: Sequence[Complaint], *, today: date, by: By) -> Outcome:
    """Complaints are kept with their text; others hear that there is one. The place is visited sooner."""
    known = await records.complaints(tx, (one.complaint_id for one in given))
    trainees = await enrolments.enrolments(tx, (one.trainee_id for one in given))
    found = sort(
        given,
        known,
        {one.id: unknown("trainee_id", one.trainee_id) for one in given if one.trainee_id not in trainees},
    )
    if not found.to_keep:
        return found.outcome()
    standings = await enrolments.standings(tx, trainees)
    about = {}
    for one in found.to_keep:
        of = trainees[one.trainee_id]
        about[one.complaint_id] = Place("school", of.school_id) if one.about_school else Place("company", of.company_id)
    await records.keep_complaints(tx, found.to_keep, about)
    await complaints.begin(tx, found.new)
    for one in found.new:
        await outbox.put(
            tx,
            ComplaintReceived(
                complaint_id=one.complaint_id,
                trainee_id=one.trainee_id,
                category=one.category,
                confidential=one.confidential,
                received_on=one.received_on,
                scheme=standings[one.trainee_id].scheme,
            ),
        )
    await audit.note(
        tx,
        by,
        [(f"complaint/{one.complaint_id}", "received") for one in found.new]
        + [(f"complaint/{one.complaint_id}", "changed") for one in found.changed],
    )
    await see_to_signals(tx, {one.trainee_id for one in (*found.to_keep, *known.values())}, today)
    await plan_visits(tx, about.values(), today=today, by=by)
    return found.outcome()


async def write_logbook(tx: Tx, given: Sequence[Entry], *, by: By) -> Outcome:
    """Lines of the logbook. No event each: others need what is made of them, not every line."""
    known = await records.entries(tx, (one.entry_id for one in given))
    trainees = await enrolments.known_trainees(tx, (one.trainee_id for one in given))
    targets = await schemes.targets(tx)
    refused: dict[str, Refused] = {}
    for one in given:
        try:
            logbook.check(one, trainees=trainees, targets=targets)
        except Refused as rule:
            refused[one.id] = rule
    found = sort(given, known, refused)
    outcome = found.outcome()
    if found.to_keep:
        await records.keep_entries(tx, found.to_keep)
        before = [known[one.entry_id] for one in found.changed]
        outcome.to_watch = {one.trainee_id for one in (*before, *found.to_keep)}
        others = await watching.classmates(tx, [*before, *found.to_keep]) - outcome.to_watch
        await watching.look_soon(tx, others)  # a whole class, for one line: the clock sees to them
    await audit.note(tx, by, [(f"logbook/{one.entry_id}", "changed") for one in found.changed])
    return outcome
