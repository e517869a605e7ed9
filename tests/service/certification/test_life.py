"""The life of a certificate: each step with its decider, its event, its bit and its place in the chain."""

import asyncio
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from services.certification.commands.calendar import follow_calendar
from services.certification.commands.life import Asked, decide_step
from services.certification.credential.keys import make_issuing_key
from services.certification.credential.status_list import is_set
from services.certification.domain.life import MOVES, Kind, Step
from services.certification.domain.rules import Refused
from services.certification.queries import life as queries
from services.certification.store.audit import By
from shared.clock import FixedClock
from shared.events.enrollment import PersonErased
from tests.conftest import Servers
from tests.unit.certification.builders import scheme

from .conftest import OFFICE, SUMMER, Certification, Web, enrolled, named, passes
from .test_verify import behind_its_back

NUMBER = "SM-2026-00001"
API = f"/certification/api/certificates/{NUMBER}"
WITH_TERM = scheme(
    version='version: "2026.2"',
    valid_from="valid_from: 2026-02-01",
    decision_mode="decision_mode: automatic\nnorms: {appeal_days: 42}\n"
    "validity: {years: 3, recertification_window_days: 120, reminders_days: [120, 60, 30, 7]}\n"
    "recertification: {exams: [forging], requires: {practice_months: 18}}",
)


@pytest.fixture(autouse=True)
def issuing_key(tmp_path: Path) -> None:
    make_issuing_key(tmp_path)


async def step(certification: Certification, kind: Kind, reason: str = "other", **more: Any) -> Step:
    now = more.pop("now", SUMMER)
    by = more.pop("by", OFFICE)
    async with certification.db.transaction() as tx:
        asked = Asked(kind, reason, more.pop("words", "seen at the visit of 1 July"), **more)
        return await decide_step(tx, NUMBER, asked, now=now, today=now.date(), by=by)


async def certified(certification: Certification) -> None:
    """T1 holds a certificate of three years, under a scheme with a term of appeal."""
    await certification.publish(WITH_TERM)
    await certification.hear(enrolled(scheme_version="2026.2"), named())
    await certification.enter(*passes())
    await certification.hears_itself()


async def calendar(certification: Certification, on: date) -> list[str]:
    """Follows the calendar up to a day; gives the facts that it told."""
    before = len(await certification.told())
    steps = 1
    while steps:
        async with certification.db.transaction() as tx:
            now = datetime.combine(on, SUMMER.timetz())
            steps = await follow_calendar(tx, today=on, now=now, by=By("schedule"))
    told = await certification.told()
    return [type(event).__name__ for event in told[before:]]


async def test_a_suspension_is_told_with_its_term_and_keeps_what_was_typed_to_itself(
    certification: Certification, web: Web
) -> None:
    await certified(certification)

    answer = await web.office.post(
        f"{API}/suspend",
        json={"reason": "Complaint of Jansen", "reason_code": "investigation", "until": "2026-09-01"},
        headers={"Idempotency-Key": "k1"},
    )
    again = await web.office.post(
        f"{API}/suspend",
        json={"reason": "Complaint of Jansen", "reason_code": "investigation", "until": "2026-09-01"},
        headers={"Idempotency-Key": "k1"},
    )

    assert (answer.status_code, again.status_code) == (201, 200)
    assert answer.json()["appeal_until"] == "2026-08-14"
    (event,) = await certification.told("certificate-suspended")
    assert "Jansen" not in event.model_dump_json()
    assert event.model_dump(mode="json") == {
        "number": NUMBER, "trainee_id": "T1", "scheme": "smith", "scheme_version": "2026.2", "programme": "smith-2",
        "step": 1, "reason": "investigation", "decided_on": "2026-07-03", "until": "2026-09-01",
        "appeal_until": "2026-08-14",
    }  # fmt: skip
    assert await certification.value("select status from v_certificate") == "suspended"
    history = (await web.office.get(f"{API}/history")).json()
    assert [(s["kind"], s["reason"], s["decided_by"]) for s in history["steps"]] == [
        ("suspended", "Complaint of Jansen", "office/admin")
    ]
    assert "certificate suspended" in await certification.value("select change from audit order by position desc")


@pytest.mark.parametrize(
    ("first", "then", "rule"),
    [
        ([Kind.SUSPENDED], Kind.SUSPENDED, "SuspendedAlready"),
        ([], Kind.REINSTATED, "NotSuspended"),
        ([Kind.WITHDRAWN], Kind.REINSTATED, "CertificateHasEnded"),
        ([Kind.WITHDRAWN], Kind.SUSPENDED, "CertificateHasEnded"),
        ([Kind.SUSPENDED, Kind.WITHDRAWN], Kind.REISSUED, "CertificateHasEnded"),
    ],
)
async def test_a_step_that_does_not_follow_is_refused_by_name(
    certification: Certification, first: list[Kind], then: Kind, rule: str
) -> None:
    await certified(certification)
    for kind in first:
        await step(certification, kind)

    with pytest.raises(Refused) as refused:
        await step(certification, then)

    assert type(refused.value).__name__ == rule


