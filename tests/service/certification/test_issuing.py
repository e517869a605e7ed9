"""From a result to a certificate, whatever the order in which things are heard: exactly one, and never too early."""

import asyncio
import itertools
from datetime import UTC, datetime

import asyncpg
import pytest

from shared.clock import FixedClock
from shared.events.certification import (
    CandidateNotYetEligible,
    CertificateCheckCodeMade,
    CertificateIssued,
)
from shared.events.enrollment import PersonErased
from tests.unit.certification.builders import entry, scheme

from .conftest import Certification, enrolled, named, passes

NUMBER = "SM-2026-00001"


async def test_results_that_complete_the_scheme_give_one_certificate(certification: Certification) -> None:
    await certification.hear(enrolled(), named())

    await certification.enter(*passes())
    await certification.hears_itself()

    assert [e.TYPE.split(".")[1] for e in await certification.told()] == [
        "scheme-version-published",
        "exam-result-recorded",
        "exam-passed",
        "exam-result-recorded",
        "exam-passed",
        "candidate-eligible",
        "certification-decided",
        "certificate-check-code-made",
        "certificate-issued",
    ]
    (issued,) = await certification.told("certificate-issued")
    assert isinstance(issued, CertificateIssued)
    assert (issued.number, issued.trainee_id, issued.issued_on.isoformat()) == (NUMBER, "T1", "2026-07-03")


async def test_an_open_requirement_is_told_by_its_code_and_once(certification: Certification) -> None:
    await certification.hear(enrolled(), named())

    await certification.enter(entry("theory", score=3))
    await certification.hears_itself()
    await certification.enter(entry("theory", 2, score=4))
    await certification.hears_itself()

    (open_,) = await certification.told("candidate-not-yet-eligible")
    assert isinstance(open_, CandidateNotYetEligible)
    assert open_.missing == ("theory", "forging")
    assert await certification.rows("select * from certificate") == []


ARRIVALS = ("enrolment", "name", "theory", "forging")


async def test_one_certificate_whatever_arrives_first_and_however_often(certification: Certification) -> None:
    orders = [(f"T{n}", order) for n, order in enumerate(itertools.permutations(ARRIVALS))]

    for trainee_id, order in orders:
        events = {
            "enrolment": certification.heard(enrolled(trainee_id)),
            "name": certification.heard(named(trainee_id)),
        }
        results = dict(zip(("theory", "forging"), passes(trainee_id), strict=True))
        for arrival in (*order, *order):
            if arrival in results:
                await certification.enter(results[arrival])
            else:
                await certification.hear(events[arrival])
            await certification.hears_itself()

    issued = await certification.rows("select trainee_id, serial from certificate order by serial")
    assert [(row["trainee_id"], row["serial"]) for row in issued] == [(t, n + 1) for n, (t, _) in enumerate(orders)]
    assert len(await certification.told("certificate-issued")) == len(orders)


async def test_a_replay_of_everything_it_ever_heard_under_new_ids_changes_nothing(certification: Certification) -> None:
    await certification.hear(enrolled(), named())
    await certification.enter(*passes())
    await certification.hears_itself()
    before = await certification.rows("select * from certificate")

    for event in await certification.told("exam-passed"):
        await certification.hear(event)
    await certification.hear(enrolled(), named())
    await certification.hears_itself()

    assert await certification.rows("select * from certificate") == before
    assert len(await certification.told("certificate-issued")) == 1


async def test_a_certificate_waits_for_the_name_of_its_holder(certification: Certification) -> None:
    await certification.hear(enrolled())
    await certification.enter(*passes())
    await certification.hears_itself()
    assert await certification.told("certificate-issued") == []
    assert await certification.value("select state from candidate") == "eligible"

    await certification.hear(named(name="Zoë van 't Hof"))

    assert await certification.value("select document->>'holder' from certificate") == "Zoë van 't Hof"


