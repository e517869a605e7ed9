"""A training is interrupted, goes on, or stops before its end; each once, with its reason kept here."""

from datetime import date

from shared.events.certification import CertificateIssued, ExamPassed
from shared.events.enrollment import EnrolmentDroppedOut

from . import rows
from .conftest import Enrollment

WEEKS: dict[str, object] = {
    "week_pattern": {"school_days": 2, "company_days": 3, "start_phase": {"weeks": 7, "school_days": 3}}
}


async def state_of(office: Enrollment, key: str) -> str:
    return str((await office.http.get(f"/enrollment/api/trainees/{key}")).json()["state"])


async def test_a_training_is_interrupted_and_goes_on_and_keeps_its_place(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"))
    await office.day_comes("2025-11-24")
    given = {"trainee_id": "T1", "reason": "health", "paused_on": "2025-11-03"}

    first, again = await office.post("pauses", given), await office.post("pauses", given)
    other = await office.post("pauses", {**given, "paused_on": "2025-11-10"})
    paused = await state_of(office, "T1")
    on = await office.post("resumptions", {"trainee_id": "T1"})
    on_again = await office.post("resumptions", {"trainee_id": "T1"})

    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 422), first.text
    assert other.json()["type"] == "urn:keur:problem:not-possible-now"
    assert paused == "paused"
    assert (on.status_code, on_again.status_code) == (201, 200), on.text
    assert on.json()["state"] == "active"
    told = await office.told("enrolment-paused", "enrolment-resumed")
    assert [event.TYPE.split(".")[1] for event in told] == ["enrolment-paused", "enrolment-resumed"]
    assert "health" not in told[0].model_dump_json()
    async with office.db.read() as tx:
        assert await tx.fetchval("select state from placement where trainee_id = 'T1'") == "active"
        notes = [row["change"] for row in await tx.fetch("select change from audit where subject = 'trainee/T1'")]
    assert notes[-2:] == ["paused", "active"]


async def test_who_drops_out_frees_the_place_and_nothing_stays_open(office: Enrollment) -> None:
    target = {"T01": {"equipment": ["press_brake"]}}
    await office.publish(**WEEKS, targets=target, programmes={"lasser-3": {"targets": ["T01"]}})
    await office.give("trainees", rows.trainee("T1", mentor_id="M2"))
    assert (await office.http.get("/enrollment/api/gaps")).json()["items"] != []
    full = await office.give("trainees", rows.trainee("T2", mentor_id="M2", starts_on="2025-10-06"))
    await office.day_comes("2025-10-06")
    given = {"trainee_id": "T1", "reason": "no-time-to-guide", "dropped_out_on": "2025-10-03"}

    first, again = await office.post("drop-outs", given), await office.post("drop-outs", given)

    assert full.status_code == 422
    assert (first.status_code, again.status_code) == (201, 200), first.text
    assert first.json() == {
        "trainee_id": "T1",
        "state": "dropped out",
        "paused_on": None,
        "dropped_out_on": "2025-10-03",
        "reason": "no-time-to-guide",
        "cause": "P4",
        "phase": "start phase",
    }
    (told,) = await office.told("enrolment-dropped-out")
    assert isinstance(told, EnrolmentDroppedOut)
    assert (told.cause, told.phase, told.days_in) == ("P4", "start phase", 32)
    assert (await office.http.get("/enrollment/api/gaps")).json()["items"] == []
    async with office.db.read() as tx:
        assert [tuple(row) for row in await tx.fetch("select state, ends_on from placement")] == [
            ("ended", date(2025, 10, 3))
        ]
        assert await tx.fetchval("select count(*) from planned_visit where state = 'planned'") == 0
        assert await tx.fetchval("select count(*) from signal where closed_on is null") == 0
    assert (
        await office.give("trainees", rows.trainee("T2", mentor_id="M2", starts_on="2025-10-06"))
    ).status_code == 200
    listed = (await office.http.get("/enrollment/api/drop-outs")).json()["items"]
    assert [(one["trainee_id"], one["cause"], one["days_in"]) for one in listed] == [("T1", "P4", 32)]


async def test_after_the_first_exam_it_is_the_exam_phase(office: Enrollment) -> None:
    await office.publish(**WEEKS)
    await office.give("trainees", rows.trainee("T1"))
    passed = {"result_id": "R1", "trainee_id": "T1", "exam": "theory", "attempt": 1, "scheme": "smo"}
    await office.hear(ExamPassed.model_validate({**passed, "taken_on": "2025-10-01", "score": "7.0"}))
    await office.day_comes("2025-10-06")

    answer = await office.post("drop-outs", {"trainee_id": "T1", "reason": "other-job"})

    assert (answer.json()["phase"], answer.json()["cause"]) == ("exam phase", None), answer.text