async def test_a_withdrawal_sets_the_bit_in_the_same_transaction_also_when_it_is_signed_afterwards(
    certification: Certification, web: Web
) -> None:
    await certified(certification)
    await step(certification, Kind.WITHDRAWN, "fraud")
    code = await certification.value("select check_code from certificate")

    credential = (
        await web.stranger.get(f"/certification/register/{NUMBER}/credential.json", params={"code": code})
    ).json()

    entry = credential["credentialStatus"]
    assert await certification.value("select withdrawn_at is not null from status_entry") is True
    listed = (
        await web.stranger.get(f"/certification/status/{entry['statusListCredential'].rpartition('/')[2]}")
    ).json()
    assert is_set(listed["credentialSubject"]["encodedList"], int(entry["statusListIndex"]))


async def test_a_correction_keeps_the_number_and_revokes_the_credential_before(
    certification: Certification, web: Web
) -> None:
    await certified(certification)
    code = await certification.value("select check_code from certificate")
    url = f"/certification/register/{NUMBER}"
    old = (await web.stranger.get(f"{url}/credential.json", params={"code": code})).json()

    answer = await web.office.post(
        f"{API}/correct", json={"reason": "typo", "reason_code": "name_misspelt", "holder": "Åsa O'Brian"}
    )
    new = (await web.stranger.get(f"{url}/credential.json", params={"code": code})).json()

    assert answer.json()["version"] == 2
    assert (await web.stranger.get(url, params={"code": code})).json()["holder"] == "Åsa O'Brian"
    assert new["id"] != old["id"]
    assert new["credentialSubject"]["identifier"][0]["identityHash"] == "Åsa O'Brian"
    revoked = await certification.rows("select version from status_entry where withdrawn_at is not null")
    assert revoked == [{"version": 1}]
    document = await certification.value("select document from certificate_version")
    assert document["replaces"]["version"] == 1
    assert (await web.office.get("/certification/api/verify")).json()["violations"] == []


async def test_of_two_who_suspend_and_withdraw_at_once_each_is_taken_or_refused_and_the_chain_holds(
    certification: Certification,
) -> None:
    await certified(certification)

    kinds = [Kind.SUSPENDED, Kind.WITHDRAWN] * 4
    done = await asyncio.gather(*(step(certification, kind) for kind in kinds), return_exceptions=True)

    taken = [one for one in done if isinstance(one, Step)]
    assert all(isinstance(one, Step | Refused) for one in done)
    assert sum(one.kind is Kind.WITHDRAWN for one in taken) == 1
    assert await certification.value("select state from certificate_status") == "withdrawn"
    rows = await certification.rows("select position, previous, hash from certificate_step order by position")
    assert [row["previous"] for row in rows[1:]] == [row["hash"] for row in rows[:-1]]
    told = await certification.told("certificate-suspended", "certificate-withdrawn")
    assert len(told) == len(rows) == len(taken)


@pytest.mark.parametrize(
    "sql",
    [
        "update certificate_status set state = 'valid'",
        "delete from certificate_status",
        "update certificate_step set reason = 'other'",
        "delete from certificate_step",
        "insert into certificate_step (number, position, kind, state, reason, words_sha256, decided_by, decided_at,"
        " from_on, previous, hash) select number, 2, 'reinstated', 'valid', 'other', '', 'x', now(), '2026-07-03',"
        " hash, 'h' from certificate_step",
        "insert into certificate_move values ('reinstated', 'withdrawn', 'valid')",
        "update status_entry set withdrawn_at = null",
    ],
)
async def test_no_sql_brings_back_what_was_withdrawn(certification: Certification, web: Web, sql: str) -> None:
    await certified(certification)
    code = await certification.value("select check_code from certificate")
    await web.stranger.get(f"/certification/register/{NUMBER}/credential.json", params={"code": code})
    await step(certification, Kind.WITHDRAWN)

    with pytest.raises(asyncpg.RestrictViolationError):
        await certification.rows(sql)


async def test_the_calendar_reminds_opens_the_window_and_ends_each_once(certification: Certification) -> None:
    await certified(certification)  # until 3 July 2029

    assert await calendar(certification, date(2029, 3, 4)) == []
    assert await calendar(certification, date(2029, 3, 5)) == ["CertificateExpiring", "RecertificationWindowOpened"]
    assert await calendar(certification, date(2029, 3, 5)) == []
    assert await calendar(certification, date(2029, 6, 20)) == ["CertificateExpiring"]  # of 60 and 30 the last one
    assert await calendar(certification, date(2029, 7, 3)) == ["CertificateExpiring"]
    assert await calendar(certification, date(2029, 7, 4)) == ["CertificateExpired"]
    assert await calendar(certification, date(2030, 7, 4)) == []
    days = [getattr(event, "days") for event in await certification.told("certificate-expiring")]  # noqa: B009
    assert days == [120, 13, 0]


