"""Complaints: their steps and clocks, who may read them, and that their text goes nowhere."""

from datetime import date
from typing import Any

import pytest
from fastapi.routing import APIRoute

from services.enrollment.api import complaints as complaints_api
from services.enrollment.domain.signals import Kind, Signal
from services.enrollment.pages import complaints as complaints_pages
from services.enrollment.store import signals
from services.enrollment.words import risk as risk_words
from shared.events.enrollment import ComplaintPutOnAgenda, ComplaintResolved
from shared.web import i18n
from shared.web.session import SCOPES, SessionKeys

from . import rows
from .conftest import Enrollment

NORMS: dict[str, Any] = {
    "norms": {"mentor_max_trainees": 3, "complaint_acknowledge_days": 5, "complaint_resolve_days": 30}
}
MARK = "Mijn begeleider roept kwibus"


@pytest.fixture
async def mark(office: Enrollment) -> Enrollment:
    """T1 is grown up, T2 a minor; K1 is of the one, K2 of the other, both of 1 September, of an open kind."""
    await office.publish(**NORMS)
    minor = rows.trainee("T2", birth_date="2009-01-01", guardian_email="ouder@post.example", mentor_id="M2")
    answer = await office.give("trainees", rows.trainee("T1"), minor)
    assert answer.status_code == 200, answer.text
    for key, trainee in (("K1", "T1"), ("K2", "T2")):
        given = rows.complaint(key, trainee_id=trainee, received_on="2025-09-01", confidential=False, text=MARK)
        assert (await office.post("complaints", given)).status_code == 201
    return office


async def step(office: Enrollment, key: str, what: str, expected: int = 200, **body: Any) -> dict[str, Any]:
    answer = await office.post(f"complaints/{key}/{what}", body, **{"Accept-Language": "nl"})
    assert answer.status_code == expected, answer.text
    return dict(answer.json())


async def open_signals(office: Enrollment, trainee: str) -> list[tuple[str, str]]:
    async with office.db.read() as tx:
        found = (await signals.open_of(tx, [trainee]))[trainee]
    return [(one.about, one.evidence.get("step")) for one in found if one.kind.value == "complaint"]


async def test_a_complaint_goes_step_by_step_onto_the_next_agenda_and_is_closed(mark: Enrollment) -> None:
    assert (await step(mark, "K1", "acknowledge"))["state"] == "acknowledged"
    assert (await step(mark, "K1", "acknowledge"))["state"] == "acknowledged"
    taken = await step(mark, "K1", "in-hand", agenda_words="Hoe gaat de begeleiding?")
    assert taken["state"] == "on agenda"
    (put,) = await mark.told("complaint-put-on-agenda")
    assert isinstance(put, ComplaintPutOnAgenda)
    assert (put.place_id, put.due_on) == ("C1", date(2025, 9, 15))

    action = {"owner": "mentor/M1", "text": "Rooster maken", "due_on": "2025-10-01"}
    resolved = await step(mark, "K1", "resolve", resolution="Er is een rooster.", actions=[action])
    assert resolved["actions"][0]["origin"] == "complaint"
    refused = await step(mark, "K1", "close", 422)
    assert refused["type"] == "urn:keur:problem:complaint-not-discussed"
    assert refused["detail"] == "de klacht is nog niet besproken, en er is geen reden waarom dat niet hoeft"
    await step(mark, "K1", "discussed", on="2025-09-01")
    assert (await step(mark, "K1", "close"))["closed_on"] == "2025-09-01"

    facts = [event.TYPE.split(".")[1] for event in await mark.told() if "complaint-" in event.TYPE]
    assert facts[2:] == ["complaint-acknowledged", "complaint-put-on-agenda", "complaint-resolved"]
    (told,) = await mark.told("complaint-resolved")
    assert isinstance(told, ComplaintResolved)
    assert told.days == 0


async def test_a_minors_complaint_waits_for_the_coordinators_words(mark: Enrollment) -> None:
    await step(mark, "K2", "acknowledge")
    assert (await step(mark, "K2", "in-hand"))["state"] == "in hand"
    await mark.day_comes("2025-09-02")
    assert await mark.told("complaint-put-on-agenda") == []

    worded = await step(mark, "K2", "agenda-words", agenda_words="De begeleiding in de eerste weken")

    assert (worded["state"], worded["minor"]) == ("on agenda", True)


