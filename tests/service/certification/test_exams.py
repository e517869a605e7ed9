"""Exam sessions, grids, corrections by two persons, and what results say of exams and examiners."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.certification.commands import sessions as commands
from services.certification.domain.analysis import Tally, compared, total, wilson
from services.certification.domain.rules import Refused
from services.certification.domain.sessions import (
    CannotSit,
    Correction,
    CorrectionNeeded,
    CorrectionNotKnown,
    CorrectionOpen,
    CorrectionSettled,
    Mark,
    NothingCorrected,
    NotInSession,
    ResultMovedOn,
    SeatTaken,
    SecondPersonNeeded,
    Session,
    SessionIsOver,
    SessionNotHeldYet,
    SessionNotKnown,
)
from services.certification.store.audit import By
from shared import clock
from shared.events.certification import ExamCancelled, ExaminerConflictDetected, ExamMoved, ExamScheduled
from tests.unit.certification.builders import entry

from .conftest import OFFICE, Certification, Web, enrolled, named

TODAY = date(2026, 7, 3)
NINE = datetime(2026, 7, 2, 9, tzinfo=ZoneInfo("Europe/Amsterdam"))
SECOND = By("office/anna")


def session(session_id: str = "X1", exam: str = "theory", **more: Any) -> Session:
    given_: dict[str, Any] = {"scheme": "smith", "starts_at": NINE, "place": "Oss", "examiner": "EX1"}
    return Session(session_id, exam=exam, invigilator="V1", **{**given_, **more})


async def plan(certification: Certification, one: Session, *trainees: str) -> None:
    async with certification.db.transaction() as tx:
        await commands.plan_session(tx, one, trainees, now=clock.now(), by=OFFICE)


async def grid(certification: Certification, *marks: Mark, session_id: str = "X1", today: date = TODAY) -> Any:
    async with certification.db.transaction() as tx:
        entered = await commands.enter_grid(tx, session_id, marks, now=clock.now(), today=today, by=OFFICE)
        for rule in entered.refused.values():
            raise rule
        return entered


async def propose(certification: Certification, score: str, key: str = "K1", result_id: str = "X1-T1") -> None:
    async with certification.db.transaction() as tx:
        given_ = Correction(key, result_id, 0, Decimal(score), False, date(2026, 7, 2), "verkeerd overgenomen", "")
        await commands.propose_correction(tx, given_, now=clock.now(), by=OFFICE)


async def settle(certification: Certification, key: str = "K1", *, approve: bool = True, by: By = SECOND) -> None:
    async with certification.db.transaction() as tx:
        await commands.settle_correction(tx, key, approve=approve, now=clock.now(), by=by)


def in_both(rule: Refused, nl: str, en: str) -> None:
    assert nl in rule.said("nl")[0]
    assert en in rule.said("en")[0]


@pytest.fixture
async def two(certification: Certification) -> Certification:
    """T1 and T2 are enrolled and sit the theory in session X1, planned for yesterday."""
    await certification.hear(enrolled("T1"), enrolled("T2"), named("T1"), named("T2"))
    await plan(certification, session(), "T1", "T2")
    return certification


async def test_a_grid_goes_the_way_of_every_result_and_the_session_was_held(two: Certification) -> None:
    entered = await grid(two, Mark("T1", Decimal("7.5")), Mark("T2", None))

    assert [one.entry.result_id for one in entered.new] == ["X1-T1"]
    assert await two.value("select state from exam_session") == "held"
    (row,) = await two.rows("select taken_on, examiner, attempt, passed from result")
    assert row == {"taken_on": date(2026, 7, 2), "examiner": "EX1", "attempt": 1, "passed": True}
    assert len(await two.told("exam-passed")) == 1
    again = await grid(two, Mark("T1", Decimal("7.50")), Mark("T2", None))
    assert (again.unchanged, again.new) == (1, [])


async def test_a_resit_in_a_later_session_is_the_next_attempt(two: Certification) -> None:
    await grid(two, Mark("T1", Decimal(4)), Mark("T2", Decimal(8)))
    await plan(two, session("X2"), "T1")

    await grid(two, Mark("T1", Decimal(6)), session_id="X2")

    assert await two.value("select attempt from result where result_id = 'X2-T1'") == 2


async def test_what_a_grid_cannot_be_is_refused_by_name_in_both_languages(two: Certification) -> None:
    with pytest.raises(SessionNotHeldYet) as early:
        await grid(two, Mark("T1", Decimal(7)), today=date(2026, 7, 1))
    in_both(early.value, "dit examenmoment moet nog komen", "this session is still to come")
    with pytest.raises(NotInSession) as stranger:
        await grid(two, Mark("T9", Decimal(7)))
    in_both(stranger.value, "T9 staat niet op de lijst van dit examenmoment", "T9 is not on the list of this session")
    with pytest.raises(SessionNotKnown) as unknown:
        await grid(two, Mark("T1", Decimal(7)), session_id="X9")
    in_both(unknown.value, "dit examenmoment is hier niet bekend", "this exam session is not known here")

    await grid(two, Mark("T1", Decimal(7)))
    with pytest.raises(CorrectionNeeded) as changed:
        await grid(two, Mark("T1", Decimal(8)))
    in_both(changed.value, "de uitslag van T1 staat al vast", "the result of T1 stands already")


async def test_who_passed_or_sits_elsewhere_is_not_planned_again(two: Certification) -> None:
    with pytest.raises(SeatTaken) as elsewhere:
        await plan(two, session("X2"), "T1")
    in_both(elsewhere.value, "T1 zit al in examenmoment X1", "T1 sits in session X1 already")

    await grid(two, Mark("T1", Decimal(7)), Mark("T2", None))
    with pytest.raises(CannotSit) as passed:
        await plan(two, session("X2"), "T1")
    in_both(
        passed.value,
        "T1 heeft dit examen gehaald of geen poging meer over",
        "T1 has passed this exam or has no attempt left",
    )


async def test_a_session_is_moved_and_cancelled_and_each_is_told(two: Certification) -> None:
    later = NINE.replace(day=20)
    async with two.db.transaction() as tx:
        assert await commands.move_session(tx, "X1", later, None, now=NINE, by=OFFICE)
        assert not await commands.move_session(tx, "X1", later, None, now=NINE, by=OFFICE)
        await commands.cancel_session(tx, "X1", "examinator ziek", by=OFFICE)

    scheduled, moved, cancelled = await two.told("exam-scheduled", "exam-moved", "exam-cancelled")
    assert isinstance(scheduled, ExamScheduled)
    assert isinstance(moved, ExamMoved)
    assert isinstance(cancelled, ExamCancelled)
    assert (moved.before, moved.starts_at, cancelled.trainee_ids) == (NINE, later, ("T1", "T2"))
    assert "ziek" not in cancelled.model_dump_json()
    with pytest.raises(SessionIsOver) as over:
        async with two.db.transaction() as tx:
            await commands.move_session(tx, "X1", NINE, None, now=NINE, by=OFFICE)
    in_both(over.value, "dit examenmoment is al vervallen", "this session was cancelled already")


async def test_an_examiner_who_is_the_own_instructor_is_told_when_it_is_planned(certification: Certification) -> None:
    await certification.hear(enrolled())

    await plan(certification, session(examiner="I1"), "T1")

    (told,) = await certification.told("examiner-conflict-detected")
    assert isinstance(told, ExaminerConflictDetected)
    assert told.ties == ("instructor/I1",)


async def test_a_correction_takes_a_reason_and_a_second_person(two: Certification) -> None:
    await grid(two, Mark("T1", Decimal(4)), Mark("T2", None))
    await propose(two, "7")
    assert await two.value("select max(revision) from result") == 1

    with pytest.raises(SecondPersonNeeded) as own:
        await settle(two, by=OFFICE)
    in_both(
        own.value,
        "wie een correctie voorstelt, keurt haar niet zelf goed of af",
        "who proposes a correction does not settle it",
    )
    await settle(two)

    rows = await two.rows("select score, revision, corrects, recorded_by from result order by revision desc limit 1")
    assert rows == [{"score": Decimal(7), "revision": 2, "corrects": 1, "recorded_by": "office/anna"}]
    assert len(await two.told("exam-passed")) == 1
    with pytest.raises(CorrectionSettled) as settled:
        await settle(two)
    in_both(settled.value, "deze correctie is al afgehandeld", "this correction was settled already")


async def test_the_database_refuses_the_proposer_as_the_second_person(two: Certification) -> None:
    await grid(two, Mark("T1", Decimal(4)))
    await propose(two, "7")

    with pytest.raises(asyncpg.CheckViolationError, match="settled_by_another"):
        await two.rows("update correction set state = 'approved', settled_by = proposed_by, settled_at = now()")


async def test_a_correction_that_cannot_be_is_refused_by_name_in_both_languages(two: Certification) -> None:
    await grid(two, Mark("T1", Decimal(4)))
    for rule, score, result_id, nl, en in (
        (CorrectionNotKnown, "7", "X9", "er staat geen uitslag onder dit kenmerk", "no result stands under this key"),
        (NothingCorrected, "4", "X1-T1", "de correctie verandert niets", "the correction changes nothing"),
    ):
        with pytest.raises(rule) as caught:
            await propose(two, score, result_id=result_id)
        in_both(caught.value, nl, en)

    await propose(two, "7")
    with pytest.raises(CorrectionOpen) as open_:
        await propose(two, "8", key="K2")
    in_both(
        open_.value,
        "er wacht al een correctie van deze uitslag",
        "a correction of this result waits already",
    )
    await two.enter(
        entry("theory", result_id="X1-T1", score=5, taken_on=date(2026, 7, 2), examiner="EX1")
    )  # the same correction by file goes on as it did
    with pytest.raises(ResultMovedOn) as moved:
        await settle(two)
    in_both(moved.value, "X1-T1 is intussen al verbeterd", "X1-T1 was corrected in the meantime")
    await settle(two, approve=False)
    assert await two.value("select state from correction") == "rejected"


async def test_sessions_grids_incidents_and_corrections_by_http_and_page(
    certification: Certification, web: Web
) -> None:
    await certification.hear(enrolled("T1"), named("T1"))
    api = "/certification/api"
    planned = {
        "session_id": "X1", "scheme": "smith", "exam": "theory", "starts_at": "2026-07-02T09:00:00+02:00",
        "place": "Oss", "examiner": "EX1", "trainee_ids": ["T1"],
    }  # fmt: skip
    headers = {"Idempotency-Key": "k"}

    assert (await web.office.post(f"{api}/exam-sessions", json=planned, headers=headers)).status_code == 201
    assert (await web.office.post(f"{api}/exam-sessions", json=planned, headers=headers)).status_code == 200
    unknown = await web.office.post(f"{api}/exam-sessions", json={**planned, "session_id": "X2", "exam": "swimming"})
    assert unknown.status_code == 422
    noted = await web.office.post(f"{api}/exam-sessions/X1/incidents", json={"what": "brandalarm", "trainee_id": "T1"})
    assert noted.status_code == 201
    rows = {"rows": [{"trainee_id": "T1", "score": 4}]}
    assert (await web.office.post(f"{api}/exam-sessions/X1/grid", json=rows)).json()["new"] == 1
    asked = {"correction_id": "K1", "result_id": "X1-T1", "score": 6, "taken_on": "2026-07-02", "reason": "typefout"}
    assert (await web.office.post(f"{api}/corrections", json=asked)).status_code == 201
    refused = await web.office.post(f"{api}/corrections/K1/approve", headers={"Accept-Language": "en"})
    assert (refused.status_code, refused.json()["type"]) == (409, "urn:keur:problem:second-person-needed")

    for page in ("/exams", "/exams/X1", "/exams/analysis", "/corrections"):
        shown = await web.office.get(f"/certification{page}", headers={"Accept": "text/html"})
        assert shown.status_code == 200, page
    (theory,) = (await web.office.get(f"{api}/exam-analysis")).json()["items"]
    assert (theory["count"], theory["passed"], theory["examiners"][0]["suppressed"]) == (1, 0, True)


def test_an_examiner_is_compared_with_the_others_by_an_interval() -> None:
    strict, others = Tally(40, 20, 240, 1500), Tally(60, 51, 400, 2800)

    found = compared(strict, others)

    assert found is not None
    assert found.stands_out
    assert found.difference == pytest.approx(-0.35)
    assert found.low < found.difference < found.high < 0
    assert compared(Tally(9, 9, 0, 0), others) is None


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 400), st.data())
def test_the_interval_of_a_share_holds_it_and_stays_between_0_and_1(count: int, data: st.DataObject) -> None:
    passed = data.draw(st.integers(0, count))

    low, high = wilson(passed, count)

    assert 0 <= low <= passed / count + 1e-12
    assert passed / count <= high + 1e-12
    assert high <= 1


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(st.integers(10, 100), min_size=1, max_size=20), min_size=1, max_size=5))
def test_tallies_of_parts_add_up_to_the_whole(parts: list[list[int]]) -> None:
    tallies = [Tally(len(p), 0, float(sum(p)), float(sum(x * x for x in p))) for p in parts]
    whole = [x for p in parts for x in p]

    found = total(tallies)

    assert found.count == len(whole)
    assert found.mean == pytest.approx(sum(whole) / len(whole))
    if len(whole) > 1:
        mean = sum(whole) / len(whole)
        assert found.spread == pytest.approx((sum((x - mean) ** 2 for x in whole) / (len(whole) - 1)) ** 0.5, abs=1e-6)
