"""What takes a certificate away asks first: a reason and a yes, or nothing is asked of the service."""

import json

import pytest

from .answers import Services

API = "/certification/api/certificates/SMO-1"
STEP = {"number": "SMO-1", "kind": "withdrawn", "status": "withdrawn", "appeal_until": "2027-04-12"}


@pytest.mark.parametrize(
    "argv",
    [
        ["withdraw", "SMO-1", "--yes"],
        ["withdraw", "SMO-1", "--reason", "fraud"],
        ["suspend", "SMO-1", "--reason", "x", "--until", "soon", "--yes"],
        ["suspend", "SMO-1", "--reason", "x"],
    ],
)
def test_without_a_reason_or_a_yes_nothing_is_done(services: Services, argv: list[str]) -> None:
    answer = services.keur("certificate", *argv)

    assert answer.returncode == 2
    assert services.asked == []


def test_with_both_it_is_done_and_the_term_of_appeal_is_said(services: Services) -> None:
    services.answers = {f"{API}/withdraw": (201, STEP)}

    answer = services.keur("certificate", "withdraw", "SMO-1", "--reason", "found out", "--because", "fraud", "--yes")

    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.splitlines() == [
        "Certificate SMO-1 is withdrawn.",
        "An appeal can be lodged until 2027-04-12.",
    ]
    (asked,) = services.asked
    assert json.loads(asked.body) == {"reason": "found out", "reason_code": "fraud"}
    assert asked.headers["Idempotency-Key"]


def test_what_a_rule_refuses_ends_with_one(services: Services) -> None:
    services.answers = {
        f"{API}/reinstate": (409, {"type": "urn:keur:problem:not-suspended", "detail": "not suspended"})
    }

    answer = services.keur("certificate", "reinstate", "SMO-1", "--reason", "x", "--json")

    assert answer.returncode == 1
    assert "not suspended" in answer.stderr


@pytest.mark.parametrize(
    "argv",
    [
        ["correct", "SMO-1", "--reason", "x", "--yes"],
        ["correct", "SMO-1", "--holder", "Jan", "--reason", "x"],
        ["reduce-scope", "SMO-1", "--reason", "x", "--yes"],
        ["recertify", "SMO-1", "--exam", "weld=good,soon,EX1"],
    ],
)
def test_what_is_not_said_rightly_is_not_asked_of_the_service(services: Services, argv: list[str]) -> None:
    assert (services.keur("certificate", *argv).returncode, services.asked) == (2, [])


def test_each_step_of_the_life_has_its_verb(services: Services) -> None:
    link = {"share_url": "http://x/s", "manage_url": "http://x/m", "ends_at": "2027-03-01T10:00:00"}
    steps = ("correct", "reduce-scope", "recertify", "expire")
    services.answers = {f"{API}/{step}": (201, {"number": "SMO-1"}) for step in steps}
    services.answers[f"{API}/share"] = (201, link)
    why = ("--reason", "seen", "--yes")

    said = [
        services.keur("certificate", *argv).stdout.strip()
        for argv in (
            ["correct", "SMO-1", "--holder", "Jan de Boer", *why],
            ["reduce-scope", "SMO-1", "--targets", "E1, E2", *why],
            ["recertify", "SMO-1", "--exam", "weld_plate=80,2027-10-01,EX1", "--practice-months", "20"],
            ["expire", "SMO-1"],
        )
    ]
    shared = services.keur("certificate", "share", "SMO-1", "--json")

    assert said == [
        "Certificate SMO-1 is corrected.",
        "Certificate SMO-1 is valid for fewer attainment targets.",
        "Certificate SMO-1 is renewed.",
        "Certificate SMO-1 has expired.",
    ]
    bodies = [json.loads(asked.body) for asked in services.asked]
    assert bodies[0] == {"reason": "seen", "reason_code": "other", "holder": "Jan de Boer"}
    assert bodies[1]["targets"] == ["E1", "E2"]
    assert bodies[2] == {
        "exams": [{"exam": "weld_plate", "score": "80", "taken_on": "2027-10-01", "examiner": "EX1"}],
        "practice_months": 20,
    }
    assert json.loads(shared.stdout) == link
