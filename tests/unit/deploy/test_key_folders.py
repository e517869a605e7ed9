"""In containers each service finds its own keys and nobody else's; what signs certificates lives in one place."""

from pathlib import Path

import pytest

from deploy.docker.key_folders import hand_out, move_signing_keys
from deploy.local import keys
from deploy.local.home import Home
from shared.settings import SERVICES
from shared.web.session import SessionKeys
from tests.unit.deploy.test_containers import CONTAINERS


def made(tmp_path: Path) -> tuple[Home, Path]:
    """The administrator's home after a bootstrap, and where the services' folders are."""
    home, folders = Home(tmp_path / "home"), tmp_path / "services"
    for service in SERVICES:
        (folders / service / "keys").mkdir(parents=True, exist_ok=True)
    move_signing_keys(home.path, folders)
    home.make(signing=folders / "certification")
    for user in (*SERVICES, "operator", "admin"):
        keys.password(home.path, "broker", user)
        keys.password(home.path, "database", user)
    hand_out(home.path, folders)
    return home, folders


def names(folder: Path) -> set[str]:
    return {path.name for path in (folder / "keys").iterdir()}


def test_a_service_finds_its_own_passwords_and_no_key_of_another(tmp_path: Path) -> None:
    home, folders = made(tmp_path)

    for service in SERVICES:
        found = names(folders / service)
        assert {name for name in found if name.endswith(".password") and "operator" not in name} == {
            f"broker-{service}.password",
            f"database-{service}.password",
        }
        assert all((folders / service / "keys" / name).stat().st_mode & 0o077 == 0 for name in found)
    assert {service for service in SERVICES if "session.key" in names(folders / service)} == {"enrollment"}
    assert "private.key" not in names(folders / "ops")
    signing = {name for name in names(folders / "certification") if name.startswith(("issuing", "paper-"))}
    assert {"issuing.json", "paper-signer.key"} < signing
    for elsewhere in (home.path, *(folders / service for service in SERVICES if service != "certification")):
        assert not signing & names(elsewhere)
    assert not any("admin.token" in names(folders / service) for service in SERVICES)


@pytest.mark.parametrize("service", SERVICES)
def test_its_own_folder_is_all_that_a_service_needs_to_start(tmp_path: Path, service: str) -> None:
    _, folders = made(tmp_path)
    before = names(folders / service)
    outside = {"KEUR_AMQP_URL": "amqp://rabbitmq:5672/", "KEUR_MANAGEMENT_URL": "http://rabbitmq:15672"}

    told = Home(folders / service, environ=outside | {"KEUR_DATABASE_URL": "postgresql://p/x"}).service_environment(
        service
    )

    password = (folders / service / "keys" / f"broker-{service}.password").read_text()
    assert password in told[f"KEUR_{service.upper()}_AMQP_URL"]
    assert SessionKeys(folders / service).public
    assert names(folders / service) == before, "it made a secret that nobody else knows"


def test_a_signing_key_that_was_thrown_away_does_not_come_back_at_the_next_start(tmp_path: Path) -> None:
    _, folders = made(tmp_path)
    [key] = (folders / "certification" / "keys").glob("issuing-*.key")
    key.unlink()

    made(tmp_path)

    assert not [name for name in names(folders / "certification") if name.startswith("issuing-")]


def test_the_signing_keys_of_an_older_installation_move_to_certification(tmp_path: Path) -> None:
    keys.make(tmp_path / "home")
    [old] = [path.name for path in (tmp_path / "home" / "keys").glob("issuing-*.key")]

    home, folders = made(tmp_path)

    assert old in names(folders / "certification")
    assert old not in names(home.path)


def test_in_the_compose_file_a_service_mounts_its_own_keys_and_only_certification_may_change_them() -> None:
    for service in SERVICES:
        wanted = f"{service}:/keur/keys" + ("" if service == "certification" else ":ro")
        assert CONTAINERS[service]["volumes"] == [wanted]
