"""Companies begin to take part in the mark, and stop; who learns there stays."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from shared.db import Tx

from ..domain import days
from ..domain import membership as rules
from ..domain.companies import Company
from ..domain.endings import check_day
from ..domain.membership import EndReason
from ..domain.rules import unknown
from ..store import audit, coverage, membership, places
from ..store.audit import By
from .outcome import Note


async def begin(tx: Tx, membership_id: str, company_id: str, *, on: date, today: date, by: By) -> bool:
    """A company takes part, or does so again. False when that was recorded already."""
    known = await _known(tx, company_id)
    if any(one.membership_id == membership_id for one in known):
        return False
    check_day(on, field="began_on", starts_on=date.min, today=today)
    await membership.keep(tx, [rules.begin(membership_id, company_id, on, known)], by=by.actor)
    await audit.note(tx, by, [(f"company/{company_id}", f"member since {on}")])
    return True


async def end(tx: Tx, company_id: str, reason: EndReason, *, on: date, by: By) -> bool:
    """A company stops after this day, which may be still to come. False when that was recorded already."""
    await coverage.lock(tx, alone=True)
    known = await _known(tx, company_id)
    if known and (known[0].ended_on, known[0].reason) == (on, reason):
        return False
    now = rules.current(known)
    if now is None:
        raise rules.not_a_member(company_id)
    await membership.keep(tx, [now.ended(reason, on)], by=by.actor)
    await audit.note(tx, by, [(f"company/{company_id}", f"member until {on}: {reason}")])
    return True


async def _known(tx: Tx, company_id: str) -> list[rules.Membership]:
    if company_id not in await places.names(tx, "company", [company_id]):
        raise unknown("company_id", company_id)
    return await membership.of(tx, company_id)


async def as_held_here(
    tx: Tx, given: Sequence[Company], known: Mapping[str, Company]
) -> tuple[list[Company], dict[str, list[Note]]]:
    """The companies of a file with what was recorded here since in its place: the file is the older of the two.

    An accreditation that was granted or withdrawn here, and a membership that was ended here, stand; the summary of the
    import says so for each value that was not taken.
    """
    here = await membership.accredited_here(tx, known)
    members = await membership.of_all(tx, known)
    kept: list[Company] = []
    notes: dict[str, list[Note]] = {}
    for one in given:
        before = known.get(one.company_id)
        now = one
        if before is not None and one.company_id in here and one.accredited_until != before.accredited_until:
            notes.setdefault(one.id, []).append(_accredited(one, before))
            now = replace(now, accredited_until=before.accredited_until)
        own = members.get(one.company_id, [])
        ruled_here = len(own) > 1 or any(part.ended_on for part in own)
        if before is not None and own and (ruled_here or one.member_since is None):
            if one.member_since not in (None, before.member_since):
                notes.setdefault(one.id, []).append(_member(one, before))
            now = replace(now, member_since=before.member_since)
        kept.append(now)
    return kept, notes


async def join(tx: Tx, companies: Sequence[Company], *, by: By) -> None:
    """Companies that a file says have joined, or joined on another day than was thought."""
    known = await membership.of_all(tx, (one.company_id for one in companies))
    found = [membership.from_file(one, known.get(one.company_id, [])) for one in companies]
    changed = [one for one in found if one is not None and [one] != known.get(one.company_id)]
    if changed:
        await membership.keep(tx, changed, by=by.actor)


def _accredited(given: Company, before: Company) -> Note:
    until = before.accredited_until
    return Note(
        "accredited_until",
        given.accredited_until.isoformat() if given.accredited_until else "",
        f"niet overgenomen: de erkenning is in Keur vastgelegd en geldt tot en met {days.nl(until) if until else ''}",
        f"not taken: the accreditation was recorded in Keur and holds until {days.en(until) if until else ''}",
    )


def _member(given: Company, before: Company) -> Note:
    return Note(
        "member_since",
        given.member_since.isoformat() if given.member_since else "",
        f"niet overgenomen: de deelname is in Keur vastgelegd en begon op {before.member_since}",
        f"not taken: the membership was recorded in Keur and began on {before.member_since}",
    )
