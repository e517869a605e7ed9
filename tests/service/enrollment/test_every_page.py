"""Every page of the training in both languages, walked from link to link with a mark that is at work."""

import re

import pytest

from tests.service.walking import walked

from . import rows
from .conftest import Enrollment

MARK = {
    "title": {"nl": "SMO-certificaat", "en": "SMO certificate"},
    "cadence": {"visit_company_weeks": 12, "visit_school_weeks": 10, "programme_review_weeks": 8},
    "norms": {"mentor_max_trainees": 3, "mentor_minutes_per_week": 120, "alignment_lag_days": 28,
              "simple_work_share": 0.4, "complaint_acknowledge_days": 5, "replacement_placement_days": 30},
    "risk": {"raised_from": 1, "high_from": 3, "complaint": 2, "no_placement": 2},
    "equipment": {"lathe": {"nl": "draaibank"}, "press_brake": {"nl": "kantbank"}},
    "targets": {
        "T01": {"title": {"nl": "Veilig werken", "en": "Working safely"}, "equipment": []},
        "T02": {"title": {"nl": "Kanten", "en": "Press braking"}, "equipment": ["press_brake"]},
    },
    "programmes": {"lasser-3": {"title": {"nl": "Lasser", "en": "Welder"}, "level": 3, "targets": ["T01", "T02"]}},
}  # fmt: skip

BY_MAIL = ("/enrollment/answer", "/enrollment/sign-in/{secret}")
"""Pages behind a secret in a mail: test_agreements, test_mentors, test_applications and test_sign_in open them."""


@pytest.fixture
async def at_work(enrollment: Enrollment) -> Enrollment:
    """Some of everything that pages show: late visits and reviews, gaps, signals, complaints, actions, applications."""
    await enrollment.publish(**MARK)
    trainees = [rows.trainee(f"T{n}") for n in range(1, 5)]
    for kind, given in (
        ("companies", [rows.company("C1", equipment=["lathe"]), rows.company("C2", equipment=["press_brake"])]),
        ("mentors", [rows.mentor("M1", max_trainees=3), rows.mentor("M2"), rows.mentor("M3", company_id="C2")]),
        ("schools", [rows.school("S1")]),
        ("instructors", [rows.instructor("I1")]),
        ("trainees", [*trainees[:2], *({**one, "mentor_id": "M2"} for one in trainees[2:])]),
    ):
        answer = await enrollment.give(kind, *given)
        assert answer.status_code == 200, answer.text
    await enrollment.day_comes("2025-12-15")
    weeks = [f"2025-W{n}" for n in range(37, 49)]
    lines = [rows.entry(f"L{week}", week=week, level="simple", mentor_minutes=10) for week in weeks]
    learned = rows.entry("LS", week="2025-W38", place="school", target="T02", hours=14, mentor_minutes=0)
    await enrollment.give("logbook", learned, *lines)
    await enrollment.give("complaints", rows.complaint("K1"), rows.complaint("K2", trainee_id="T2"))
    await enrollment.give("visits", rows.visit("V1"))
    nominated = {**rows.mentor("M9"), "course_valid_until": None}
    await enrollment.post("mentor-nominations", nominated)
    action = {"text": "Rooster maken", "owner": "mentor/M1", "due_on": "2026-01-10"}
    review = {"review_id": "R1", "trainee_id": "T1", "held_on": "2025-12-12", "topics": ["Kanten"], "actions": [action]}
    reviewed = await enrollment.post("programme-reviews", review)
    application = {"application_id": "A1", "name": "Noor", "email": "noor@post.example", "state": "applied"}
    applied = await enrollment.post("applications", application)
    assert (reviewed.status_code, applied.status_code) == (201, 201), reviewed.text + applied.text
    for path, form in (
        ("trainees/T2/agreement", {}),
        ("trainees/T3/pause", {"paused_on": "2025-12-15", "pause_reason": "health"}),
        ("trainees/T4/drop-out", {"dropped_out_on": "2025-12-15", "drop_out_reason": "mentor"}),
        ("complaints/K2/acknowledge", {}),
    ):
        await enrollment.http.post(f"/enrollment/{path}", data=form)
    await enrollment.day_comes("2026-01-19")
    return enrollment


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_every_page_can_be_reached_and_is_whole(at_work: Enrollment, language: str) -> None:
    walk = await walked("enrollment", language, at_work.http, ["/enrollment/", "/enrollment/sign-in"])

    assert not walk.faults, "\n".join(walk.faults)
    assert walk.missed(apart=(*BY_MAIL, "/enrollment/session")) == []


async def test_machines_and_programmes_are_called_by_the_schemes_names(at_work: Enrollment) -> None:
    for language, machine, programme in (("nl", "draaibank", "Lasser, niveau 3"), ("en", "lathe", "Welder, level 3")):
        company = (await at_work.http.get(f"/enrollment/companies/C1?lang={language}")).text
        listed = (await at_work.http.get(f"/enrollment/trainees?lang={language}")).text

        assert machine in company
        assert programme in company
        assert programme in listed


async def test_the_highest_risk_comes_first_and_the_next_page_goes_on_there(at_work: Enrollment) -> None:
    everybody = (await at_work.http.get("/enrollment/risk?lang=en")).text
    points = [int(found) for found in re.findall(r"(\d+) points?, since", everybody)]

    assert points == sorted(points, reverse=True)
    first = re.findall(r"/trainees/(T\d)#risk", everybody)
    rest = (await at_work.http.get(f"/enrollment/risk?after={first[0]}")).text
    assert re.findall(r"/trainees/(T\d)#risk", rest) == first[1:]


async def test_a_talk_that_is_refused_keeps_who_was_there(at_work: Enrollment) -> None:
    form = {"talk_id": "E1", "place_kind": "company", "place_id": "C1", "held_on": "2026-01-19", "summary": "",
            "participants": ["mentor/M1", "trainee/T1"]}  # fmt: skip
    refused = await at_work.http.post("/enrollment/talks/new?lang=nl", data=form)

    assert refused.status_code == 422
    assert set(re.findall(r'value="([^"]+)" checked', refused.text)) == {"mentor/M1", "trainee/T1"}
    assert (await at_work.http.post("/enrollment/talks/new", data={**form, "summary": "Beter."})).status_code == 303
