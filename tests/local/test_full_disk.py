"""A database that cannot be made says why; what initdb says last is only that it cleans up."""

from pathlib import Path

import pytest

from deploy.local import postgres
from deploy.local.home import Home

FULL = """creating subdirectories ... ok
2026-04-07 FATAL:  could not write to file "pg_wal/xlogtemp.9": No space left on device
child process exited with exit code 1
initdb: removing contents of data directory "/x"
"""


def test_a_full_disk_is_called_so_and_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_", lambda text: text)

    said = postgres._why_not_made(Home.from_env({"KEUR_HOME": str(tmp_path)}), FULL)

    assert said == f"de schijf is vol: maak ruimte bij {tmp_path} en start opnieuw"


def test_another_cause_is_the_line_that_names_it(tmp_path: Path) -> None:
    home = Home.from_env({"KEUR_HOME": str(tmp_path)})

    said = postgres._why_not_made(home, "ok\ninitdb: error: invalid locale name\ninitdb: removing data directory\n")

    assert said == "initdb failed: initdb: error: invalid locale name"
    assert postgres._why_not_made(home, "") == "initdb failed: ?"
