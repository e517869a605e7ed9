"""Training agreements go out for signature, are signed by link or on paper, are completed, and are asked for again."""

from collections.abc import Iterable
from datetime import date

from services.enrollment import action_links
from shared.bus import outbox
from shared.db import Tx
from shared.events.enrollment import AgreementCompleted, AgreementSent, AgreementSigned

from ..domain import agreements as rules
from ..domain.agreements import Agreement, State
from ..domain.endings import check_day
from ..domain.placements import Placement
from ..domain.rules import unknown
from ..domain.signals import Kind
from ..store import agreements, audit, coverage, enrolments, signals
from ..store.audit import By

SIGN = "agreement-sign"
"""The purpose of the link by which a party signs."""


async def send_agreement(tx: Tx, trainee_id: str, *, today: date, by: By) -> bool:
    """Makes the sheet of a trainee's placement as it is now, and asks its parties to sign.

    Nobody is asked when the parties of a complete sheet stay the same: the new one is an amendment of it. False when
    the newest sheet says the same.
    """
    found = await enrolments.enrolments(tx, [trainee_id])
    if trainee_id not in found:
        raise unknown("trainee_id", trainee_id)
    placement = (await enrolments.standings(tx, [trainee_id]))[trainee_id].placement
    if placement is None:
        raise rules.no_placement(trainee_id)
    one = found[trainee_id]
    parties = rules.parties(one)
    content = rules.agreed(one, placement.starts_on, placement.ends_on)
    known = await agreements.of(tx, trainee_id)
    newest = next((sheet for sheet in known if sheet.state is not State.WITHDRAWN), None)
    if newest and (newest.placement_id, newest.content, newest.parties) == (placement.placement_id, content, parties):
        return False
    await withdraw(tx, [trainee_id], today=today)
    before = next((sheet for sheet in known if sheet.state is State.COMPLETED), None)
    amends = before.agreement_id if before and rules.needs_no_signatures(before, parties) else None
    version = 1 + max((sheet.version for sheet in known if sheet.placement_id == placement.placement_id), default=0)
    sheet = Agreement(
        f"{placement.placement_id}/{version}",
        placement.placement_id,
        trainee_id,
        version,
        content,
        parties,
        State.COMPLETED if amends else State.SENT,
        {},
        amends,
        today if amends else None,
    )
    await agreements.keep(tx, sheet, on=today)
    scheme, _version = await coverage.version_of(tx, trainee_id)
    if amends:
        await audit.note(tx, by, [(f"trainee/{trainee_id}", f"agreement {sheet.agreement_id} amends {amends}")])
        await _completed(tx, sheet, placement, scheme, today)
        return True
    await audit.note(tx, by, [(f"trainee/{trainee_id}", f"agreement {sheet.agreement_id} sent")])
    await outbox.put(
        tx,
        AgreementSent(
            agreement_id=sheet.agreement_id,
            placement_id=sheet.placement_id,
            trainee_id=trainee_id,
            company_id=one.company_id,
            version=version,
            parties=_kinds(parties),
            sent_on=today,
            scheme=scheme,
        ),
    )
    await _ask(tx, sheet, today=today, by=by)
    return True


async def _ask(tx: Tx, sheet: Agreement, *, today: date, by: By) -> None:
    for party in sheet.missing:
        await action_links.make(
            tx,
            purpose=SIGN,
            about=f"trainee/{sheet.trainee_id}",
            person=party,
            today=today,
            by=by,
            place=f"company/{sheet.content['company_id']}",
        )


async def sign_by_link(tx: Tx, secret: str, *, today: date) -> Agreement:
    """Who holds the link signs; the link is used up. Raises when there is nothing to sign any more."""
    action = await action_links.consume(tx, SIGN, secret, today)
    by = By(action.person, "link")
    await _sign(tx, action.key, action.person, on=today, how="link", today=today, by=by)
    return (await agreements.of(tx, action.key))[0]


async def sign_on_paper(tx: Tx, trainee_id: str, party: str, *, on: date, today: date, by: By) -> bool:
    """The office records a signature on paper. False when that party had signed already."""
    return await _sign(tx, trainee_id, party, on=on, how="paper", today=today, by=by)


