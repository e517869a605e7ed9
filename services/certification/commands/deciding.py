"""Deciders decide: they are named with their ties, get candidates assigned, grant or refuse. Conflicts are told."""

from collections.abc import Collection
from datetime import date, datetime

from shared.bus import outbox
from shared.db import Tx
from shared.events.certification import CertificationRefused
from shared.ids import new_id

from ..domain import deciding as rules
from ..domain.candidates import State
from ..domain.deciding import CandidateNotKnown, DeciderInvolved, NotOnesOwn, NoUninvolvedDecider
from ..domain.decisions import NotYet, dossier_hash
from ..store import audit, candidates
from ..store import deciding as store
from ..store.audit import By
from .candidates import Case, cases_of, issue_decided
from .conflicts import tell_conflicts


async def grant(tx: Tx, trainee_id: str, *, now: datetime, today: date, by: By) -> str:
    """A decider grants the certificate: decision and certificate at once; its number.

    Raises the rule that forbids it: involved deciders are refused by the database itself.
    """
    case = await _locked(tx, trainee_id, today=today)
    rules.may_be_granted(case.candidate, case.version.scheme, case.decision)
    await _take(tx, trainee_id, by, now=now)
    decision_id = new_id()
    await store.add_decision(
        tx,
        store.Made(
            decision_id, case.version, case.dossier, "granted", case.granted.evidence, case.granted.dossier_sha256,
            today, now, by.actor,
        ),
    )  # fmt: skip
    (number,) = await issue_decided(tx, [(decision_id, case)], causes={trainee_id: None}, now=now, today=today)
    await candidates.save(tx, [case.candidate.granted()], now=now)
    await store.end_assignment(tx, trainee_id, "decided", now=now)
    subject = f"trainee/{trainee_id}"
    await audit.note(tx, [(by, subject, State.GRANTED), (by, subject, f"issued {number}")])
    return number


async def refuse(
    tx: Tx, trainee_id: str, reason: str, explanation: str, *, now: datetime, today: date, by: By
) -> date | None:
    """A decider refuses the certificate; gives the last day of the appeal term. It goes for every scheme: rules grant,
    and only a person refuses."""
    case = await _locked(tx, trainee_id, today=today)
    rules.may_be_refused(case.candidate, explanation)
    await _take(tx, trainee_id, by, now=now)
    decision_id, until = new_id(), rules.appeal_until(case.version.scheme, today)
    evidence = tuple(id for finding in case.decision.findings for id in finding.evidence)
    await store.add_decision(
        tx,
        store.Made(
            decision_id, case.version, case.dossier, "refused", evidence, dossier_hash(case.version, case.dossier),
            today, now, by.actor, reason, explanation.strip(), until,
        ),
    )  # fmt: skip
    await candidates.save(tx, [case.candidate.refused()], now=now)
    await store.end_assignment(tx, trainee_id, "decided", now=now)
    await audit.note(tx, [(by, f"trainee/{trainee_id}", State.REFUSED)])
    await outbox.put(
        tx,
        CertificationRefused(
            decision_id=decision_id,
            trainee_id=trainee_id,
            scheme=case.version.scheme.scheme,
            scheme_version=case.version.scheme.version,
            reason=reason,
            missing=case.decision.missing if isinstance(case.decision, NotYet) else (),
            decided_on=today,
            appeal_until=until,
        ),
    )
    return until


async def assign(tx: Tx, trainee_id: str, person: str | None, *, now: datetime, today: date, by: By) -> str:
    """Gives the candidate to a decider, or from one to another; without a name to the least busy who is uninvolved.
    Gives who it is. Asking for who has it already changes nothing."""
    case = await _locked(tx, trainee_id, today=today)
    rules.may_be_assigned(case.candidate)
    before = await store.assignee(tx, trainee_id)
    if person is None:
        free = await store.uninvolved(tx, trainee_id)
        if not free:
            raise NoUninvolvedDecider(
                "elke beslisser is bij deze kandidaat betrokken",
                "every decider is involved with this candidate",
                field="decider",
                allowed=("wijs eerst een andere beslisser aan", "name another decider first"),
            )
        person = before if before in free else free[0]
    if person == before:
        return person
    await store.end_assignment(tx, trainee_id, "reassigned", now=now)
    await store.assign(tx, trainee_id, person, now=now, by=by.actor)
    await audit.note(tx, [(by, f"trainee/{trainee_id}", f"assigned {person}")])
    return person


async def name_decider(
    tx: Tx, person: str, ties: Collection[tuple[str, str]], *, active: bool, now: datetime, today: date, by: By
) -> None:
    """Names who may decide, with the companies, schools and codes that he or she is tied to. What this brings to light
    about exams that were taken is told."""
    if person == by.actor:
        raise NotOnesOwn(
            "niemand wijst zichzelf aan of noteert de eigen banden",
            "nobody names himself or herself, or notes his or her own ties",
            field="person",
            value=person,
            allowed=("een ander van het bureau", "somebody else of the office"),
        )
    await store.note_decider(tx, person, active=active, today=today, by=by.actor)
    await store.note_ties(tx, person, ties, today=today, by=by.actor)
    listed = " ".join(sorted(f"{kind}/{key}" for kind, key in ties))
    await audit.note(tx, [(by, f"decider/{person}", f"{'active' if active else 'ended'} {listed}".strip())])
    await tell_conflicts(tx, await store.examiners_tied(tx, person), now=now)


async def tell_involved(tx: Tx, trainee_id: str, refusal: DeciderInvolved, *, now: datetime) -> None:
    """Somebody who is involved was to decide and was refused. Told once, in a transaction of its own."""
    found = [(trainee_id, "decider", str(refusal.value), tie) for tie in refusal.ties]
    await tell_conflicts(tx, found, now=now)


async def _locked(tx: Tx, trainee_id: str, *, today: date) -> Case:
    known = await candidates.lock(tx, [trainee_id])
    cases = await cases_of(tx, list(known.values()), today=today)
    if not cases:
        raise CandidateNotKnown(
            "deze kandidaat is hier niet bekend",
            "this candidate is not known here",
            field="trainee_id",
            value=trainee_id,
            allowed=("een leerling die is ingeschreven", "a trainee who is enrolled"),
        )
    return cases[0]


async def _take(tx: Tx, trainee_id: str, by: By, *, now: datetime) -> None:
    """The candidate is this decider's to decide on: assigned to him or her before, or to nobody."""
    assigned = await store.assignee(tx, trainee_id)
    if assigned is None:
        await store.assign(tx, trainee_id, by.actor, now=now, by=by.actor)
    elif assigned != by.actor:
        raise rules.assigned_to_another(assigned)
