"""Programme reviews and actions: due, reminded, escalated, held and confirmed; assigned, overdue, done."""

import asyncio
from datetime import date
from typing import Any

import pytest

from services.enrollment import schedule
from services.enrollment.store import signals
from shared.events.enrollment import (
    ActionAssigned,
    ActionDone,
    ActionOverdue,
    ProgrammeReviewDue,
    ProgrammeReviewHeld,
)

from . import rows
from .conftest import Enrollment

REVIEWED: dict[str, Any] = {"cadence": {**rows.SCHEME["cadence"], "programme_review_weeks": 8}}
FIRST = date(2025, 10, 27)
"""Eight weeks after the first day."""


@pytest.fixture
async def mark(office: Enrollment) -> Enrollment:
    """The office under a scheme with programme reviews every eight weeks, and three trainees of two instructors."""
    await office.publish(**REVIEWED)
    await office.give("mentors", rows.mentor("M1", max_trainees=3))
    answer = await office.give(
        "trainees",
        rows.trainee("T1"),
        rows.trainee("T2"),
        rows.trainee("T3", school_id="S2", instructor_id="I2", mentor_id="M2"),
    )
    assert answer.status_code == 200, answer.text
    return office


def review(key: str = "R1", **given: Any) -> dict[str, Any]:
    return {
        "review_id": key,
        "trainee_id": "T1",
        "held_on": "2025-10-28",
        "topics": ["Lassen", "Tekening lezen"],
        "agreements": "Meer uren bij de kantbank.",
        "confirmed_by": ["instructor"],
        "actions": [{"owner": "mentor/M1", "text": "Kantbank vrijmaken", "due_on": "2025-11-11"}],
        **given,
    }


async def told(office: Enrollment) -> list[tuple[str, str, tuple[str, ...]]]:
    return [
        (event.TYPE.split(".")[1], event.instructor_id, event.trainee_ids)  # type: ignore[attr-defined]
        for event in await office.told("programme-review-due", "programme-review-overdue", "programme-review-escalated")
    ]


async def open_signals(office: Enrollment, trainee: str) -> list[tuple[str, str]]:
    async with office.db.read() as tx:
        return [(one.kind.value, one.about) for one in (await signals.open_of(tx, [trainee]))[trainee]]


async def test_reviews_of_an_instructor_are_told_together_reminded_and_escalated_a_week_apart(mark: Enrollment) -> None:
    for day in ("2025-10-26", "2025-10-27", "2025-10-28", "2025-11-02"):
        await mark.day_comes(day)
    assert await told(mark) == [
        ("programme-review-due", "I1", ("T1", "T2")),
        ("programme-review-due", "I2", ("T3",)),
    ]
    due = (await mark.told("programme-review-due"))[0]
    assert isinstance(due, ProgrammeReviewDue)
    assert (due.due_on, due.mentor_ids, due.scheme) == (FIRST, ("M1", "M1"), "smo")
    assert await open_signals(mark, "T1") == []

    await mark.day_comes("2025-11-03")
    assert await open_signals(mark, "T1") == [("review-overdue", "")]
    await mark.day_comes("2025-11-10")
    await mark.day_comes("2026-11-10")

    assert [fact for fact, instructor, _ in await told(mark) if instructor == "I1"] == [
        "programme-review-due",
        "programme-review-overdue",
        "programme-review-escalated",
    ]


async def test_a_review_held_closes_the_signal_plans_the_next_and_assigns_its_actions(mark: Enrollment) -> None:
    await mark.day_comes("2025-10-27")
    await mark.day_comes("2025-11-03")

    first = await mark.post("programme-reviews", review(held_on="2025-11-03"))
    again = await mark.post("programme-reviews", review(held_on="2025-11-03"))

    assert (first.status_code, again.status_code) == (201, 200), first.text
    assert first.json() == again.json()
    assert await open_signals(mark, "T1") == []
    (held,) = await mark.told("programme-review-held")
    assert isinstance(held, ProgrammeReviewHeld)
    assert (held.unconfirmed, held.actions, held.next_due_on) == (("mentor",), 1, date(2025, 12, 29))
    (assigned,) = await mark.told("action-assigned")
    assert isinstance(assigned, ActionAssigned)
    assert (assigned.owner, assigned.trainee_id, assigned.due_on) == ("mentor/M1", "T1", date(2025, 11, 11))
    states = (await mark.http.get("/enrollment/api/planned-reviews")).json()["items"]
    assert sorted((one["due_on"], one["state"]) for one in states if one["trainee_id"] == "T1") == [
        ("2025-10-27", "held"),
        ("2025-12-29", "planned"),
    ]


