"""The folder, its ports and addresses, and what a taken port or a stranger's pid is called."""

import os
import socket
import stat
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from deploy.local import keys, processes
from deploy.local.home import Home, WrongSetting
from deploy.local.supervisor import taken


def home(path: Path, **environ: str) -> Home:
    made = Home.from_env({"KEUR_HOME": str(path), **environ})
    made.make()
    return made


def test_each_service_gets_its_own_user_at_the_private_servers(tmp_path: Path) -> None:
    here = home(tmp_path, KEUR_PORT_BASE="9400")

    amqp, database = urlsplit(here.amqp_url("enrollment")), urlsplit(here.database_url("ops"))

    assert (amqp.username, amqp.port) == ("keur_enrollment", 9410)
    assert (database.username, database.port, database.path) == ("keur_ops", 9412, "/keur_ops")
    assert amqp.password != urlsplit(here.amqp_url("ops")).password


def test_a_url_for_one_service_gets_that_services_user_when_it_names_none(tmp_path: Path) -> None:
    here = home(
        tmp_path,
        KEUR_ENROLLMENT_AMQP_URL="amqp://127.0.0.1:7001/",
        KEUR_OPS_DATABASE_URL="postgresql://127.0.0.1:7002",
    )

    amqp, database = urlsplit(here.amqp_url("enrollment")), urlsplit(here.database_url("ops"))

    assert here.own_broker
    assert here.own_database
    assert (amqp.username, amqp.port) == ("keur_enrollment", 7001)
    assert (database.username, database.port, database.path) == ("keur_ops", 7002, "/keur_ops")
    assert urlsplit(here.amqp_url("ops")).port == 8410


def test_a_url_for_all_means_that_no_private_server_is_started(tmp_path: Path) -> None:
    here = home(tmp_path, KEUR_AMQP_URL="amqp://me:mine@broker.example:5672/", KEUR_SMTP_URL="smtp://mail.example")

    assert not here.own_broker
    assert not here.own_mail
    assert here.amqp_url("ops") == "amqp://me:mine@broker.example:5672/"


def test_a_service_is_not_told_the_addresses_of_another(tmp_path: Path) -> None:
    told = home(tmp_path).service_environment("enrollment")

    assert [name for name in told if name.endswith(("_AMQP_URL", "_DATABASE_URL"))] == [
        "KEUR_ENROLLMENT_AMQP_URL",
        "KEUR_ENROLLMENT_DATABASE_URL",
    ]


def test_keys_are_made_once_and_only_their_owner_may_read_them(tmp_path: Path) -> None:
    here = home(tmp_path)
    here.password("broker", "ops")
    before = {path.name: path.read_bytes() for path in here.keys.iterdir()}

    keys.make(tmp_path)

    assert {path.name: path.read_bytes() for path in here.keys.iterdir()} == before
    for path in here.keys.iterdir():
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o644 if path.name == "session.pub" else 0o600), path.name


@pytest.mark.parametrize("base", ["many", "80", "65100"])
def test_a_port_base_that_cannot_be_meant_is_refused(tmp_path: Path, base: str) -> None:
    with pytest.raises(WrongSetting, match="KEUR_PORT_BASE"):
        home(tmp_path, KEUR_PORT_BASE=base)


def test_a_taken_port_is_named_with_its_holder_and_the_remedy(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        assert not processes.port_is_free(port)
        said = taken(home(tmp_path), "ops", port)

    assert f"{port} (ops)" in said
    assert f"pid {os.getpid()}" in said
    assert "KEUR_PORT_BASE" in said


def test_a_pid_file_that_names_a_strangers_process_ends_nobody(tmp_path: Path) -> None:
    here = home(tmp_path)
    stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        processes.write_pid(here, "ops", stranger.pid)

        ended = processes.end_leftovers(here)

        assert ended == []
        assert stranger.poll() is None
        assert not (here.run / "ops.pid").exists()
    finally:
        stranger.communicate(b"\n", timeout=20)


def test_what_a_killed_supervisor_left_behind_is_ended(tmp_path: Path) -> None:
    here = home(tmp_path)
    left = subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, env={**os.environ, "KEUR_HOME": str(tmp_path)}
    )
    processes.write_pid(here, "ops", left.pid)

    ended = processes.end_leftovers(here)

    assert ended == ["ops"]
    assert left.wait(20) < 0