async def _sign(tx: Tx, trainee_id: str, party: str, *, on: date, how: str, today: date, by: By) -> bool:
    found = await enrolments.enrolments(tx, [trainee_id])
    if trainee_id not in found:
        raise unknown("trainee_id", trainee_id)
    known = await agreements.of(tx, trainee_id)
    newest = next((sheet for sheet in known if sheet.state is not State.WITHDRAWN), None)
    if newest is not None and party in newest.signed:
        return False
    sheet = rules.check_party(newest, trainee_id, party).signed_by(party, on)
    check_day(on, field="signed_on", starts_on=date.min, today=today)
    await agreements.sign(tx, sheet.agreement_id, party, on, how)
    await action_links.withdraw_of(tx, SIGN, f"trainee/{trainee_id}", party, today)
    await audit.note(tx, by, [(f"trainee/{trainee_id}", f"agreement {sheet.agreement_id} signed by {party}")])
    scheme, _version = await coverage.version_of(tx, trainee_id)
    missing = sheet.missing
    await outbox.put(
        tx,
        AgreementSigned(
            agreement_id=sheet.agreement_id,
            trainee_id=trainee_id,
            party=_kinds([party])[0],
            missing=_kinds(missing),
            signed_on=on,
            scheme=scheme,
        ),
    )
    if not missing:
        await agreements.complete(tx, sheet.agreement_id, on)
        placement = (await enrolments.standings(tx, [trainee_id]))[trainee_id].placement
        await _completed(tx, sheet, placement, scheme, on)
    return True


async def _completed(tx: Tx, sheet: Agreement, placement: Placement | None, scheme: str, on: date) -> None:
    if placement is not None and placement.placement_id == sheet.placement_id:
        await agreements.mark_signed(tx, placement.placement_id)
    await signals.set_found(tx, Kind.AGREEMENT, [sheet.trainee_id], {}, on=on)
    await outbox.put(
        tx,
        AgreementCompleted(
            agreement_id=sheet.agreement_id,
            placement_id=sheet.placement_id,
            trainee_id=sheet.trainee_id,
            company_id=str(sheet.content["company_id"]),
            version=sheet.version,
            amends_id=sheet.amends,
            completed_on=on,
            scheme=scheme,
        ),
    )


async def withdraw(tx: Tx, trainees: Iterable[str], *, today: date) -> None:
    """What waits for signatures is about a placement or a content that no longer is."""
    for key in await agreements.withdraw(tx, trainees):
        await action_links.withdraw(tx, SIGN, f"trainee/{key}", today)


async def amend(tx: Tx, trainees: Iterable[str], *, today: date, by: By) -> None:
    """Something that was agreed has changed: who has a complete agreement gets the next sheet."""
    for key in sorted(set(trainees)):
        if any(sheet.state is State.COMPLETED for sheet in await agreements.of(tx, key)):
            await send_agreement(tx, key, today=today, by=by)


async def follow_agreements(tx: Tx, *, today: date, by: By) -> int:
    """Once a day: sheets go out where the scheme asks for them, parties are asked again, and what is late is seen."""
    if not await agreements.new_day(tx, today):
        return 0
    done = 0
    lacking = await agreements.lacking(tx)
    for one in lacking:
        if not one.sent and not (one.begun and one.rule.late(one.starts_on, today)):
            done += await send_agreement(tx, one.trainee_id, today=today, by=by)
    if done:
        lacking = await agreements.lacking(tx)
    for sheet in await agreements.to_remind(tx, today):
        await _ask(tx, sheet, today=today, by=by)
        done += 1
    late = {
        (one.trainee_id, ""): {"since": one.starts_on.isoformat(), "missing": _kinds(one.missing)}
        for one in lacking
        if one.rule.late(one.starts_on, today)
    }
    seen = {key for key, _about in late} | set(await agreements.with_signal(tx))
    if seen:
        await signals.set_found(tx, Kind.AGREEMENT, seen, late, on=today)
    return done


async def check_may_begin(tx: Tx, trainee_id: str) -> None:
    """Raises ``NoStartWithoutAgreement`` when the placement that waits may not begin."""
    placement = (await enrolments.standings(tx, [trainee_id]))[trainee_id].placement
    here = [
        sheet
        for sheet in await agreements.of(tx, trainee_id)
        if placement is not None and sheet.placement_id == placement.placement_id
    ]
    waiting = next((sheet for sheet in here if sheet.state is State.SENT), None)
    rules.check_start(
        trainee_id,
        await agreements.rule_of(tx, trainee_id),
        any(sheet.state is State.COMPLETED for sheet in here),
        waiting.missing if waiting else [],
    )


def _kinds(parties: Iterable[str]) -> tuple[str, ...]:
    """Who, by kind only: ``instructor/I1`` signs as the school."""
    return tuple("school" if kind == "instructor" else kind for kind in (one.partition("/")[0] for one in parties))
