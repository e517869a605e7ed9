"""Evidence from the training arrives: it is kept, and whoever needs it is put beside the rules again."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from decimal import Decimal

from shared.db import Tx

from ..store import candidates, facts, schemes
from .candidates import Causes, assess_candidates


async def note_signed_off(
    tx: Tx, signed: Sequence[tuple[str, str, date]], *, causes: Causes, now: datetime, today: date
) -> None:
    """``signed``: trainee, target, day."""
    news = await facts.add_signed_off(tx, signed)
    await _assess(tx, news, "targets_signed_off", causes=causes, now=now, today=today)


async def note_attendance(
    tx: Tx, measured: Sequence[tuple[str, date, Decimal, Decimal]], *, causes: Causes, now: datetime, today: date
) -> None:
    """``measured``: trainee, up to which day, expected and attended school days."""
    news = await facts.add_attendance(tx, measured)
    await _assess(tx, news, "school_attendance", causes=causes, now=now, today=today)


async def note_placements(
    tx: Tx, placements: Sequence[tuple[str, str, str, str, date]], *, causes: Causes, now: datetime, today: date
) -> None:
    """``placements``: placement, trainee, company, mentor, first day. Candidates are locked first, so that no decision
    is taken while it becomes known who trained."""
    await candidates.lock(tx, {trainee_id for _, trainee_id, _, _, _ in placements})
    news = await facts.add_placements(tx, placements)
    await _assess(tx, news, "practice_months", causes=causes, now=now, today=today)


async def note_elsewhere(
    tx: Tx,
    gained: Sequence[tuple[str, str, date, date]],
    *,
    withdrawn: bool,
    causes: Causes,
    now: datetime,
    today: date,
) -> None:
    """``gained``: practice, trainee, first and last day; or withdrawn, because it was not so."""
    news = await facts.add_elsewhere(tx, gained, withdrawn=withdrawn)
    await _assess(tx, news, "practice_months", causes=causes, now=now, today=today)


async def note_trainers(tx: Tx, trained: Sequence[tuple[str, str, str, date]]) -> None:
    """``trained``: trainee, role, key, since. Candidates are locked first, as above."""
    await candidates.lock(tx, {trainee_id for trainee_id, _, _, _ in trained})
    await facts.add_trainers(tx, trained)


async def note_ends(tx: Tx, ended: Sequence[tuple[str, str, str, str, date]]) -> None:
    """``ended``: placement, trainee, company, mentor, last day."""
    await note_trainers(
        tx,
        [
            (trainee, role, key, day)
            for _, trainee, company, mentor, day in ended
            for role, key in (("company", company), ("mentor", mentor))
        ],
    )
    await facts.end_placements(tx, [(placement, day) for placement, _, _, _, day in ended])


async def count_practice(tx: Tx, *, now: datetime, today: date) -> int:
    """A day went by: whoever waits only for months of practice may have them now. Gives how many were looked at."""
    waiting = await facts.practising(tx)
    await assess_candidates(tx, dict.fromkeys(waiting), now=now, today=today)
    return len(waiting)


async def _assess(
    tx: Tx, trainee_ids: Collection[str], rule: str, *, causes: Causes, now: datetime, today: date
) -> None:
    """Only under a scheme version with this rule: elsewhere the fact changes nothing and nobody is locked for it."""
    if not trainee_ids:
        return
    under = await facts.undecided(tx, trainee_ids)
    versions = await schemes.versions(tx, set(under.values())) if under else {}
    concerned = {id: causes[id] for id, key in under.items() if rule in versions[key].scheme.rules()}
    if concerned:
        await assess_candidates(tx, concerned, now=now, today=today)
