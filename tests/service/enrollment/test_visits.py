"""Visits: planned, due, overdue, completed, and caught up after an outage."""

import asyncio
from datetime import date

from services.enrollment import schedule
from services.enrollment.domain.signals import Kind
from services.enrollment.store import signals
from shared.events.certification import CertificateIssued
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


SIGNALLED = {"cadence": {**rows.SCHEME["cadence"], "visit_after_signal_weeks": 3}}


async def a_signal(office: Enrollment, on: date, *, holds: bool = True) -> None:
    found = {("T1", ""): {"share": 0.6}} if holds else {}
    async with office.db.transaction() as tx:
        await signals.set_found(tx, Kind.EXTRA_HANDS, ["T1"], found, on=on)


async def test_a_signal_brings_the_visit_forward_once_and_a_visit_answers_it(office: Enrollment) -> None:
    await office.publish(**SIGNALLED)
    await office.give("trainees", rows.trainee("T1"))
    await a_signal(office, date(2025, 9, 15))
    await office.day_comes("2025-09-15")

    assert (await visits_of(office, "company/C1"))[-1] == ("visit-planned", date(2025, 10, 6))
    planned = (await office.told("visit-planned"))[-1]
    assert planned.reason == "signal"  # type: ignore[attr-defined]
    await office.day_comes("2025-10-06")
    await office.give("visits", rows.visit("V1", held_on="2025-10-06", next_in_weeks=None))
    assert (await visits_of(office, "company/C1"))[-1] == ("visit-planned", date(2025, 12, 29))
    await a_signal(office, date(2025, 10, 7), holds=False)
    await a_signal(office, date(2025, 10, 8))
    await office.day_comes("2025-10-08")
    assert (await visits_of(office, "company/C1"))[-1] == ("visit-planned", date(2025, 10, 29))
    await a_signal(office, date(2025, 10, 9), holds=False)
    await office.day_comes("2025-10-09")
    assert (await visits_of(office, "company/C1"))[-1] == ("visit-planned", date(2025, 12, 29))


AT_SCHOOL = {
    "cadence": {
        **rows.SCHEME["cadence"],
        "visit_after_signal_weeks": 3,
        "visit_school_after_signal_weeks": 3,
        "visit_school_signal_share": "0.5",
    }
}


async def about_school(office: Enrollment, kind: Kind, on: date, *trainees: str) -> None:
    async with office.db.transaction() as tx:
        await signals.set_found(tx, kind, trainees, {(one, "T01"): {"share": 0.6} for one in trainees}, on=on)


async def test_signals_about_the_school_of_enough_trainees_bring_its_visit_forward(office: Enrollment) -> None:
    await office.publish(**AT_SCHOOL)
    await office.give(
        "trainees",
        rows.trainee("T1"),
        rows.trainee("T2", mentor_id="M2"),
        rows.trainee("T3", company_id="C2", mentor_id="M3"),
    )
    await office.day_comes("2025-09-02")
    assert (await visits_of(office, "school/S1"))[-1] == ("visit-planned", date(2025, 11, 10))
    await about_school(office, Kind.ATTENDANCE, date(2025, 9, 8), "T1")
    await about_school(office, Kind.MENTOR_TIME, date(2025, 9, 8), "T2", "T3")  # says nothing about the school
    await office.day_comes("2025-09-08")
    assert (await visits_of(office, "school/S1"))[-1] == ("visit-planned", date(2025, 11, 10))  # one of three

    await about_school(office, Kind.ALIGNMENT_GAP, date(2025, 9, 15), "T1", "T2")
    await office.day_comes("2025-09-15")

    assert (await visits_of(office, "school/S1"))[-1] == (
        "visit-planned",
        date(2025, 10, 6),
    )  # two of three
    planned = (await office.told("visit-planned"))[-1]
    assert (planned.place_kind, planned.reason) == ("school", "signal")  # type: ignore[attr-defined]
    await office.day_comes("2025-10-06")
    await office.give("visits", rows.visit("V1", place_kind="school", place_id="S1", held_on="2025-10-06"))
    assert (await office.told("visit-planned"))[-1].reason != "signal"  # type: ignore[attr-defined]


