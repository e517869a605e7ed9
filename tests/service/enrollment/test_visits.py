"""Visits: planned, due, overdue, completed, and caught up after an outage."""

import asyncio
from datetime import date

from services.enrollment import schedule
from shared.events.enrollment import VisitCompleted, VisitDue, VisitOverdue, VisitPlanned

from . import rows
from .conftest import Enrollment


async def visits_of(office: Enrollment, place: str) -> list[tuple[str, date]]:
    """What was told about the visits of a place: the fact, and the day it is about."""
    found = []
    for event in await office.told("visit-planned", "visit-due", "visit-overdue", "visit-completed"):
        if event.subject == place:
            day = event.held_on if isinstance(event, VisitCompleted) else event.due_on  # type: ignore[attr-defined]
            found.append((event.TYPE.split(".")[1], day))
    return found


async def test_a_place_is_visited_a_cadence_after_the_first_trainee_starts(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"), rows.trainee("T2", mentor_id="M2", starts_on="2025-10-06"))
    await office.day_comes("2025-11-23")

    assert await visits_of(office, "company/C1") == [("visit-planned", date(2025, 11, 24))]
    await office.day_comes("2025-11-24")
    await office.day_comes("2025-11-25")

    assert await visits_of(office, "company/C1") == [
        ("visit-planned", date(2025, 11, 24)),
        ("visit-due", date(2025, 11, 24)),
    ]
    (due,) = [event for event in await office.told("visit-due") if event.subject == "company/C1"]
    assert isinstance(due, VisitDue)
    assert (due.trainee_ids, due.mentor_ids, due.scheme) == (("T1", "T2"), ("M1", "M2"), "smo")
    assert ("visit-due", date(2025, 11, 10)) in await visits_of(office, "school/S1")


async def test_a_reminder_goes_out_once_two_weeks_later(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"))
    for day in ("2025-11-24", "2025-12-07", "2025-12-08", "2025-12-09", "2026-02-01"):
        await office.day_comes(day)

    late = [event for event in await office.told("visit-overdue") if event.subject == "company/C1"]
    assert len(late) == 1
    assert isinstance(late[0], VisitOverdue)
    assert late[0].days_late == 14


async def test_a_visit_held_completes_the_one_that_is_due_and_plans_the_next(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"))
    await office.day_comes("2025-11-24")

    answer = await office.post("visits", rows.visit("V1", held_on="2025-11-26", next_in_weeks=6))

    assert answer.status_code == 201
    (done,) = await office.told("visit-completed")
    (due,) = [event for event in await office.told("visit-due") if event.subject == "company/C1"]
    assert isinstance(done, VisitCompleted)
    assert isinstance(due, VisitDue)
    assert done.visit_id == due.visit_id
    assert done.next_due_on == date(2026, 1, 7)
    planned = await office.told("visit-planned")
    assert isinstance(planned[-1], VisitPlanned)
    assert (planned[-1].due_on, planned[-1].reason) == (date(2026, 1, 7), "agreed")


async def test_the_same_visit_again_completes_nothing_twice(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"))
    await office.day_comes("2025-11-24")
    await office.give("visits", rows.visit("V1"))
    before = await office.told()

    again = await office.give("visits", rows.visit("V1"))

    assert again.json()["unchanged"] == 1
    assert await office.told() == before


async def test_a_complaint_brings_the_visit_of_its_place_forward(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"))

    await office.give("complaints", rows.complaint("K1"), rows.complaint("K2", category="school"))

    assert (await visits_of(office, "company/C1"))[-1] == ("visit-planned", date(2025, 10, 15))
    assert (await visits_of(office, "school/S1"))[-1] == ("visit-planned", date(2025, 10, 15))
    await office.day_comes("2025-12-01")
    assert [fact for fact, _ in await visits_of(office, "company/C1")].count("visit-due") == 1


async def test_after_an_outage_of_months_each_place_has_one_visit_due_at_its_true_date(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"), rows.trainee("T2", company_id="C2", mentor_id="M3"))

    await office.day_comes("2026-03-15")
    await office.day_comes("2026-03-16")

    due = await office.told("visit-due")
    assert sorted((event.subject, event.due_on) for event in due) == [  # type: ignore[attr-defined]
        ("company/C1", date(2025, 11, 24)),
        ("company/C2", date(2025, 11, 24)),
        ("school/S1", date(2025, 11, 10)),
    ]
    assert await office.told("visit-overdue") == []


async def test_two_schedulers_at_once_tell_a_visit_once(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"))
    office.clock.moment = office.clock.moment.replace(year=2026)

    await asyncio.gather(*(schedule.follow(office.ctx) for _ in range(4)))

    assert len(await office.told("visit-due")) == 2
    async with office.db.read() as tx:
        assert await tx.fetchval("select count(*) from audit where change like 'visit of % due'") == 2


async def test_a_visit_recorded_while_the_clock_tells_it_is_told_completed_and_followed_by_one_plan(
    office: Enrollment,
) -> None:
    await office.give("trainees", rows.trainee("T1"))
    office.clock.moment = office.clock.moment.replace(month=11, day=24)

    answers = await asyncio.gather(
        schedule.follow(office.ctx),
        office.post("visits", rows.visit("V1")),
        office.post("visits", rows.visit("V2", held_on="2025-11-25")),
        schedule.follow(office.ctx),
    )

    assert [answer.status_code for answer in answers if answer is not None] == [201, 201]
    open_now = (await office.http.get("/enrollment/api/planned-visits")).json()["items"]
    of_company = [one for one in open_now if one["place_id"] == "C1" and one["state"] == "planned"]
    assert [one["due_on"] for one in of_company] == ["2026-02-17"]


async def test_who_asks_hears_until_which_day_the_clock_was_followed(office: Enrollment) -> None:
    before = (await office.http.get("/enrollment/api/schedule")).json()
    await office.day_comes("2025-10-26")
    after = (await office.http.get("/enrollment/api/schedule")).json()

    assert before["ran_until"] is None
    assert after["ran_until"] == "2025-10-26"


async def test_the_coordinator_is_told_once_until_the_settings_change(office: Enrollment) -> None:
    await schedule.tell_office(office.ctx)
    await schedule.tell_office(office.ctx)

    told = [event for event in await office.told() if event.subject == "office/coordinator"]
    assert len(told) == 1


async def test_a_place_where_nobody_learns_is_not_planned_but_its_visit_is_kept(office: Enrollment) -> None:
    answer = await office.give("visits", rows.visit("V1", place_id="C2"))

    assert answer.json()["new"] == 1
    assert await visits_of(office, "company/C2") == [("visit-completed", date(2025, 11, 24))]
    await office.weeks_pass(60)
    assert len(await visits_of(office, "company/C2")) == 1
