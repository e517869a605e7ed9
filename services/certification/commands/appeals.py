"""Appeals: lodged by the holder, decided by somebody who had no part before, and what follows from being right."""

import secrets
from datetime import date, datetime
from typing import Any

from shared.bus import outbox
from shared.db import Tx
from shared.events.certification import AppealDecided, AppealLodged, CertificateCheckCodeMade, CertificateIssued
from shared.ids import new_id

from ..domain.appeals import (
    PART_OF_TIE,
    AppealDecidedAlready,
    AppealedAlready,
    AppealNotKnown,
    HadAPart,
    NothingToAppealAgainst,
    check_uninvolved,
    is_late,
)
from ..domain.canonical import fingerprint
from ..domain.certificates import Certificate, Status
from ..domain.life import APPEALABLE, Kind, Standing
from ..domain.life_rules import CertificateNotKnown, ReasonNotGiven
from ..domain.numbers import certificate_number, new_check_code
from ..queries import life as history
from ..store import appeals, audit, certificates, deciding, life, schemes
from ..store.appeals import Appeal
from ..store.audit import By
from . import refusal_appeals
from .life import Asked, norms_in_force, take


async def lodge(
    tx: Tx,
    number: str,
    *,
    grounds: str,
    step: int | None,
    lodged_by: str | None,
    late_reason: str,
    now: datetime,
    today: date,
    by: By,
) -> Appeal:
    """Against a step (the last one that can be appealed against), within its term or with a reason why not."""
    if not grounds.strip():
        raise ReasonNotGiven()
    standing = await life.lock(tx, number)
    if standing is None:
        raise CertificateNotKnown(number)
    steps = await history.history(tx, number)
    against = [one for one in steps if one["kind"] in APPEALABLE and step in (None, one["position"])]
    if not against:
        raise NothingToAppealAgainst(number)
    last = against[-1]
    late = is_late(Kind(last["kind"]), last["appeal_until"], today=today, late_reason=late_reason)
    dossier = await appeals.dossier(tx, number)
    norms = norms_in_force((await schemes.all_versions(tx)).values(), standing.scheme, today)
    appeal = Appeal(
        new_id(),
        number,
        last["position"],
        last["kind"],
        lodged_by or f"trainee/{standing.trainee_id}",
        today,
        late,
        dossier,
        fingerprint(dossier),
        decide_by=refusal_appeals.last_day(norms, today),
    )
    if not await appeals.add(
        tx, appeal, grounds=grounds.strip(), late_reason=late_reason.strip(), entered_by=by.actor, now=now
    ):
        raise AppealedAlready()
    await audit.note(tx, [(by, f"trainee/{standing.trainee_id}", f"appeal lodged {number} {appeal.appeal_id}")])
    event = AppealLodged(
        appeal_id=appeal.appeal_id,
        number=number,
        trainee_id=standing.trainee_id,
        scheme=standing.scheme,
        against=appeal.against,
        step=last["position"],
        lodged_on=today,
        late=late,
        dossier_sha256=appeal.dossier_sha256,
    )
    await outbox.put(tx, event)
    return appeal


