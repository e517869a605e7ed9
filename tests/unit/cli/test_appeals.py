"""Appeals from a terminal: against one thing, with a reason, and a yes before it is decided."""

import json

import pytest

from .answers import Services

API = "/certification/api"
WAITS = {
    "appeal_id": "A1", "number": None, "trainee_id": "T1", "against": "refused", "lodged_on": "2026-07-10",
    "decide_by": "2026-09-04", "outcome": None,
}  # fmt: skip


@pytest.mark.parametrize(
    "argv",
    [
        ["lodge", "--trainee", "T1"],
        ["lodge", "--reason", "x"],
        ["lodge", "--reason", "x", "--trainee", "T1", "--certificate", "SMO-1"],
        ["decide", "A1", "upheld", "--yes"],
        ["decide", "A1", "upheld", "--reason", "x"],
    ],
)
def test_what_is_missing_is_said_and_nothing_is_asked(services: Services, argv: list[str]) -> None:
    answer = services.keur("appeal", *argv)

    assert (answer.returncode, services.asked) == (2, [])


def test_an_appeal_is_lodged_against_a_refusal_listed_and_decided(services: Services) -> None:
    services.answers = {
        f"{API}/candidates/T1/appeals": (201, WAITS),
        f"{API}/appeals": (200, {"items": [WAITS, {**WAITS, "appeal_id": "A0", "outcome": "upheld"}], "next": None}),
        f"{API}/appeals/A1/decision": (201, {"appeal_id": "A1", "new_number": None}),
    }

    lodged = services.keur("appeal", "lodge", "--trainee", "T1", "--reason", "no")
    listed = services.keur("appeal", "list", "--json")
    decided = services.keur("appeal", "decide", "A1", "dismissed", "--reason", "read it", "--yes")

    assert lodged.stdout.splitlines() == ["Appeal A1 was lodged.", "It must be decided by 2026-09-04."], lodged.stderr
    assert [one["appeal_id"] for one in json.loads(listed.stdout)] == ["A1"]
    assert decided.stdout == "Appeal A1 was decided.\n"
    assert json.loads(services.asked[-1].body) == {"outcome": "dismissed", "reason": "read it"}