async def test_an_older_name_does_not_replace_a_newer_one(certification: Certification) -> None:
    await certification.hear(enrolled())
    older, newer = certification.heard(named(name="Old")), certification.heard(named(name="New"))

    await certification.hear(newer)
    await certification.hear(older)

    assert await certification.value("select name from holder") == "New"


async def test_an_erased_person_gets_no_certificate_and_an_old_message_does_not_bring_the_name_back(
    certification: Certification,
) -> None:
    late = certification.heard(named())
    await certification.hear(enrolled(), named(), PersonErased(person="trainee/T1"), late)
    await certification.enter(*passes())
    await certification.hears_itself()

    assert await certification.rows("select name, birth_date from holder") == [{"name": None, "birth_date": None}]
    assert await certification.told("certificate-issued") == []


async def test_names_of_others_than_trainees_are_not_kept(certification: Certification) -> None:
    from shared.events.enrollment import PersonDetailsChanged

    await certification.hear(PersonDetailsChanged(person="mentor/M1", name="Bram de Groot"))

    assert await certification.rows("select * from holder") == []


async def test_a_reviewed_scheme_stops_at_eligible_and_waits_for_a_person(certification: Certification) -> None:
    await certification.publish(scheme(version='version: "2026.2"', decision_mode="decision_mode: reviewed"))
    await certification.hear(enrolled(scheme_version="2026.2"), named())

    await certification.enter(*passes())
    await certification.hears_itself()

    assert len(await certification.told("candidate-eligible")) == 1
    assert await certification.told("certification-decided", "certificate-issued") == []
    assert await certification.value("select state from candidate") == "eligible"


async def test_a_correction_that_takes_a_pass_away_before_issue_opens_the_requirement_again(
    certification: Certification,
) -> None:
    await certification.hear(enrolled())
    await certification.enter(*passes())
    await certification.hears_itself()

    await certification.enter(entry("theory", score=4))
    await certification.hears_itself()
    await certification.hear(named())

    assert await certification.rows("select state, missing from candidate") == [
        {"state": "assessing", "missing": ["theory"]}
    ]
    assert await certification.told("certificate-issued") == []


async def test_a_correction_that_takes_a_pass_away_after_issue_is_for_a_person_and_the_certificate_stays(
    certification: Certification,
) -> None:
    await certification.hear(enrolled(), named())
    await certification.enter(*passes())
    await certification.hears_itself()

    await certification.enter(entry("theory", score=4))
    await certification.hears_itself()

    assert await certification.rows("select state, doubt from candidate") == [
        {"state": "granted", "doubt": "requirement-lost"}
    ]
    assert len(await certification.rows("select * from certificate")) == 1

    await certification.enter(entry("theory", score=6))
    await certification.hears_itself()

    assert await certification.value("select doubt from candidate") is None
    assert len(await certification.told("certificate-issued")) == 1


async def test_a_corrected_row_stays_with_the_revision_that_replaces_it(certification: Certification) -> None:
    await certification.hear(enrolled())
    await certification.enter(entry("theory", score=4))

    entered = await certification.enter(entry("theory", score=6))

    assert len(entered.corrected) == 1
    assert [
        (r["revision"], r["corrects"], float(r["score"]), r["state"])
        for r in await certification.rows("select * from v_exam order by revision")
    ] == [(1, None, 4.0, "replaced"), (2, 1, 6.0, "counted")]


async def test_a_result_of_an_unknown_trainee_waits_and_what_breaks_a_rule_is_kept_as_refused(
    certification: Certification,
) -> None:
    await certification.enter(entry("theory", score=7), entry("forging", score=99))
    assert await certification.told("exam-result-recorded") == []

    await certification.hear(enrolled())

    assert await certification.rows("select exam, state, refusal from result order by exam") == [
        {"exam": "forging", "state": "refused", "refusal": "ScoreOffScale"},
        {"exam": "theory", "state": "counted", "refusal": None},
    ]
    assert len(await certification.told("exam-passed")) == 1