async def test_without_its_own_cadence_in_the_scheme_signals_move_no_visit_to_a_school(office: Enrollment) -> None:
    await office.publish(**SIGNALLED)
    await office.give("trainees", rows.trainee("T1"))
    await about_school(office, Kind.ATTENDANCE, date(2025, 9, 8), "T1")
    await office.day_comes("2025-09-08")

    assert await visits_of(office, "school/S1") == [("visit-planned", date(2025, 11, 10))]


async def test_a_norm_that_the_release_before_did_not_read_holds_from_the_next_start(office: Enrollment) -> None:
    await office.publish(**AT_SCHOOL)
    async with office.db.transaction() as tx:  # as it was before this norm was read
        await tx.execute("update scheme_cadence set visit_school_after_signal_weeks = null")
    await office.give("trainees", rows.trainee("T1"))
    await about_school(office, Kind.ATTENDANCE, date(2025, 9, 8), "T1")
    await office.day_comes("2025-09-08")
    assert await visits_of(office, "school/S1") == [("visit-planned", date(2025, 11, 10))]

    await schedule.read_schemes(office.ctx)
    await office.day_comes("2025-09-09")
    await about_school(office, Kind.ALIGNMENT_GAP, date(2025, 9, 10), "T1")
    await office.day_comes("2025-09-10")

    assert (await visits_of(office, "school/S1"))[-1] == ("visit-planned", date(2025, 10, 1))
    before = await office.count("audit")
    await schedule.read_schemes(office.ctx)
    assert await office.count("audit") == before, "what is known already is no news"