async def decide(
    tx: Tx, appeal_id: str, *, upheld: bool, words: str, now: datetime, today: date, by: By
) -> tuple[Appeal, str | None]:
    """The appeal and the number of the new certificate, where a withdrawal did not stand. Against a refusal: the
    decision is opened anew when it is upheld."""
    if not words.strip():
        raise ReasonNotGiven()
    appeal = await appeals.lock(tx, appeal_id)
    if appeal is None:
        raise AppealNotKnown(appeal_id)
    if await appeals.is_decided(tx, appeal_id):
        raise AppealDecidedAlready()
    about = await appeals.trainee(tx, appeal_id)
    check_uninvolved(by.actor, await appeals.had_part(tx, appeal_id))
    for tie in await deciding.ties(tx, by.actor, about["trainee_id"]):
        raise HadAPart(by.actor, PART_OF_TIE.get(tie.partition("/")[0], "decided"))
    outcome = "upheld" if upheld else "dismissed"
    if appeal.number is None:
        await appeals.decide(
            tx, appeal_id, outcome=outcome, by=by.actor, on=today, now=now, words=words.strip(), new_number=None
        )
        await refusal_appeals.settle(tx, appeal, about, outcome=outcome, now=now, today=today, by=by)
        return appeal, None
    standing = await life.lock(tx, appeal.number)
    if standing is None:
        raise CertificateNotKnown(appeal.number)
    new_number = await _follows(tx, standing, appeal, words, now=now, today=today, by=by) if upheld else None
    await appeals.decide(
        tx, appeal_id, outcome=outcome, by=by.actor, on=today, now=now, words=words.strip(), new_number=new_number
    )
    await audit.note(tx, [(by, f"trainee/{standing.trainee_id}", f"appeal {outcome} {appeal.number} {appeal_id}")])
    event = AppealDecided(
        appeal_id=appeal_id,
        number=appeal.number,
        trainee_id=standing.trainee_id,
        scheme=standing.scheme,
        against=appeal.against,
        outcome=outcome,
        decided_on=today,
        new_number=new_number,
    )
    await outbox.put(tx, event)
    return appeal, new_number


async def _follows(
    tx: Tx, standing: Standing, appeal: Appeal, words: str, *, now: datetime, today: date, by: By
) -> str | None:
    """A suspension ends; a correction or smaller scope is undone in a new version, unless something came after it; a
    withdrawal stays in the history, and a new certificate takes its place."""
    match Kind(appeal.against):
        case Kind.SUSPENDED if standing.state is Status.SUSPENDED:
            asked = Asked(Kind.REINSTATED, "appeal_upheld", words)
            await take(tx, standing, asked, now=now, today=today, by=by)
        case Kind.CORRECTED | Kind.SCOPE_REDUCED if standing.steps == appeal.step:
            before = await life.document_before(tx, standing.number, standing.version)
            changes: dict[str, Any] = {name: before.get(name) for name in ("holder", "programme", "level", "eqf")}
            changes["scope"] = before.get("scope", [])
            asked = Asked(Kind.CORRECTED, "appeal_upheld", words, changes=changes)
            await take(tx, standing, asked, now=now, today=today, by=by)
        case Kind.WITHDRAWN:
            return await _issue_again(tx, standing, now=now, today=today, by=by)
    return None


async def _issue_again(tx: Tx, standing: Standing, *, now: datetime, today: date, by: By) -> str:
    """A new certificate on the same decision, with the same last day and a number of its own."""
    key = (standing.scheme, standing.scheme_version)
    version = (await schemes.versions(tx, [key]))[key]
    serial = await certificates.take_serials(tx, standing.scheme, today.year, 1)
    number = certificate_number(version.scheme.number_format, year=today.year, serial=serial)
    certificate_id = new_id()
    kept = {name: value for name, value in standing.document.items() if name not in ("version", "replaces")}
    document = {**kept, "certificate_id": certificate_id, "number": number, "issued_on": today.isoformat()}
    issued = Certificate(
        certificate_id,
        number,
        standing.scheme,
        standing.scheme_version,
        today.year,
        serial,
        standing.trainee_id,
        document["holder"],
        document["programme"],
        document["decision_id"],
        today,
        standing.valid_until,
        new_check_code(secrets.choice),
        document,
        fingerprint(document),
    )
    await certificates.add(tx, [issued], issued_at=now, replaces=standing.number)
    await audit.note(tx, [(by, f"trainee/{standing.trainee_id}", f"issued {number}")])
    code = CertificateCheckCodeMade(
        certificate_id=certificate_id,
        number=number,
        trainee_id=issued.trainee_id,
        check_code=issued.check_code,
        scheme=issued.scheme,
    )
    told = CertificateIssued(
        certificate_id=certificate_id,
        number=number,
        trainee_id=issued.trainee_id,
        scheme=issued.scheme,
        scheme_version=issued.scheme_version,
        programme=issued.programme,
        decision_id=issued.decision_id,
        issued_on=today,
        valid_until=issued.valid_until,
    )
    await outbox.put(tx, code, told)
    return number
