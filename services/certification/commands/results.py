"""Exam results are entered: new ones, corrections, and those of trainees whose enrolment has not arrived."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shared.bus import outbox
from shared.db import Tx
from shared.events.base import Event
from shared.events.certification import ExamFailed, ExamPassed, ExamResultRecorded

from ..domain.candidates import Candidate
from ..domain.results import Entry, Result, Results, ResultState, belongs_elsewhere, unknown_exam
from ..domain.rules import Refused
from ..store import audit, candidates, results, schemes
from ..store.audit import By
from .conflicts import tell_conflicts


@dataclass(slots=True)
class Entered:
    """What became of a set of entries; ``refused`` names them by their place in it."""

    new: list[Result] = field(default_factory=list)
    corrected: list[Result] = field(default_factory=list)
    unchanged: int = 0
    refused: dict[int, Refused] = field(default_factory=dict)

    @property
    def kept(self) -> list[Result]:
        return self.new + self.corrected


async def record_results(tx: Tx, entries: Sequence[Entry], *, now: datetime, by: By) -> Entered:
    """Enters results in the order given, whatever their number in a handful of statements.

    Rules refuse entries one by one; what is left is kept and told. It is the caller who rolls back when one refusal
    should keep all of them out.
    """
    entered = Entered()
    accepted = await _of_known_exams(tx, entries, entered)
    if not accepted:
        return entered
    known = await candidates.lock_or_add(tx, {entry.trainee_id for _, entry in accepted}, now=now)
    sheets = await sheets_of(tx, list(known.values()))
    owners = await results.by_id(tx, [entry.result_id for _, entry in accepted])
    for place, entry in accepted:
        try:
            owner = owners.get(entry.result_id)
            if owner is not None and owner.entry.trainee_id != entry.trainee_id:
                raise belongs_elsewhere(entry, owner.entry)
            result = sheets[entry.trainee_id].take(entry)
        except Refused as refusal:
            entered.refused[place] = refusal
            continue
        if result is None:
            entered.unchanged += 1
        else:
            (entered.corrected if result.corrects else entered.new).append(result)
            owners[entry.result_id] = result
    if entered.kept:
        await results.add(tx, entered.kept, recorded_at=now, recorded_by=by.actor)
        await audit.note(tx, [(by, f"trainee/{one.entry.trainee_id}", _change(one)) for one in entered.kept])
        await outbox.put(tx, *(event for one in entered.kept for event in told(one, sheets[one.entry.trainee_id])))
        await _tell_examined_by_own(tx, entered.kept, known, now=now)
    return entered


async def settle_results(
    tx: Tx, admitted: Sequence[Candidate], *, causes: Mapping[str, Event | None], now: datetime
) -> None:
    """The enrolment of these candidates arrived: their results that waited now count, or are refused by name."""
    sheets = await sheets_of(tx, admitted)
    settled = [(one, sheet) for sheet in sheets.values() for one in sheet.settle()]
    if not settled:
        return
    await results.settle(tx, [one for one, _ in settled])
    changes = []
    for one, sheet in settled:
        cause = causes[one.entry.trainee_id]
        heard = cause.envelope.id if cause is not None and cause.was_heard else None
        changes.append((By("rules", heard), f"trainee/{one.entry.trainee_id}", _change(one)))
        await outbox.put(tx, *told(one, sheet), cause=cause)
    await audit.note(tx, changes)
    by_trainee = {one.trainee_id: one for one in admitted}
    await _tell_examined_by_own(tx, [one for one, _ in settled], by_trainee, now=now)


async def _tell_examined_by_own(
    tx: Tx, kept: Sequence[Result], known: Mapping[str, Candidate], *, now: datetime
) -> None:
    """The examiner has the key of the candidate's own instructor or mentor: seen at once, from what is in memory."""
    found = []
    for one in kept:
        admission = known[one.entry.trainee_id].admission
        if admission is None:
            continue
        for kind, key in (("instructor", admission.instructor_id), ("mentor", admission.mentor_id)):
            if one.entry.examiner == key:
                found.append((one.entry.trainee_id, "examiner", f"examiner/{key}", f"{kind}/{key}"))
    await tell_conflicts(tx, found, now=now)


async def _of_known_exams(tx: Tx, entries: Sequence[Entry], entered: Entered) -> list[tuple[int, Entry]]:
    """Entries for an exam of some scheme: a trainee may be not known yet, an exam is always known before."""
    exams = {code for version in (await schemes.all_versions(tx)).values() for code in version.scheme.exams}
    accepted = []
    for place, entry in enumerate(entries):
        if entry.exam in exams:
            accepted.append((place, entry))
        else:
            entered.refused[place] = unknown_exam(entry.exam, exams)
    return accepted


async def sheets_of(tx: Tx, some: Sequence[Candidate]) -> dict[str, Results]:
    versions = await schemes.versions(tx, {one.version_key for one in some if one.version_key})
    standing = await results.current(tx, [one.trainee_id for one in some])
    return {
        one.trainee_id: Results(
            versions[one.version_key].scheme if one.version_key else None, standing.get(one.trainee_id, ())
        )
        for one in some
    }


def told(result: Result, sheet: Results) -> Iterable[Event]:
    """What is told of a result: nothing while it waits or when it was refused."""
    if result.state is not ResultState.COUNTED or sheet.scheme is None:
        return
    entry = result.entry
    common = {
        "result_id": entry.result_id,
        "trainee_id": entry.trainee_id,
        "exam": entry.exam,
        "attempt": entry.attempt,
        "taken_on": entry.taken_on,
        "score": float(entry.score),
        "scheme": sheet.scheme.scheme,
    }
    yield ExamResultRecorded(
        **common,
        knocked_out=entry.knocked_out,
        passed=bool(result.passed),
        revision=result.revision,
        corrects=result.corrects,
    )
    if result.passed:
        yield ExamPassed(**common)
    else:
        yield ExamFailed(**common, knocked_out=entry.knocked_out, resits_left=sheet.attempts_left(entry.exam))


def _change(result: Result) -> str:
    entry = result.entry
    what = f"{entry.exam} attempt {entry.attempt} {result.state} as {entry.result_id}/{result.revision}"
    return f"{what}, corrects {result.corrects}" if result.corrects else what