async def test_both_confirm_a_review_each_once_and_the_first_day_stays(mark: Enrollment) -> None:
    await mark.day_comes("2025-10-28")
    await mark.post("programme-reviews", review())

    one = await mark.post("programme-reviews/R1/confirmations", {"party": "mentor"})
    await mark.day_comes("2025-10-30")
    two = await mark.post("programme-reviews/R1/confirmations", {"party": "mentor"})

    assert one.json()["mentor_confirmed_on"] == two.json()["mentor_confirmed_on"] == "2025-10-28"
    assert two.json()["instructor_confirmed_on"] == "2025-10-28"
    changed = await mark.post("programme-reviews", review(agreements="Anders.", confirmed_by=[]))
    assert changed.json()["mentor_confirmed_on"] == "2025-10-28"
    assert changed.json()["agreements"] == "Anders."
    assert len(await mark.told("programme-review-held")) == 1


async def test_an_action_is_overdue_the_day_after_once_and_its_signal_closes_when_it_is_done(mark: Enrollment) -> None:
    await mark.day_comes("2025-10-28")
    key = (await mark.post("programme-reviews", review())).json()["actions"][0]["action_id"]

    await mark.day_comes("2025-11-11")
    assert await mark.told("action-overdue") == []
    await mark.day_comes("2025-11-12")
    await mark.day_comes("2025-11-20")

    (late,) = await mark.told("action-overdue")
    assert isinstance(late, ActionOverdue)
    assert (late.days_late, late.owner) == (1, "mentor/M1")
    assert await open_signals(mark, "T1") == [("review-overdue", ""), ("action-overdue", key)][1:]
    first = await mark.post(f"actions/{key}/done", {"done_on": "2025-11-19"})
    again = await mark.post(f"actions/{key}/done", {})
    assert (first.json()["state"], again.json()["done_on"]) == ("done", "2025-11-19")
    assert await open_signals(mark, "T1") == []
    (done,) = await mark.told("action-done")
    assert isinstance(done, ActionDone)
    for event in await mark.told():
        assert "Kantbank" not in event.model_dump_json()


async def test_nothing_is_asked_of_the_time_before_somebody_was_entered_or_the_cadence_known(mark: Enrollment) -> None:
    await mark.day_comes("2026-03-02")
    await mark.give("trainees", rows.trainee("T9", starts_on="2025-09-01", company_id="C2", mentor_id="M3"))

    planned = (await mark.http.get("/enrollment/api/planned-reviews")).json()["items"]

    assert [one["due_on"] for one in planned if one["trainee_id"] == "T9"] == ["2026-04-13"]


async def test_a_scheme_without_the_cadence_has_no_reviews_and_one_that_gets_it_counts_from_then(
    office: Enrollment,
) -> None:
    await office.give("trainees", rows.trainee("T1"))
    await office.day_comes("2026-03-02")
    assert await office.count("planned_review") == 0

    await office.publish(**REVIEWED)

    planned = (await office.http.get("/enrollment/api/planned-reviews")).json()["items"]
    assert [one["due_on"] for one in planned] == ["2026-04-27"]
    await office.publish(**REVIEWED)
    assert await office.count("planned_review") == 1


async def test_a_training_that_is_over_has_no_review_to_come_and_no_signal(mark: Enrollment) -> None:
    from shared.events.certification import CertificateIssued

    await mark.day_comes("2025-10-27")
    await mark.day_comes("2025-11-03")
    await mark.hear(
        CertificateIssued(
            certificate_id="c", number="SMO-1", trainee_id="T1", scheme="smo", scheme_version="2024.1",
            programme="lasser-3", decision_id="d", issued_on=date(2025, 11, 3),
        )
    )  # fmt: skip
    await mark.day_comes("2025-11-10")

    assert await open_signals(mark, "T1") == []
    assert [trainees for fact, _, trainees in await told(mark) if fact == "programme-review-escalated"] == [
        ("T2",),
        ("T3",),
    ]


async def test_two_schedulers_at_once_tell_a_review_and_an_action_once(mark: Enrollment) -> None:
    await mark.day_comes("2025-10-28")
    await mark.post("programme-reviews", review())
    mark.clock.moment = mark.clock.moment.replace(month=11, day=20)

    await asyncio.gather(*(schedule.follow(mark.ctx) for _ in range(3)))

    assert len(await mark.told("action-overdue")) == 1
    assert len([fact for fact, _, _ in await told(mark) if fact == "programme-review-due"]) == 2