async def test_without_the_cadence_in_the_scheme_a_signal_moves_nothing(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"))
    await a_signal(office, date(2025, 9, 15))
    await office.day_comes("2025-09-15")

    assert await visits_of(office, "company/C1") == [("visit-planned", date(2025, 11, 24))]


async def test_a_moved_visit_falls_due_on_its_new_day_and_stays_the_same_visit(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"))
    key = await the_visit(office, "C1")

    first = await office.post(f"planned-visits/{key}/move", {"to": "2025-12-08"})
    again = await office.post(f"planned-visits/{key}/move", {"to": "2025-12-08"})
    await office.give("trainees", rows.trainee("T2", mentor_id="M2"))
    await office.day_comes("2025-11-24")

    assert (first.status_code, again.status_code) == (200, 200), first.text
    (moved,) = await office.told("visit-moved")
    assert (moved.moved_from, moved.moved_to) == (date(2025, 11, 24), date(2025, 12, 8))  # type: ignore[attr-defined]
    assert [day for fact, day in await visits_of(office, "company/C1") if fact == "visit-due"] == []
    await office.day_comes("2025-12-08")
    due = [event for event in await office.told("visit-due") if event.subject == "company/C1"]
    assert [(event.visit_id, event.due_on) for event in due] == [(key, date(2025, 12, 8))]  # type: ignore[attr-defined]


async def test_a_complaint_of_a_later_day_brings_a_moved_visit_forward_again(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"))
    await office.post(f"planned-visits/{await the_visit(office, 'C1')}/move", {"to": "2026-01-12"})
    await office.day_comes("2025-10-02")

    await office.give("complaints", rows.complaint("K1", received_on="2025-10-02"))

    assert (await visits_of(office, "company/C1"))[-1] == ("visit-planned", date(2025, 10, 16))


async def test_a_waived_visit_is_followed_by_one_a_cadence_later_and_its_reason_stays_here(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"))
    key = await the_visit(office, "C1")
    await office.day_comes("2025-11-24")

    answer = await office.post(f"planned-visits/{key}/waive", {"reason": "Verbouwing: kwibus"})

    assert answer.status_code == 200, answer.text
    assert answer.json()["state"] == "waived"
    assert (await visits_of(office, "company/C1"))[-1] == ("visit-planned", date(2026, 2, 16))
    assert len(await office.told("visit-waived")) == 1
    assert all("kwibus" not in event.model_dump_json() for event in await office.told())


async def test_what_cannot_be_done_to_a_visit_is_refused_by_name(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"))
    key = await the_visit(office, "C1")
    for path, body, rule, dutch in (
        (f"{key}/move", {"to": "2025-08-01"}, "visit-moved-to-past", "1 augustus 2025 is al geweest"),
        (f"{key}/waive", {"reason": " "}, "waiver-of-visit-needs-reason", "geef een reden waarom dit bezoek vervalt"),
        ("V9/move", {"to": "2025-12-01"}, "no-visit-to-come", "er is geen bezoek V9 dat nog gehouden moet worden"),
    ):
        nl = await office.post(f"planned-visits/{path}", body, **{"Accept-Language": "nl"})
        en = await office.post(f"planned-visits/{path}", body, **{"Accept-Language": "en"})

        assert (nl.status_code, nl.json()["type"]) == (422, f"urn:keur:problem:{rule}"), nl.text
        assert nl.json()["detail"] == dutch
        assert en.json()["detail"] != dutch


async def test_places_where_everybody_has_finished_lose_their_visits(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"))
    await office.day_comes("2025-11-10")
    done = CertificateIssued(
        certificate_id="c", number="SMO-1", trainee_id="T1", scheme="smo", scheme_version="2024.1",
        programme="lasser-3", decision_id="d", issued_on=date(2025, 11, 10),
    )  # fmt: skip
    await office.hear(done)
    await office.day_comes("2025-11-11")
    await office.day_comes("2026-02-01")

    states = {one["place_id"]: one["state"] for one in (await planned(office))}
    assert states == {"S1": "waived"}
    assert await office.told("visit-overdue") == []


async def planned(office: Enrollment) -> list[dict[str, str]]:
    items: list[dict[str, str]] = (await office.http.get("/enrollment/api/planned-visits")).json()["items"]
    return items


async def the_visit(office: Enrollment, place: str) -> str:
    return next(one["visit_id"] for one in await planned(office) if one["place_id"] == place)


async def test_a_visit_before_its_moved_day_takes_its_place_and_one_moved_forward_is_completed_on_it(
    office: Enrollment,
) -> None:
    await office.give("trainees", rows.trainee("T1"))
    await office.post(f"planned-visits/{await the_visit(office, 'C1')}/move", {"to": "2025-12-20"})
    await office.day_comes("2025-10-06")
    await office.give("visits", rows.visit("V1", held_on="2025-10-06", next_in_weeks=None))
    assert (await visits_of(office, "company/C1"))[-1] == ("visit-planned", date(2025, 12, 29))

    (key,) = [one["visit_id"] for one in await planned(office) if one["due_on"] == "2025-12-29"]
    await office.post(f"planned-visits/{key}/move", {"to": "2025-10-20"})
    await office.day_comes("2025-10-20")
    await office.give("visits", rows.visit("V2", held_on="2025-10-20", next_in_weeks=1))

    assert (await visits_of(office, "company/C1"))[-1] == ("visit-planned", date(2025, 10, 27))
    assert (await office.told("visit-completed"))[-1].visit_id == key  # type: ignore[attr-defined]


async def test_a_signal_after_a_waiver_counts_though_an_older_one_is_still_open(office: Enrollment) -> None:
    await office.publish(**SIGNALLED)
    await office.give("trainees", rows.trainee("T1"))
    await a_signal(office, date(2025, 9, 15))
    await office.day_comes("2025-09-22")
    await office.post(f"planned-visits/{await the_visit(office, 'C1')}/waive", {"reason": "Verbouwing"})
    assert (await visits_of(office, "company/C1"))[-1] == ("visit-planned", date(2025, 11, 24))

    async with office.db.transaction() as tx:
        await signals.set_found(tx, Kind.MENTOR_TIME, ["T1"], {("T1", ""): {"minutes": 9}}, on=date(2025, 9, 29))
    await office.day_comes("2025-09-29")

    assert (await visits_of(office, "company/C1"))[-1] == ("visit-planned", date(2025, 10, 20))
