"""Kill -9 of any process: the supervisor brings it back, the work goes on, and nothing that was issued is harmed."""

import os
import signal

import httpx
import pytest

from .conftest import Played

pytestmark = pytest.mark.timeout(480)
SERVICES = ("enrollment", "certification", "notifications", "ops")


def ready(played: Played) -> list[int]:
    found = []
    for service in SERVICES:
        try:
            found.append(httpx.get(played.url(service, "/readyz"), timeout=3, trust_env=False).status_code)
        except httpx.HTTPError:
            found.append(0)
    return found


@pytest.mark.parametrize("process", ["certification", "capture", "rabbitmq", "postgres"])
def test_a_killed_process_comes_back_and_all_are_ready_again(played: Played, process: str) -> None:
    played.until(lambda: ready(played) == [200] * 4)
    before = played.pid(process)

    os.kill(before, signal.SIGKILL)

    played.until(lambda: (played.home / "run" / f"{process}.pid").exists() and played.pid(process) != before)
    played.until(lambda: ready(played) == [200] * 4)
    played.until(lambda: played.json("status")["quiet"])
    assert len(played.get("certification", "/certification/api/certificates", limit=1000)["items"]) == 89
    assert played.keur("verify").returncode == 0


def test_every_process_has_a_pid_file_and_listens_on_loopback_only(played: Played) -> None:
    for process in (*SERVICES, "capture", "rabbitmq", "postgres", "epmd", "supervisor"):
        os.kill(played.pid(process), 0)

    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with open(table, encoding="ascii") as file:
            listening = [line.split()[1].split(":") for line in file.readlines()[1:] if line.split()[3] == "0A"]
        ours = [(address, int(port, 16)) for address, port in listening if 0 < int(port, 16) - played.port_base <= 15]
        loopback = {"0100007F", "00000000000000000000000001000000", "0000000000000000FFFF00000100007F"}
        assert {address for address, _ in ours} <= loopback