async def test_an_open_complaint_is_a_signal_at_once_and_says_what_waits_longer_than_the_norm(mark: Enrollment) -> None:
    assert await open_signals(mark, "T1") == [("K1", None)]
    await mark.day_comes("2025-09-06")
    assert await open_signals(mark, "T1") == [("K1", None)]
    await mark.day_comes("2025-09-07")
    assert await open_signals(mark, "T1") == [("K1", "acknowledge")]
    await step(mark, "K1", "acknowledge")
    assert await open_signals(mark, "T1") == [("K1", None)]
    assert await open_signals(mark, "T2") == [("K2", "acknowledge")]
    await mark.day_comes("2025-10-02")
    assert await open_signals(mark, "T1") == [("K1", "resolve")]
    await step(mark, "K1", "in-hand")
    await step(mark, "K1", "waive", reason="De begeleider is vertrokken.")
    assert await open_signals(mark, "T1") == [("K1", "resolve")]
    await step(mark, "K1", "resolve", resolution="Er is een andere begeleider.")
    assert await open_signals(mark, "T1") == []


async def test_the_sentence_of_a_complaint_says_since_when_and_what_is_late_in_both_languages() -> None:
    said = []
    for language in ("nl", "en"):
        for late in ({}, {"step": "acknowledge", "by": "2025-09-06"}, {"step": "resolve", "by": "2025-10-01"}):
            evidence = {"received_on": "2025-09-01", **late}
            with i18n.speaking(language):
                said.append(risk_words.said(Signal("T1", Kind.COMPLAINT, "K1", date(2025, 9, 1), evidence)))
    assert said[0] == "Er loopt een klacht, ontvangen op 1 september 2025."
    assert said[1].endswith("die moest uiterlijk op 6 september 2025 bevestigd zijn.")
    assert said[3] == "A complaint is open, received on 1 September 2025."
    assert said[5].endswith("; it should have been resolved by 1 October 2025.")


async def test_who_complained_can_appeal_and_it_is_discussed_anew(mark: Enrollment) -> None:
    await step(mark, "K2", "acknowledge")
    await step(mark, "K2", "in-hand")
    await step(mark, "K2", "waive", reason="De begeleider is vertrokken.")
    await step(mark, "K2", "resolve", resolution="Er is een andere begeleider.")
    await step(mark, "K2", "close")

    refused = await step(mark, "K2", "appeals", 422, by="mentor", text="Niet waar.")
    assert refused["type"] == "urn:keur:problem:only-complainant-appeals"
    after = await step(mark, "K2", "appeals", by="guardian", text=MARK)

    assert (after["state"], after["waived_reason"], len(after["appeals"])) == ("in hand", "", 1)
    assert len(await mark.told("complaint-appealed")) == 1
    assert (await step(mark, "K2", "close", 422))["type"] == "urn:keur:problem:complaint-not-that-far"


async def test_each_refusal_is_named_in_both_languages(mark: Enrollment) -> None:
    await step(mark, "K1", "acknowledge")
    for key, what, body, rule, dutch in (
        ("K9", "acknowledge", {}, "unknown-complaint", "klacht K9 is hier niet bekend"),
        ("K1", "close", {}, "complaint-not-that-far", "de klacht is bevestigd en kan nu niet gesloten worden"),
        ("K2", "in-hand", {}, "complaint-not-that-far", "de klacht is ontvangen en kan nu niet in behandeling worden"),
    ):
        nl = await step(mark, key, what, 422, **body)
        en = await mark.post(f"complaints/{key}/{what}", body, **{"Accept-Language": "en"})
        assert (nl["type"], nl["detail"]) == (f"urn:keur:problem:{rule}", dutch)
        assert en.json()["detail"] != dutch
    await step(mark, "K1", "in-hand")
    for what, body, rule, english in (
        ("waive", {"reason": " "}, "waiver-needs-reason", "give a reason why the complaint is not discussed"),
        ("resolve", {"resolution": ""}, "resolution-missing", "write down what came of the complaint"),
    ):
        assert (await step(mark, "K1", what, 422, **body))["type"] == f"urn:keur:problem:{rule}"
        en = await mark.post(f"complaints/K1/{what}", body, **{"Accept-Language": "en"})
        assert en.json()["detail"] == english


