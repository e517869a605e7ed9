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