async def test_what_cannot_be_is_refused_by_name_in_both_languages(mark: Enrollment) -> None:
    await mark.day_comes("2025-10-28")
    await mark.post("programme-reviews", review())
    action: dict[str, Any] = {"owner": "mentor/M1", "text": "x", "due_on": "2025-11-11"}

    for path, body, rule, dutch in (
        ("programme-reviews", review("R2", trainee_id="T99"), "unknown-trainee", "leerling T99 is hier niet bekend"),
        ("programme-reviews", review("R1", trainee_id="T2"), "unknown-review",
         "programmabespreking R1 is van een andere leerling"),
        ("programme-reviews", review("R2", held_on="2025-12-01"), "review-outside-training",
         "op 1 december 2025 kan deze bespreking niet gehouden zijn"),
        ("programme-reviews", review("R2", actions=[{**action, "owner": "mentor/M99"}]), "unknown-owner",
         "mentor/M99 is hier niet bekend als eigenaar van een actie"),
        ("programme-reviews", review("R2", actions=[{**action, "due_on": "2025-10-01"}]), "action-due-before-agreed",
         "de actie moet klaar zijn op 1 oktober 2025, voordat zij is afgesproken"),
        ("programme-reviews/R9/confirmations", {"party": "mentor"}, "unknown-review",
         "programmabespreking R9 is hier niet bekend"),
        ("actions/A9/done", {}, "unknown-action", "actie A9 is hier niet bekend"),
    ):  # fmt: skip
        nl = await mark.post(path, body, **{"Accept-Language": "nl"})
        en = await mark.post(path, body, **{"Accept-Language": "en"})

        assert (nl.status_code, en.status_code) == (422, 422), (path, nl.text)
        assert nl.json()["type"] == f"urn:keur:problem:{rule}"
        assert nl.json()["detail"] == dutch
        assert en.json()["detail"] != dutch
    assert await mark.count("review_record") == 1
    key = (await mark.http.get("/enrollment/api/actions")).json()["items"][0]["action_id"]
    early = await mark.post(f"actions/{key}/done", {"done_on": "2025-10-01"}, **{"Accept-Language": "en"})
    assert early.json()["type"] == "urn:keur:problem:done-before-assigned"
    assert "28 October 2025 to 28 October 2025" in early.text
    assert (await mark.post("programme-reviews", review("R2", extra=1))).status_code == 422


async def test_a_review_is_recorded_confirmed_and_its_action_closed_by_form(mark: Enrollment) -> None:
    await mark.day_comes("2025-10-28")
    form = {
        "review_id": "R1", "trainee_id": "T1", "held_on": "2025-10-28", "topics": "Lassen\nMeten",
        "agreements": "Meer kanten", "by_instructor": "1", "action_text_1": "Kantbank vrij",
        "action_owner_1": "mentor/M1", "action_due_on_1": "2025-11-11",
    }  # fmt: skip
    due = (await mark.http.get("/enrollment/reviews?lang=nl")).text
    assert "Begeleider M1" in due
    assert "nu te doen" in due
    assert "Een onderwerp per regel" not in (await mark.http.get("/enrollment/reviews/new?trainee_id=T1")).text

    wrong = await mark.http.post("/enrollment/reviews/new?lang=nl", data={**form, "action_due_on_1": "2025-01-01"})
    assert wrong.status_code == 422
    assert "Uiterlijk: de actie moet klaar zijn op 1 januari 2025" in wrong.text
    assert "Meer kanten" in wrong.text
    first = await mark.http.post("/enrollment/reviews/new", data=form)
    again = await mark.http.post("/enrollment/reviews/new", data=form)
    assert (first.status_code, again.status_code) == (303, 303)
    assert len(await mark.told("programme-review-held")) == 1

    assert (await mark.http.post("/enrollment/reviews/R1/confirm", data={"party": "mentor"})).status_code == 303
    page = (await mark.http.get("/enrollment/reviews/R1?lang=en")).text
    assert "Gone through" in page
    assert "Kantbank vrij" in page
    key = (await mark.http.get("/enrollment/api/actions")).json()["items"][0]["action_id"]
    assert "Kantbank vrij" in (await mark.http.get("/enrollment/trainees/T1?lang=nl")).text
    assert "Kantbank vrij" in (await mark.http.get("/enrollment/actions?lang=en")).text
    assert (await mark.http.post(f"/enrollment/actions/{key}/done")).status_code == 303
    assert "Er staat geen actie open." in (await mark.http.get("/enrollment/actions?lang=nl")).text