async def test_only_the_coordinator_reads_or_handles_complaints(mark: Enrollment) -> None:
    """Each route with each scope; figures without anybody in them are for whoever reads."""
    keys = SessionKeys(mark.ctx.settings.home)
    routes = [
        (method, route.path.replace("{key}", "K1").replace("{step}", "acknowledge"))
        for router in (complaints_api.router, complaints_pages.router)
        for route in router.routes
        if isinstance(route, APIRoute) and not route.path.endswith("complaint-figures")
        for method in route.methods
    ]
    routes += [("GET", "/enrollment/api/complaints"), ("GET", "/enrollment/api/complaints/K1")]
    assert len(routes) >= 14
    for scope in sorted(SCOPES):
        token = keys.sign(subject=f"test/{scope}", scopes=[scope], via="token", seconds=60)
        for method, path in routes:
            headers = {"Authorization": f"Bearer {token}"}
            answer = await mark.http.request(method, path, headers=headers, json={} if method == "POST" else None)
            allowed = scope in ("admin", "coordinator")
            assert (answer.status_code != 403) == allowed, (scope, method, path, answer.status_code)
            if not allowed:
                assert MARK not in answer.text


async def test_the_text_is_on_no_event_in_no_audit_row_and_in_no_signal(mark: Enrollment) -> None:
    await step(mark, "K1", "acknowledge")
    await step(mark, "K1", "in-hand", agenda_words=f"Agenda {MARK}")
    await step(mark, "K1", "waive", reason=f"Reden {MARK}")
    await step(mark, "K1", "resolve", resolution=f"Uitkomst {MARK}")
    await step(mark, "K1", "appeals", by="trainee", text=MARK)
    await mark.day_comes("2025-11-01")

    for event in await mark.told():
        assert "kwibus" not in event.model_dump_json()
    async with mark.db.read() as tx:
        for table in ("audit", "signal", "timeline", "outbox", "planned_visit"):
            assert not await tx.fetchval(f"select exists (select from {table} t where t::text ilike '%kwibus%')")  # noqa: S608
    figures = await mark.http.get("/enrollment/api/complaint-figures")
    assert figures.json()["by_category"] == {"guidance": 2}
    assert (figures.json()["received"], figures.json()["appealed"], figures.json()["days_to_acknowledge"]) == (2, 1, 0)
    assert "T1" not in figures.text


async def test_the_same_file_and_who_complains(mark: Enrollment) -> None:
    given = rows.complaint("K3", received_on="2025-09-01")
    assert (await mark.post("complaints", {**given, "by": "guardian"})).status_code == 201
    assert (await mark.give("complaints", given)).json()["unchanged"] == 1
    file = (await mark.http.get("/enrollment/api/complaints/K3/file")).json()
    assert (file["by"], file["acknowledge_by"], file["resolve_by"]) == ("guardian", "2025-09-06", "2025-10-01")
    assert (await mark.post("complaints", {**given, "by": "somebody"})).status_code == 422


async def test_the_pages_take_a_complaint_through_its_steps_in_both_languages(mark: Enrollment) -> None:
    form = {"complaint_id": "K5", "trainee_id": "T1", "received_on": "2025-09-01", "by": "mentor",
            "category": "safety", "text": "Geen bril.", "confidential": "1"}  # fmt: skip
    wrong = await mark.http.post("/enrollment/complaints/new?lang=nl", data={**form, "trainee_id": "T99"})
    assert wrong.status_code == 422
    assert "leerling T99 is hier niet bekend" in wrong.text
    assert (await mark.http.post("/enrollment/complaints/new", data=form)).status_code == 303
    page = "/enrollment/complaints/K5"
    for what, data in (
        ("acknowledge", {}), ("in-hand", {"agenda_words": "Veilig werken"}), ("discussed", {}),
        ("resolve", {"resolution": "Brillen gekocht"}), ("close", {}),
    ):  # fmt: skip
        answer = await mark.http.post(f"{page}/{what}", data=data)
        assert answer.status_code == 303, answer.text
    assert (await mark.http.post(f"{page}/discussed", data={})).status_code == 303
    again = await mark.http.post(f"{page}/waive?lang=nl", data={"reason": "Te laat"})
    assert "de klacht is gesloten en kan nu niet" in again.text
    assert "Geen bril." in (await mark.http.get(f"{page}?lang=en")).text
    for language, word in (("nl", "Opgelost en gesloten"), ("en", "Resolved and closed")):
        listed = (await mark.http.get(f"/enrollment/complaints?lang={language}")).text
        assert word in listed
        assert "Geen bril." not in listed
