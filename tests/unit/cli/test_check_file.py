"""`keur certificate check FILE`: whether a file is what was issued, and whether that counts now."""

from pathlib import Path
from typing import Any

import pytest

from .answers import Services

TOLD: dict[str, Any] = {"verdict": "genuine", "file": "unaltered", "number": "SM-2026-00001", "status": "valid"}


@pytest.mark.parametrize(
    ("answer", "status", "said"),
    [
        (TOLD, 0, "was issued here and was not altered"),
        ({**TOLD, "status": "suspended"}, 1, "suspended"),
        ({**TOLD, "verdict": "superseded"}, 1, "there is a newer version"),
        ({**TOLD, "verdict": "altered_paper", "file": "not_as_made"}, 1, "is not as it was made here"),
        ({"verdict": "not_genuine"}, 1, "was not issued here like this"),
    ],
)
def test_only_a_genuine_file_of_a_valid_certificate_is_good(
    services: Services, tmp_path: Path, answer: dict[str, Any], status: int, said: str
) -> None:
    services.answers["/certification/register/file"] = (200, answer)
    file = tmp_path / "paper.pdf"
    file.write_bytes(b"%PDF-2.0")

    done = services.keur("certificate", "check", str(file))

    assert done.returncode == status
    assert said in done.stdout + done.stderr
    assert "Authorization" not in services.asked[0].headers, "the check is the public's"