async def test_numbers_count_per_calendar_year_in_amsterdam(certification: Certification, summer: FixedClock) -> None:
    for trainee_id, moment in (
        ("T1", datetime(2026, 12, 31, 22, 59, tzinfo=UTC)),
        ("T2", datetime(2026, 12, 31, 23, 1, tzinfo=UTC)),
    ):
        summer.moment = moment
        await certification.hear(enrolled(trainee_id), named(trainee_id))
        await certification.enter(*passes(trainee_id))
        await certification.hears_itself()

    assert await certification.rows("select number, issued_on::text from certificate order by number") == [
        {"number": "SM-2026-00001", "issued_on": "2026-12-31"},
        {"number": "SM-2027-00001", "issued_on": "2027-01-01"},
    ]


async def test_numbers_are_gap_free_when_many_are_issued_at_once_and_some_transactions_fail(
    certification: Certification,
) -> None:
    trainees = [f"T{n:03}" for n in range(60)]
    await certification.hear(*(enrolled(t) for t in trainees), *(named(t) for t in trainees))
    await certification.enter(*(result for t in trainees for result in passes(t)))
    passed = await certification.told("exam-passed")

    async def work(events: list[object], fails: bool) -> None:
        for event in events:
            heard = certification.heard(event)  # type: ignore[arg-type]
            if fails:
                with pytest.raises(ZeroDivisionError):
                    await rolled_back(certification, heard)
            await certification.hear(heard)

    await asyncio.gather(*(work(passed[n::4], fails=n == 0) for n in range(4)))

    rows = await certification.rows("select serial, trainee_id from certificate order by issued_at, serial")
    assert sorted(row["serial"] for row in rows) == list(range(1, 61))
    assert len({row["trainee_id"] for row in rows}) == 60
    assert await certification.value("select last from number_counter") == 60


async def rolled_back(certification: Certification, heard: object) -> None:
    from services.certification.handlers import assess_passed

    async with certification.db.transaction() as tx:
        await assess_passed([heard.event()], tx)  # type: ignore[attr-defined]
        raise ZeroDivisionError


@pytest.mark.parametrize(
    "sql",
    [
        "update certificate set number = 'SM-2026-00007'",
        "update certificate set document = '{}'",
        "delete from certificate",
        "update decision set dossier = '{}'",
        "delete from decision",
        "update scheme_version set content = '{}'",
        "delete from scheme_version",
        "update result set score = 10",
        "delete from result",
    ],
)
async def test_what_was_published_entered_decided_or_issued_cannot_be_overwritten(
    certification: Certification, sql: str
) -> None:
    await certification.hear(enrolled(), named())
    await certification.enter(*passes())
    await certification.hears_itself()

    with pytest.raises(asyncpg.RestrictViolationError):
        await certification.rows(sql)


async def test_the_check_code_is_told_privately_and_is_in_no_other_event(certification: Certification) -> None:
    await certification.hear(enrolled(), named())
    await certification.enter(*passes())
    await certification.hears_itself()

    (made,) = await certification.told("certificate-check-code-made")
    assert isinstance(made, CertificateCheckCodeMade)
    public = await certification.value(
        "select string_agg(convert_from(body, 'utf8'), '') from outbox where not private"
    )
    assert made.check_code not in public
    assert "Brien" not in public


async def test_each_change_of_state_has_its_actor_and_cause(certification: Certification) -> None:
    await certification.hear(enrolled(), named())
    await certification.enter(*passes())
    await certification.hears_itself()

    rows = await certification.rows("select actor, cause is not null as caused, change from audit order by position")

    assert [(row["actor"], row["change"].split()[0]) for row in rows] == [
        ("office/coordinator", "published"),
        ("rules", "admitted"),
        ("office/coordinator", "theory"),
        ("office/coordinator", "forging"),
        ("rules", "granted"),
        ("rules", "issued"),
    ]
    assert all(row["caused"] for row in rows if row["actor"] == "rules")
