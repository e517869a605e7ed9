"""Refusals that need the database: asked over HTTP, answered in the language of who asks."""

from typing import Any

from . import rows
from .conftest import Enrollment

FEEDBACK = {"feedback_id": "F1", "trainee_id": "T1", "mentor_id": "M3", "given_on": "2025-09-01", "mark": 4}
REVIEW: dict[str, Any] = {"review_id": "R1", "held_on": "2025-09-01", "topics": ["Lassen"]}
SAID: list[tuple[str, dict[str, Any] | None, str, str, str]] = [
    ("actions/A9/done", {}, "unknown-action", "actie A9 is hier niet bekend", "action A9 is not known here"),
    (
        "complaints/K9/acknowledge", {}, "unknown-complaint",
        "klacht K9 is hier niet bekend", "complaint K9 is not known here",
    ),
    (
        "programme-reviews/R9/confirmations", {"party": "mentor"}, "unknown-review",
        "programmabespreking R9 is hier niet bekend", "programme review R9 is not known here",
    ),
    (
        "mentor-feedback", FEEDBACK, "feedback-on-another",
        "leerling T1 heeft of had begeleider M3 niet", "trainee T1 does not have and never had mentor M3",
    ),
    (
        "login-links", {"to": "https://elsewhere.example/"}, "leads-elsewhere",
        "dit adres is niet van ons", "this address is not one of ours",
    ),
    (
        "companies/C9", None, "nothing-under-this-key",
        "Onder dit nummer is hier niets bekend.", "Nothing is known under this key.",
    ),
]  # fmt: skip


async def test_each_refusal_is_said_in_the_language_of_who_asks(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"))
    for path, body, rule, nl, en in SAID:
        for language, said in (("nl", nl), ("en", en)):
            url, speaks = f"/enrollment/api/{path}", {"Accept-Language": language}
            answer = await (
                office.http.get(url, headers=speaks)
                if body is None
                else office.http.post(url, json=body, headers=speaks)
            )
            assert answer.json()["type"] == f"urn:keur:problem:{rule}", (path, answer.text)
            assert answer.json()["detail"] == said


async def test_a_kind_of_file_that_is_not_known_is_named_so(office: Enrollment) -> None:
    for language, said in (("nl", "Deze soort is hier niet bekend."), ("en", "This kind is not known here.")):
        office.http.headers["Accept-Language"] = language
        answer = await office.file("koeien", b"a,b\n1,2\n")
        assert (answer.status_code, answer.json()["type"]) == (404, "urn:keur:problem:unknown-kind")
        assert answer.json()["detail"] == said
