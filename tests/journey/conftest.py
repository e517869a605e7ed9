"""One played demo for all journeys: the verb itself, on a home of its own, kept running until the last of them."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.servers import DIES_WITH_US, ROOT, free_port_base

PATIENCE = 400.0


@dataclass
class Played:
    """The running system after the demo, and what the demo printed."""

    home: Path
    port_base: int
    demo: subprocess.Popen[str]
    lines: list[str] = field(default_factory=list)

    @property
    def printed(self) -> str:
        return "".join(self.lines)

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("KEUR_")}
        own = {"KEUR_HOME": str(self.home), "KEUR_PORT_BASE": str(self.port_base), "PYTHONPATH": str(ROOT)}
        return kept | own | {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "NO_COLOR": "1", "PYTHONUNBUFFERED": "1"}

    def keur(self, *words: str, patience: float = 120) -> subprocess.CompletedProcess[str]:
        """Runs a verb and gives its status and what it printed."""
        return subprocess.run(
            [sys.executable, "-m", "deploy.cli", *words],
            env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=patience,
        )  # fmt: skip

    def json(self, *words: str) -> Any:
        """What a verb says with ``--json``."""
        done = self.keur(*words, "--json")
        assert done.stdout, done.stderr
        return json.loads(done.stdout)

    def url(self, service: str, path: str) -> str:
        offset = {"enrollment": 1, "certification": 2, "notifications": 3, "ops": 4}[service]
        return f"http://127.0.0.1:{self.port_base + offset}{path}"

    def get(self, service: str, path: str, **query: Any) -> Any:
        """The JSON of an address, as the command line's own token may see it."""
        token = (self.home / "keys" / "admin.token").read_text("ascii").strip()
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        answer = httpx.get(self.url(service, path), params=query, headers=headers, timeout=20, trust_env=False)
        return answer.raise_for_status().json()

    def pid(self, process: str) -> int:
        return int((self.home / "run" / f"{process}.pid").read_text("ascii"))

    def until(self, what: Callable[[], bool], patience: float = 60) -> None:
        deadline = time.monotonic() + patience
        while not what():
            assert time.monotonic() < deadline, f"not within {patience} s"
            time.sleep(0.1)


@pytest.fixture(scope="session")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """``keur demo --fast``, played to its end; ended by SIGTERM when all journeys were made."""
    made = Played(tmp_path_factory.mktemp("journey") / "home", free_port_base(), None)  # type: ignore[arg-type]
    made.demo = subprocess.Popen(
        [*DIES_WITH_US, sys.executable, "-m", "deploy.cli", "demo", "--fast"],
        env=made.environment, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    reader = threading.Thread(target=_read, args=(made,), daemon=True)
    reader.start()
    try:
        deadline = time.monotonic() + PATIENCE
        while "Ctrl-C" not in made.printed and made.demo.poll() is None and time.monotonic() < deadline:
            time.sleep(0.2)
        yield made
    finally:
        if made.demo.poll() is None:
            made.demo.send_signal(signal.SIGTERM)
        made.demo.wait(90)
        made.keur("down")


def _read(played: Played) -> None:
    assert played.demo.stdout is not None
    for line in played.demo.stdout:
        played.lines.append(line)
