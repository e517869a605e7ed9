"""The agenda of a visit, its report, the route, and evaluation talks."""

from datetime import date
from typing import Any

from services.enrollment.domain.signals import Kind
from services.enrollment.store import signals
from shared.web.session import SessionKeys

from . import rows
from .conftest import Enrollment


async def planned(office: Enrollment, place: str) -> str:
    items = (await office.http.get("/enrollment/api/planned-visits")).json()["items"]
    return next(str(one["visit_id"]) for one in items if one["place_id"] == place and one["state"] != "completed")


async def with_a_lot_to_talk_about(office: Enrollment) -> str:
    """T1 (a minor) complained, has two signals, and an action of the last visit is open; gives the visit's key."""
    await office.give("trainees", rows.trainee("T1", birth_date="2009-01-01", guardian_email="o@post.example"))
    action = {"owner": "mentor/M1", "text": "Kantbank vrijmaken", "due_on": "2025-10-15"}
    body = rows.visit("V0", held_on="2025-09-01", actions=[action], next_in_weeks=None)
    assert (await office.post("visits", body)).status_code == 201
    assert (await office.post("visits", body)).status_code == 200
    await office.post("complaints", rows.complaint("K1", received_on="2025-09-01", confidential=False, text="kwibus"))
    async with office.db.transaction() as tx:
        for kind in (Kind.EXTRA_HANDS, Kind.MENTOR_TIME):
            await signals.set_found(tx, kind, ["T1"], {("T1", ""): {"share": 0.6}}, on=date(2025, 9, 1))
    return await planned(office, "C1")


async def test_the_agenda_makes_itself_and_shows_each_reader_what_is_theirs(office: Enrollment) -> None:
    key = await with_a_lot_to_talk_about(office)
    token = SessionKeys(office.ctx.settings.home).sign(subject="x", scopes=["read"], via="token", seconds=60)

    async def items(**headers: str) -> list[tuple[str, str | None]]:
        answer = await office.http.get(f"/enrollment/api/visits/{key}/agenda", headers=headers)
        assert "kwibus" not in answer.text
        return [(one["kind"], one["signal"] or one["text"]) for one in answer.json()["items"]]

    assert await items() == [
        ("complaint", None),
        ("action", "Kantbank vrijmaken"),
        ("signal", "extra-hands"),
        ("signal", "mentor-time"),
    ]
    others = {"Authorization": f"Bearer {token}"}
    assert await items(**others) == [("action", "Kantbank vrijmaken"), ("signal", "mentor-time")]
    for step, body in (("acknowledge", {}), ("in-hand", {"agenda_words": "De eerste weken"})):
        assert (await office.post(f"complaints/K1/{step}", body)).status_code == 200
    assert (await items(**others))[0] == ("complaint", "De eerste weken")
    seen = (await office.http.get(f"/enrollment/api/visits/{key}/agenda", headers=others)).json()["items"][0]
    assert (seen["about"], seen["trainee_id"]) == (None, None)
    assert (await office.http.get("/enrollment/api/visits/V9/agenda")).status_code == 404


async def test_a_report_names_actions_complaints_discussed_and_the_next_day(office: Enrollment) -> None:
    key = await with_a_lot_to_talk_about(office)
    for step in ("acknowledge", "in-hand"):
        await office.post(f"complaints/K1/{step}", {"agenda_words": "Iets"} if step == "in-hand" else {})
    page = (await office.http.get(f"/enrollment/visits/{key}?lang=nl")).text
    assert "Kantbank vrijmaken" in page
    assert "De begeleidingstijd ligt onder de norm" in page
    form = {
        "visit_id": "V1", "place_kind": "company", "place_id": "C1", "held_on": "2025-09-01", "findings": "Goed",
        "next_on": "2025-10-20", "discussed": "K1", "action_text_1": "Bellen", "action_owner_1": "mentor/M1",
        "action_due_on_1": "2025-09-08",
    }  # fmt: skip
    shown = (await office.http.get("/enrollment/visits/new?place_kind=company&place_id=C1&lang=en")).text
    assert "Complaints discussed" in shown

    wrong = await office.http.post("/enrollment/visits/new?lang=nl", data={**form, "action_owner_1": "mentor/M99"})
    assert wrong.status_code == 422
    assert "mentor/M99 is hier niet bekend" in wrong.text
    right = await office.http.post("/enrollment/visits/new", data=form)

    assert right.status_code == 303, right.text
    actions = (await office.http.get("/enrollment/api/actions")).json()["items"]
    assert {one["text"] for one in actions if one["origin"] == "visit"} == {"Kantbank vrijmaken", "Bellen"}
    assert (await office.http.get("/enrollment/api/complaints/K1/file")).json()["discussed_on"] == "2025-09-01"
    following = (await office.http.get(f"/enrollment/api/planned-visits/{await planned(office, 'C1')}")).json()
    assert following["moved_to"] == "2025-10-20"