async def test_what_cannot_be_is_refused_by_name_in_both_languages(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"), rows.trainee("T2", starts_on="2025-12-01"))
    await office.day_comes("2025-10-06")
    for kind, given, rule in (
        ("drop-outs", {"trainee_id": "T9", "reason": "moved"}, "unknown-trainee"),
        ("drop-outs", {"trainee_id": "T1", "reason": "moved", "dropped_out_on": "2025-10-07"}, "day-still-to-come"),
        ("pauses", {"trainee_id": "T1", "reason": "other", "paused_on": "2025-08-30"}, "day-before-the-training"),
        ("pauses", {"trainee_id": "T2", "reason": "other"}, "not-possible-now"),
        ("resumptions", {"trainee_id": "T1"}, "not-paused"),
    ):
        dutch = await office.post(kind, given, **{"Accept-Language": "nl"})
        english = await office.post(kind, given, **{"Accept-Language": "en"})

        assert (dutch.status_code, english.status_code) == (422, 422), given
        assert english.json()["type"] == f"urn:keur:problem:{rule}"
        assert dutch.json()["detail"] != english.json()["detail"]


async def test_the_certificate_completes_the_training_once(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"))
    issued = {"number": "SMO-2027-00001", "trainee_id": "T1", "scheme": "smo", "scheme_version": "2024.1"}
    event = CertificateIssued.model_validate(
        {**issued, "programme": "lasser-3", "decision_id": "D1", "issued_on": "2025-10-01", "certificate_id": "X"}
    )

    await office.hear(event)
    await office.hear(event)

    told = await office.told("training-completed")
    assert [one.model_dump(mode="json") for one in told] == [
        {"trainee_id": "T1", "completed_on": "2025-10-01", "scheme": "smo"}
    ]
    assert await state_of(office, "T1") == "completed"


async def test_the_file_takes_the_same_by_form_and_says_what_is_wrong(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"))
    await office.day_comes("2025-11-24")
    at = "/enrollment/trainees/T1"
    paused = {"pause_reason": "personal", "paused_on": "2025-11-03"}

    wrong = await office.http.post(f"{at}/pause?lang=nl", data={**paused, "paused_on": "2025-11-30"})
    no_reason = await office.http.post(f"{at}/pause?lang=en", data={"paused_on": "2025-11-03"})
    good = await office.http.post(f"{at}/pause", data=paused)
    page = (await office.http.get(f"{at}?lang=nl")).text
    on = await office.http.post(f"{at}/resume", data={"resumed_on": "2025-11-17"})
    out = await office.http.post(
        f"{at}/drop-out", data={"drop_out_reason": "work-too-narrow", "dropped_out_on": "2025-11-21"}
    )
    ended = (await office.http.get(f"{at}?lang=nl")).text

    assert (wrong.status_code, no_reason.status_code) == (422, 422)
    assert "Onderbroken sinds: 30 november 2025 moet nog komen" in wrong.text
    assert "Reason of the interruption:" in no_reason.text
    assert [one.status_code for one in (good, on, out)] == [303, 303, 303]
    assert ">3 november 2025</time>: persoonlijke omstandigheden." in page
    assert "het werk van het leerbedrijf was te smal" in ended
    assert "P3" in ended
    assert f'action="{at}/drop-out"' not in ended


async def test_who_never_began_drops_out_from_the_first_day_on_and_no_placement_is_told_to_have_ended(
    office: Enrollment,
) -> None:
    await office.publish(norms={"mentor_max_trainees": 3, "agreement_grace_days": 0})
    await office.give("trainees", rows.trainee("T1"))
    given = {"trainee_id": "T1", "reason": "other-job"}
    early = await office.post("drop-outs", {**given, "dropped_out_on": "2025-08-31"})
    assert early.json()["type"] == "urn:keur:problem:day-before-the-training"
    async with office.db.read() as tx:
        assert await tx.fetchval("select state from enrolment where trainee_id = 'T1'") == "enrolled"

    assert (await office.post("drop-outs", given)).status_code == 201

    async with office.db.read() as tx:
        states = await tx.fetch("select state from placement where trainee_id = 'T1'")
        path = await tx.fetch("select change from audit where subject = 'trainee/T1' order by position")
    assert [row["state"] for row in states] == ["ended"]
    assert [row["change"] for row in path if row["change"] in ("enrolled", "active", "dropped out")] == [
        "enrolled", "active", "dropped out",
    ]  # fmt: skip
    assert await office.told("placement-started", "placement-ended") == []


async def test_where_the_scheme_asks_for_plans_a_placement_that_waits_is_covered(office: Enrollment) -> None:
    learned = {code: {"targets": ["T01"]} for code in ("lasser-3", "verspaner-3")}
    norms = {"mentor_max_trainees": 3, "open_targets_need_plan": True}
    await office.publish(norms=norms, targets={"T01": {}}, programmes=learned)
    answer = await office.give("trainees", rows.trainee("T1", starts_on="2025-10-01"))
    async with office.db.read() as tx:
        state = await tx.fetchval("select state from placement where trainee_id = 'T1'")
    assert (answer.status_code, state) == (200, "covered"), answer.text
    await office.day_comes("2025-10-01")
    async with office.db.read() as tx:
        assert await tx.fetchval("select state from placement where trainee_id = 'T1'") == "active"
