"""`keur scheme what-if`: who gains and who loses by a version that is not published."""

import json
from pathlib import Path
from typing import Any

from .answers import Services

TOLD: dict[str, Any] = {
    "scheme": "smith",
    "version": "2026.5",
    "transition": "moves",
    "looked_at": 3,
    "gains": 1,
    "loses": 0,
    "same": 2,
    "decided_gains": 0,
    "decided_loses": 0,
    "effects": [
        {
            "trainee_id": "T1",
            "state": "assessing",
            "under": "2026.1",
            "goes_over": "moves",
            "effect": "gains",
            "because": [{"requirement": "theory", "title": "Theory", "before": "best score 5", "after": None}],
        }
    ],
}


def asked(services: Services, folder: Path, answer: dict[str, Any], *options: str) -> tuple[int, str]:
    services.answers["/certification/api/schemes/what-if"] = (200, answer)
    file = folder / "v2.yaml"
    file.write_text("scheme: smith\n")
    done = services.keur("scheme", "what-if", str(file), *options)
    return done.returncode, done.stdout


def test_a_version_by_which_nobody_loses_is_good_and_each_change_is_named(services: Services, tmp_path: Path) -> None:
    status, out = asked(services, tmp_path, TOLD)

    assert status == 0
    assert "on their way: 1 gain, 0 lose, 2 the same" in out
    assert "Theory: best score 5 → –" in out


def test_somebody_who_would_lose_is_a_problem_found(services: Services, tmp_path: Path) -> None:
    status, out = asked(services, tmp_path, {**TOLD, "loses": 1}, "--json")

    assert status == 1
    assert json.loads(out)["loses"] == 1