async def test_a_suspension_is_looked_at_again_and_nothing_comes_back_by_itself(certification: Certification) -> None:
    await certified(certification)
    await step(certification, Kind.SUSPENDED, until=date(2026, 9, 1))

    assert await calendar(certification, date(2026, 8, 31)) == []
    assert await calendar(certification, date(2026, 9, 2)) == ["CertificateSuspensionEnding"]
    assert await calendar(certification, date(2026, 9, 3)) == []
    assert await certification.value("select state from certificate_status") == "suspended"


async def test_a_new_period_begins_where_the_old_one_ends(
    certification: Certification, web: Web, summer: FixedClock
) -> None:
    await certified(certification)
    summer.moment = datetime(2029, 5, 1, 9, 0, tzinfo=UTC)
    exam = {"exam": "forging", "taken_on": "2029-04-20", "score": 8, "examiner": "EX2"}

    early = await web.office.post(f"{API}/recertify", json={"exams": [exam], "practice_months": 17})
    none = await web.office.post(f"{API}/recertify", json={"exams": [], "practice_months": 24})
    done = await web.office.post(f"{API}/recertify", json={"exams": [exam], "practice_months": 24})

    assert early.json()["type"].endswith("practice-too-short")
    assert none.json()["type"].endswith("recertification-exam-missing")
    assert done.status_code == 201, done.text
    assert await certification.value("select stands_until from v_certificate") == date(2032, 7, 3)
    (event,) = await certification.told("recertification-completed")
    assert event.model_dump()["valid_until"] == date(2032, 7, 3)
    assert await calendar(certification, date(2029, 7, 4)) == []


async def test_who_examined_cannot_renew(certification: Certification, web: Web, summer: FixedClock) -> None:
    await certified(certification)
    summer.moment = datetime(2029, 5, 1, 9, 0, tzinfo=UTC)
    exam = {"exam": "forging", "taken_on": "2029-04-20", "score": 8, "examiner": "examiner/admin"}

    refused = await web.office.post(f"{API}/recertify", json={"exams": [exam], "practice_months": 24})

    assert refused.status_code == 409
    assert refused.json()["type"].endswith("examiner-decides")


async def test_a_day_in_the_past_is_answered_from_the_history(certification: Certification) -> None:
    await certified(certification)
    await step(certification, Kind.SUSPENDED, now=SUMMER + timedelta(days=10))
    await step(certification, Kind.REINSTATED, now=SUMMER + timedelta(days=20))

    async def on(day: date) -> str | None:
        async with certification.db.read() as tx:
            status, _ = await queries.on_day(tx, NUMBER, SUMMER.date(), day)
        return status.value if status else None

    assert [await on(SUMMER.date() + timedelta(days=n)) for n in (-1, 0, 9, 10, 19, 20)] == [
        None, "valid", "valid", "suspended", "suspended", "valid",
    ]  # fmt: skip
    assert await on(date(2029, 7, 4)) == "expired"


async def test_a_smaller_scope_names_what_remains(certification: Certification, web: Web) -> None:
    await certified(certification)

    refused = await web.office.post(f"{API}/reduce-scope", json={"reason": "x", "targets": ["T1"]})

    assert refused.status_code == 422
    assert refused.json()["type"].endswith("scope-does-not-shrink")


@pytest.mark.parametrize(
    "sql",
    [
        "update certificate_step set kind = 'withdrawn' where position = 1",
        "update certificate_step set decided_by = 'office/other' where position = 2",
        "delete from certificate_step where position = 2",
        "update certificate_status set state = 'suspended'",
        "update certificate_step_words set reason = 'something else' where position = 1",
        "update certificate_version set document = jsonb_set(document, '{holder}', '\"X\"')",
    ],
)
async def test_a_history_that_was_changed_is_found(
    certification: Certification, web: Web, servers: Servers, sql: str
) -> None:
    await certified(certification)
    for kind in (Kind.SUSPENDED, Kind.REINSTATED, Kind.REISSUED):
        await step(certification, kind)
    assert (await web.office.get("/certification/api/verify")).json()["violations"] == []

    await behind_its_back(servers, certification.db.url, sql)

    report = (await web.office.get("/certification/api/verify")).json()
    assert "life" in {v["check"] for v in report["violations"] if v["about"] == NUMBER}


async def test_who_is_erased_leaves_a_chain_that_holds_and_no_words(certification: Certification, web: Web) -> None:
    await certified(certification)
    await step(certification, Kind.SUSPENDED)

    await certification.hear(PersonErased(person="trainee/T1"))

    assert await certification.value("select reason from certificate_step_words") is None
    report = (await web.office.get("/certification/api/verify")).json()
    assert [v for v in report["violations"] if v["check"] == "life"] == []


async def test_the_database_holds_the_moves_that_the_rules_name(certification: Certification) -> None:
    rows = await certification.rows("select kind, before, after from certificate_move")

    assert {(row["kind"], row["before"], row["after"]) for row in rows} == {
        (kind.value, before.value, after.value) for kind, moves in MOVES.items() for before, after in moves.items()
    }
