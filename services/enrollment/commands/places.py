"""Companies and schools take part; their mentors and instructors are entered."""

from collections.abc import Sequence
from datetime import date

from shared.bus import outbox
from shared.db import Tx
from shared.events.enrollment import CompanyEquipmentChanged, CompanyRegistered, PersonDetailsChanged

from ..domain.companies import Company, School
from ..domain.mentors import Instructor, Mentor
from ..domain.rules import unknown
from ..domain.visits import Place
from ..store import audit, coverage, guides, places, standings, watching
from ..store.audit import By
from . import people
from .coverage import find_gaps_at
from .membership import as_held_here, join
from .outcome import Outcome, sort


async def register_companies(tx: Tx, given: Sequence[Company], *, today: date, by: By) -> Outcome:
    """Companies take part, or are not what they were. A company that has a new name has it in its mentors' mail too."""
    known = await places.companies(tx, (one.company_id for one in given))
    given, notes = await as_held_here(tx, given, known)
    found = sort(given, known)
    outcome = found.outcome()
    outcome.notes = notes
    if not found.to_keep:
        return outcome
    other_hosts = [one for one in found.changed if _teaches_other(known[one.company_id], one)]
    if other_hosts:
        await coverage.lock(tx, alone=True)
    await places.keep_companies(tx, found.to_keep)
    await join(tx, found.to_keep, by=by)
    for company in found.to_keep:
        before = known.get(company.company_id)
        await people.tell(tx, before.contacts() if before else [], company.contacts())
    renamed = {one.company_id: one.name for one in found.changed if known[one.company_id].name != one.name}
    for company_id, mentors in (await guides.lock_mentors_of(tx, renamed)).items():
        for mentor in mentors:
            await people.tell(tx, mentor.contacts(known[company_id].name), mentor.contacts(renamed[company_id]))
    for company in found.new:
        await outbox.put(
            tx,
            CompanyRegistered(
                company_id=company.company_id,
                equipment=company.equipment,
                places=company.places,
                member_since=company.member_since,
                accredited_until=company.accredited_until,
            ),
        )
    other_machines = [one for one in found.changed if known[one.company_id].equipment != one.equipment]
    for company in other_machines:
        await outbox.put(tx, CompanyEquipmentChanged(company_id=company.company_id, equipment=company.equipment))
    await audit.note(
        tx,
        by,
        [(f"company/{one.company_id}", "registered") for one in found.new]
        + [(f"company/{one.company_id}", "changed") for one in found.changed],
    )
    await find_gaps_at(tx, [Place("company", one.company_id) for one in other_hosts], today=today, by=by)
    return outcome


def _teaches_other(before: Company, now: Company) -> bool:
    return (before.equipment, before.accredited_until) != (now.equipment, now.accredited_until)


async def enter_schools(tx: Tx, given: Sequence[School], *, today: date, by: By) -> Outcome:
    """Schools, whose names those who write to people need to know."""
    known = await places.schools(tx, (one.school_id for one in given))
    found = sort(given, known)
    other_hosts = [one for one in found.changed if known[one.school_id].equipment != one.equipment]
    if other_hosts:
        await coverage.lock(tx, alone=True)
    if found.to_keep:
        await places.keep_schools(tx, found.to_keep)
    for school in found.to_keep:
        before = known.get(school.school_id)
        if before is None or before.name != school.name:
            await outbox.put(tx, PersonDetailsChanged(person=f"school/{school.school_id}", name=school.name))
    await _note(tx, by, "school", [one.id for one in found.new], [one.id for one in found.changed])
    await find_gaps_at(tx, [Place("school", one.school_id) for one in other_hosts], today=today, by=by)
    return found.outcome()


async def enter_mentors(tx: Tx, given: Sequence[Mentor], *, by: By) -> Outcome:
    """Mentors of companies that are known."""
    known = await guides.mentors(tx, (one.mentor_id for one in given))
    names = await places.names(tx, "company", (one.company_id for one in [*given, *known.values()]))
    found = sort(
        given,
        known,
        {one.id: unknown("company_id", one.company_id) for one in given if one.company_id not in names},
    )
    if found.to_keep:
        await guides.keep_mentors(tx, found.to_keep)
        await standings.keep_imported(tx, (one.mentor_id for one in found.to_keep))
    if found.changed:
        await watching.look_soon(tx, await standings.trainees_of(tx, (one.mentor_id for one in found.changed)))
    for mentor in found.to_keep:
        before = known.get(mentor.mentor_id)
        await people.tell(
            tx, before.contacts(names[before.company_id]) if before else [], mentor.contacts(names[mentor.company_id])
        )
    await _note(tx, by, "mentor", [one.id for one in found.new], [one.id for one in found.changed])
    return found.outcome()


async def enter_instructors(tx: Tx, given: Sequence[Instructor], *, by: By) -> Outcome:
    """Instructors of schools that are known."""
    known = await guides.instructors(tx, (one.instructor_id for one in given))
    names = await places.names(tx, "school", (one.school_id for one in [*given, *known.values()]))
    found = sort(
        given,
        known,
        {one.id: unknown("school_id", one.school_id) for one in given if one.school_id not in names},
    )
    if found.to_keep:
        await guides.keep_instructors(tx, found.to_keep)
    for instructor in found.to_keep:
        before = known.get(instructor.instructor_id)
        await people.tell(
            tx,
            before.contacts(names[before.school_id]) if before else [],
            instructor.contacts(names[instructor.school_id]),
        )
    await _note(tx, by, "instructor", [one.id for one in found.new], [one.id for one in found.changed])
    return found.outcome()


async def _note(tx: Tx, by: By, kind: str, new: Sequence[str], changed: Sequence[str]) -> None:
    await audit.note(
        tx, by, [(f"{kind}/{key}", "entered") for key in new] + [(f"{kind}/{key}", "changed") for key in changed]
    )
