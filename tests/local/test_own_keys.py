"""Services as containers start them: each with its own folder of keys and nothing of the administrator's home."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from deploy.docker.key_folders import hand_out
from deploy.local import bootstrap, keys
from shared.settings import PORT_OFFSETS, SERVICES
from shared.web.session import SessionKeys
from tests.bus.node import until
from tests.servers import DIES_WITH_US, ROOT, Servers, free_port_base

from .test_backup import drop_all

pytestmark = pytest.mark.timeout(500)


@dataclass
class Contained:
    """The four services; ``home`` is the administrator's, which they cannot see."""

    home: Path
    folders: Path
    port_base: int

    def url(self, service: str, path: str) -> str:
        return f"http://127.0.0.1:{self.port_base + PORT_OFFSETS[service]}{path}"

    def token(self, subject: str) -> dict[str, str]:
        signed = SessionKeys(self.home).sign(subject=subject, scopes=["admin"], via="token", seconds=600)
        return {"authorization": f"Bearer {signed}"}


@pytest.fixture
async def contained(servers: Servers, tmp_path: Path) -> AsyncIterator[Contained]:
    for name in ("postgres", "epmd", "rabbitmq"):
        await servers.start(name)
    await drop_all(servers.home)
    await bootstrap.everything(servers.home)
    folders, base = tmp_path / "services", free_port_base()
    for service in SERVICES:
        (folders / service / "keys").mkdir(parents=True)
    keys.make(servers.home.path, signing=folders / "certification")
    hand_out(servers.home.path, folders)
    common = {name: value for name, value in os.environ.items() if not name.startswith("KEUR_")} | {
        "KEUR_PORT_BASE": str(base),
        "KEUR_AMQP_URL": f"amqp://127.0.0.1:{servers.home.port('rabbitmq')}/",
        "KEUR_DATABASE_URL": f"postgresql://127.0.0.1:{servers.home.port('postgres')}/postgres",
        "KEUR_MANAGEMENT_URL": f"http://127.0.0.1:{servers.home.port('management')}",
        "KEUR_SMTP_URL": "smtp://127.0.0.1:1",
        "KEUR_MAIL_MODE": "live",
    }
    running = []
    for service in SERVICES:
        command = [*DIES_WITH_US, sys.executable, "-m", "deploy.docker.start", service]
        told = common | {"KEUR_HOME": str(folders / service)}
        with (tmp_path / f"{service}.log").open("wb") as log:
            running.append(subprocess.Popen(command, env=told, cwd=ROOT, stdout=log, stderr=log))  # noqa: ASYNC220
    yield Contained(servers.home.path, folders, base)
    for one in running:
        one.terminate()
    for one in running:
        await asyncio.to_thread(one.wait, 30)
    await drop_all(servers.home)


async def test_services_work_with_their_own_keys_alone_and_a_signing_key_is_replaced_where_it_lies(
    contained: Contained,
) -> None:
    folder = contained.folders / "certification" / "keys"
    [old] = [path.name for path in folder.glob("issuing-*.key")]
    async with httpx.AsyncClient(trust_env=False, timeout=60) as client:

        async def ready(service: str) -> bool:
            try:
                return (await client.get(contained.url(service, "/readyz"))).status_code == 200
            except httpx.HTTPError:
                return False

        for service in SERVICES:
            await until(lambda service=service: ready(service), within=200)
        changes = contained.url("certification", "/certification/api/signing-keys/changes")
        proposal = {"reason": "routine", "words": "Elk jaar een nieuwe."}
        proposed = await client.post(changes, json=proposal, headers=contained.token("token/one"))
        assert proposed.status_code == 201, proposed.text
        approve = f"{changes}/{proposed.json()['change_id']}/approve"
        approved = await client.post(approve, json={}, headers=contained.token("token/two"))
        assert approved.status_code == 201, approved.text

        async def replaced() -> bool:
            did = await client.get(contained.url("certification", "/.well-known/did.json"))
            return len(did.json()["verificationMethod"]) == 2

        await until(replaced)

    new = [path.name for path in folder.glob("issuing-*.key") if path.name != old]
    assert len(new) == 1
    assert not list((contained.home / "keys").glob(new[0]))
