"""From interest to enrolment, by the office and by the form that anybody can fill in."""

import re
from typing import Any

from shared.events.enrollment import ActionLinkMade, ApplicationReceived, ApplicationRejected

from . import rows
from .conftest import Enrollment

ANYBODY = {"Authorization": ""}


def application(key: str, **given: Any) -> dict[str, Any]:
    return {"application_id": key, "name": "Noor Smit", "email": "noor@thuis.example", "channel": "open day", **given}


async def test_an_application_goes_from_interest_to_enrolment_and_each_step_is_told_once(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"))
    steps = [
        ("applications", application("A1", state="interest")),
        ("applications", application("A1", state="interest")),
        ("applications", application("A1", programme="lasser-3")),
        ("application-decisions", {"application_id": "A1", "decision": "accepted"}),
        ("application-decisions", {"application_id": "A1", "decision": "accepted"}),
        ("application-enrolments", {"application_id": "A1", "trainee_id": "T1"}),
    ]

    answers = [await office.post(kind, body) for kind, body in steps]

    assert [one.status_code for one in answers] == [201, 200, 201, 201, 200, 201], [one.text for one in answers]
    assert (answers[-1].json()["state"], answers[-1].json()["trainee_id"]) == ("enrolled", "T1")
    told = await office.told("application-received", "application-accepted")
    assert [one.TYPE.split(".")[1] for one in told] == ["application-received"] * 2 + ["application-accepted"]
    assert [one.interest_only for one in told if isinstance(one, ApplicationReceived)] == [True, False]
    assert "Noor" not in "".join(one.model_dump_json() for one in told)


async def test_what_comes_of_each_channel_is_counted_with_what_it_is_counted_from(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"))
    for key, channel in (("A1", "school"), ("A2", "school"), ("A3", "open day")):
        await office.post("applications", application(key, channel=channel))
    await office.post("application-decisions", {"application_id": "A1", "decision": "accepted"})
    await office.post("application-enrolments", {"application_id": "A1", "trainee_id": "T1"})
    await office.post("application-decisions", {"application_id": "A2", "decision": "rejected", "reason": "no-place"})

    found = (await office.http.get("/enrollment/api/funnel")).json()

    assert [(one["channel"], one["known"], one["accepted"], one["rejected"], one["enrolled"]) for one in found] == [
        ("open day", 1, 0, 0, 0),
        ("school", 2, 1, 1, 1),
        ("", 3, 1, 1, 1),
    ]
    assert found[1]["shares"]["overall"] == {"numerator": 1, "denominator": 2, "value": 0.5}
    assert found[0]["shares"]["enrolled"] == {"numerator": 0, "denominator": 0, "value": None}
    (rejected,) = await office.told("application-rejected")
    assert isinstance(rejected, ApplicationRejected)
    assert rejected.reason == "no-place"


async def test_steps_that_cannot_be_are_refused_by_name_in_both_languages(office: Enrollment) -> None:
    await office.post("applications", application("A1"))
    for kind, given, rule in (
        ("application-decisions", {"application_id": "A9", "decision": "accepted"}, "unknown-application"),
        ("application-decisions", {"application_id": "A1", "decision": "rejected"}, "reason-missing"),
        ("application-enrolments", {"application_id": "A1", "trainee_id": "T1"}, "step-not-possible"),
        ("applications", application("A2", received_on="2026-01-01"), "day-still-to-come"),
    ):
        dutch = await office.post(kind, given, **{"Accept-Language": "nl"})
        english = await office.post(kind, given, **{"Accept-Language": "en"})

        assert (dutch.status_code, english.status_code) == (422, 422), english.text
        assert english.json()["type"] == f"urn:keur:problem:{rule}"
        assert dutch.json()["detail"] != english.json()["detail"]


async def test_anybody_applies_by_form_and_it_counts_once_the_address_is_confirmed(office: Enrollment) -> None:
    given = {"name": "Noor Smit", "email": "noor@thuis.example", "programme": "lasser-3", "channel": "school"}

    form = await office.http.get("/enrollment/apply?lang=nl", headers=ANYBODY)
    wrong = await office.http.post("/enrollment/apply?lang=nl", data={**given, "email": "noor"}, headers=ANYBODY)
    other = await office.http.post("/enrollment/apply?lang=nl", data={**given, "programme": "x"}, headers=ANYBODY)
    sent = await office.http.post("/enrollment/apply?lang=nl", data=given, headers=ANYBODY)

    assert (form.status_code, wrong.status_code, other.status_code, sent.status_code) == (200, 422, 422, 200)
    assert "lasser-3" in form.text
    assert "E-mailadres:" in wrong.text
    assert await office.told("application-received") == []
    assert (await office.http.get("/enrollment/api/applications")).json()["items"] == []
    (made,) = await office.told("action-link-made")
    assert isinstance(made, ActionLinkMade)
    path = "/enrollment/" + made.url.partition("/enrollment/")[2]
    looked = await office.http.get(path, headers=ANYBODY)
    assert (looked.status_code, await office.told("application-received")) == (200, [])

    confirmed = await office.http.post(path, headers=ANYBODY)
    twice = await office.http.post(path, headers=ANYBODY)

    assert (confirmed.status_code, twice.status_code) == (200, 410)
    (received,) = await office.told("application-received")
    assert isinstance(received, ApplicationReceived)
    assert (received.channel, received.programme) == ("school", "lasser-3")
    assert (await office.http.get("/enrollment/api/applications")).json()["items"][0]["state"] == "applied"


async def test_one_address_can_apply_three_times_a_day_and_who_never_confirms_is_forgotten(office: Enrollment) -> None:
    given = {"name": "Noor Smit", "email": "noor@thuis.example"}

    codes = [(await office.http.post("/enrollment/apply", data=given, headers=ANYBODY)).status_code for _ in range(4)]
    await office.day_comes("2025-09-14")
    kept = await office.count("application")
    await office.day_comes("2025-09-16")

    assert codes == [200, 200, 200, 429]
    assert (kept, await office.count("application")) == (3, 0)
    assert len(await office.told("person-erased")) == 3


async def test_one_connection_can_apply_ten_times_an_hour_and_is_answered_as_who_applied_too_often(
    office: Enrollment,
) -> None:
    async def apply(n: int) -> tuple[int, str]:
        given = {"name": "Noor Smit", "email": f"noor{n}@thuis.example", "channel": "school"}
        answer = await office.http.post("/enrollment/apply?lang=en", data=given, headers=ANYBODY)
        return answer.status_code, answer.text

    assert {(await apply(n))[0] for n in range(10)} == {200}
    code, page = await apply(10)
    assert (code, "there are too many applications now; try again later" in page) == (429, True)
    office.clock.moment = office.clock.moment.replace(hour=9)
    assert (await apply(10))[0] == 200
    async with office.db.read() as tx:
        assert await tx.fetchval("select count(*) from application_asker where length(asker) = 32") == 11
    office.clock.moment = office.clock.moment.replace(day=3)
    await apply(11)
    assert await office.count("application_asker") == 1


async def test_the_office_decides_on_its_page(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"))
    for key in ("A1", "A2"):
        await office.post("applications", application(key, channel="school"))
    at = "/enrollment/applications"

    accepted = await office.http.post(f"{at}/A1", data={"step": "accepted"})
    no_reason = await office.http.post(f"{at}/A2?lang=nl", data={"step": "rejected"})
    rejected = await office.http.post(f"{at}/A2", data={"step": "rejected", "reason": "other-trade"})
    enrolled = await office.http.post(f"{at}/A1", data={"step": "enrolled", "trainee_id": "T1"})
    page = (await office.http.get(f"{at}?lang=en")).text

    assert (accepted.status_code, rejected.status_code, enrolled.status_code) == (303, 303, 303)
    assert no_reason.status_code == 422
    assert "een afwijzing heeft een reden" in no_reason.text
    assert re.search(r"50\s*% \(1 of 2\)", page)
    assert "Through school" in page