async def test_the_planner_groups_by_week_and_orders_by_postal_code(office: Enrollment) -> None:
    codes = {"C3": "5401 AA", "C4": "5340 BB", "C5": "5480 CC"}
    await office.give("companies", *(rows.company(key, postal_code=code) for key, code in codes.items()))
    await office.give("mentors", *(rows.mentor(f"M{key}", company_id=key) for key in codes))
    await office.give("trainees", *(rows.trainee(f"T{key}", company_id=key, mentor_id=f"M{key}") for key in codes))

    far = (await office.http.get("/enrollment/api/visit-planner?ahead=4")).json()
    near = (await office.http.get("/enrollment/api/visit-planner?ahead=13&start=5400")).json()

    assert far == []
    assert [(week["week"], [stop["place_id"] for stop in week["stops"]]) for week in near] == [
        ("2025-W46", ["S1"]),
        ("2025-W48", ["C3", "C4", "C5"]),
    ]
    for language, words in (("nl", "Bezoeken plannen"), ("en", "Plan visits")):
        page = (await office.http.get(f"/enrollment/visits/planner?ahead=13&lang={language}")).text
        assert words in page
        assert "5340 BB" in page


async def test_a_visit_is_moved_and_waived_by_form(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"))
    path = f"/enrollment/visits/{await planned(office, 'C1')}"

    early = await office.http.post(f"{path}/move?lang=nl", data={"to": "2025-01-01"})
    assert early.status_code == 422
    assert "1 januari 2025 is al geweest" in early.text
    assert (await office.http.post(f"{path}/move", data={"to": "2025-12-01"})).status_code == 303
    assert (await office.http.post(f"{path}/waive?lang=nl", data={"reason": ""})).status_code == 422
    assert (await office.http.post(f"{path}/waive", data={"reason": "Verbouwing"})).status_code == 303
    assert "Verbouwing" in (await office.http.get(f"{path}?lang=nl")).text


async def test_an_evaluation_talk_has_participants_follow_ups_and_the_complaints_spoken_of(office: Enrollment) -> None:
    await with_a_lot_to_talk_about(office)
    for step in ("acknowledge", "in-hand"):
        await office.post(f"complaints/K1/{step}", {"agenda_words": "Iets"} if step == "in-hand" else {})
    talk: dict[str, Any] = {
        "talk_id": "E1", "held_on": "2025-09-01", "place_kind": "company", "place_id": "C1", "trainee_id": "T1",
        "participants": ["trainee/T1", "mentor/M1"], "summary": "Het gaat beter: kwibus.",
        "actions": [{"owner": "mentor/M1", "text": "Rooster", "due_on": "2025-09-08"}], "complaints": ["K1"],
    }  # fmt: skip

    first = await office.post("evaluation-talks", talk)
    again = await office.post("evaluation-talks", talk)

    assert (first.status_code, again.status_code) == (201, 200), first.text
    (told,) = await office.told("evaluation-talk-held")
    assert (told.participants, told.actions, told.complaint_ids) == (("trainee/T1", "mentor/M1"), 1, ("K1",))  # type: ignore[attr-defined]
    assert "kwibus" not in told.model_dump_json()
    assert (await office.http.get("/enrollment/api/complaints/K1/file")).json()["discussed_on"] == "2025-09-01"
    for wrong, rule in (
        ({"place_id": "C99"}, "unknown-place"), ({"held_on": "2026-01-01"}, "talk-in-future"),
        ({"participants": ["mentor/M99"]}, "unknown-owner"), ({"trainee_id": "T99"}, "unknown-trainee"),
    ):  # fmt: skip
        nl = await office.post("evaluation-talks", {**talk, "talk_id": "E2", **wrong}, **{"Accept-Language": "nl"})
        en = await office.post("evaluation-talks", {**talk, "talk_id": "E2", **wrong}, **{"Accept-Language": "en"})
        assert (nl.status_code, nl.json()["type"]) == (422, f"urn:keur:problem:{rule}")
        assert nl.json()["detail"] != en.json()["detail"]
    assert [one["talk_id"] for one in (await office.http.get("/enrollment/api/evaluation-talks")).json()["items"]] == [
        "E1"
    ]
    form = {"talk_id": "E3", "held_on": "2025-09-01", "place_kind": "company", "place_id": "C1",
            "participants": "mentor/M1 trainee/T1", "summary": "Kort"}  # fmt: skip
    assert "Evaluatiegesprek" in (await office.http.get("/enrollment/talks/new?place_id=C1&lang=nl")).text
    assert (await office.http.post("/enrollment/talks/new", data={**form, "participants": ""})).status_code == 422
    assert (await office.http.post("/enrollment/talks/new", data=form)).status_code == 303
