"""Of two that start the same home at once one does it; the other waits for what comes of that and says the same."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deploy.local import commands, processes
from deploy.local.home import Home
from deploy.local.supervisor import ANOTHER_KEEPS_THIS_HOME, StartFailed


class SecondSupervisor:
    """A supervisor that found the home kept by another, which meanwhile notes how far it is."""

    returncode = ANOTHER_KEEPS_THIS_HOME

    def __init__(self, home: Home, phases: Iterator[dict[str, Any]]) -> None:
        self.home, self.phases = home, phases

    def poll(self) -> int:
        processes.write_atomically(self.home.run / "supervisor.json", json.dumps(next(self.phases)))
        return self.returncode


def second(monkeypatch: pytest.MonkeyPatch, home: Home, *phases: dict[str, Any]) -> None:
    monkeypatch.setattr(commands.time, "sleep", lambda _seconds: None)
    monkeypatch.setattr(subprocess, "Popen", lambda *_args, **_more: SecondSupervisor(home, iter(phases)))


def test_the_second_waits_until_what_the_first_started_is_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home.from_env({"KEUR_HOME": str(tmp_path)})
    second(monkeypatch, home, {"phase": "starting"}, {"phase": "starting"}, {"phase": "ready"})

    commands.start_detached(home, lambda line: None)


def test_the_second_tells_why_the_first_could_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = Home.from_env({"KEUR_HOME": str(tmp_path)})
    second(monkeypatch, home, {"phase": "starting"}, {"phase": "failed", "error": "poort 8412 is bezet"})

    with pytest.raises(StartFailed, match="8412"):
        commands.start_detached(home, lambda line: None)
