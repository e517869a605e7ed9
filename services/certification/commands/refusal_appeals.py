"""Appeals against a refusal: there is no certificate and no number, only the decision that refused one."""

from datetime import date, datetime, timedelta

from shared.bus import outbox
from shared.db import Tx
from shared.events.certification import RefusalAppealDecided, RefusalAppealLodged
from shared.ids import new_id

from ..domain.appeals import AppealedAlready, NotRefused, is_late
from ..domain.candidates import State
from ..domain.canonical import fingerprint
from ..domain.life_rules import ReasonNotGiven
from ..domain.schemes import Norms
from ..store import appeals, audit, candidates, schemes
from ..store.appeals import Appeal
from ..store.audit import By
from .candidates import assess_candidates

AGAINST = "refused"


async def lodge_against_refusal(
    tx: Tx,
    trainee_id: str,
    *,
    grounds: str,
    lodged_by: str | None,
    late_reason: str,
    now: datetime,
    today: date,
    by: By,
) -> Appeal:
    """Against the last refusal of this candidate, within the term that it named or with a reason why not. The decision
    with its evidence, rule version and hash is frozen as it is today."""
    if not grounds.strip():
        raise ReasonNotGiven()
    await candidates.lock(tx, [trainee_id])
    refusal = await appeals.last_refusal(tx, trainee_id)
    if refusal is None:
        raise NotRefused(trainee_id)
    late = is_late(None, refusal["appeal_until"], today=today, late_reason=late_reason)
    key = (refusal["scheme"], refusal["scheme_version"])
    version = (await schemes.versions(tx, [key]))[key]
    dossier = await appeals.dossier_of_refusal(tx, refusal["decision_id"])
    appeal = Appeal(
        new_id(),
        None,
        None,
        AGAINST,
        lodged_by or f"trainee/{trainee_id}",
        today,
        late,
        dossier,
        fingerprint(dossier),
        refusal["decision_id"],
        last_day(version.scheme.norms, today),
    )
    entered = {"grounds": grounds.strip(), "late_reason": late_reason.strip(), "entered_by": by.actor}
    if not await appeals.add(tx, appeal, **entered, now=now):
        raise AppealedAlready()
    await audit.note(tx, [(by, f"trainee/{trainee_id}", f"refusal appealed {appeal.appeal_id}")])
    event = RefusalAppealLodged(
        appeal_id=appeal.appeal_id,
        decision_id=refusal["decision_id"],
        trainee_id=trainee_id,
        scheme=refusal["scheme"],
        scheme_version=refusal["scheme_version"],
        lodged_on=today,
        late=late,
        decide_by=appeal.decide_by,
        dossier_sha256=appeal.dossier_sha256,
    )
    await outbox.put(tx, event)
    return appeal


def last_day(norms: Norms | None, today: date) -> date | None:
    """The last day to decide on an appeal that is lodged today; None where the scheme has no term."""
    days = norms.appeal_decision_days if norms else None
    return today + timedelta(days=days) if days else None


async def settle(
    tx: Tx, appeal: Appeal, about: dict[str, str], *, outcome: str, now: datetime, today: date, by: By
) -> None:
    """What follows from the outcome, and what is told. Upheld: the refusal stays in the record and the candidate is put
    beside the rules again; where a person decides, somebody else than who refused does."""
    trainee_id = about["trainee_id"]
    known = await candidates.lock(tx, [trainee_id])
    candidate = known[trainee_id]
    await audit.note(tx, [(by, f"trainee/{trainee_id}", f"refusal appeal {outcome} {appeal.appeal_id}")])
    reopened = outcome == "upheld" and candidate.state is State.REFUSED
    if reopened:
        await candidates.save(tx, [candidate.reopened()], now=now)
    event = RefusalAppealDecided(
        appeal_id=appeal.appeal_id,
        decision_id=appeal.decision_id or "",
        trainee_id=trainee_id,
        scheme=about["scheme"],
        scheme_version=about["scheme_version"],
        outcome=outcome,
        decided_on=today,
        reopened=reopened,
    )
    await outbox.put(tx, event)
    if reopened:
        await assess_candidates(tx, {trainee_id: None}, now=now, today=today)
