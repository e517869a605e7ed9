"""Software of others looks at what certification makes. What it looks at is issued once for all of these tests."""

import asyncio
import json
import shutil
import subprocess
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from services.certification.credential.keys import make_issuing_key
from services.certification.paper.keys import make_paper_keys
from services.certification.workers import WORKERS
from shared import clock
from shared.db import Database
from tests.conftest import Servers
from tests.servers import migrations_of
from tests.service.certification.conftest import (
    SUMMER,
    Certification,
    Web,
    certification,
    db,
    serving,
    summer,
    web,
)

__all__ = ["certification", "db", "summer", "web"]

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Known:
    """A certificate as its holder has it."""

    number: str
    check_code: str
    credential: dict[str, Any]
    file: bytes
    """The credential as it was handed out."""
    pdf: bytes


@dataclass(frozen=True)
class Published:
    """Two certificates, and all that strangers can learn about them. ``home`` has the keys."""

    home: Path
    web: Web
    one: Known
    other: Known
    listed: dict[str, Any]
    did: dict[str, Any]


@pytest.fixture(scope="session")
async def published(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Published]:
    home = tmp_path_factory.mktemp("foreign")
    make_issuing_key(home)
    make_paper_keys(home)
    url = await servers.database("certification", migrations_of("certification"))
    db = Database(url, name="test")
    await db.open()
    moment = clock.FixedClock(SUMMER)
    clock.use(moment)
    try:
        made = Certification(db)
        await made.publish()
        await made.certify("T1", name="Ngọc O'Brien")
        rows = await made.certify("T2", name="Bram de Groot")
        async with serving(db, home, moment) as web:
            one, other = [await _known(web, row) for row in rows]
            listed = (await web.stranger.get("/certification/status/1")).json()
            did = (await web.stranger.get("/.well-known/did.json")).json()
            yield Published(home, web, one, other, listed, did)
    finally:
        await asyncio.to_thread(WORKERS.close)
        clock.use(clock.SystemClock())
        await db.close()
        await servers.drop_database(url)


async def _known(web: Web, row: dict[str, Any]) -> Known:
    at, code = f"/certification/register/{row['number']}", {"code": row["check_code"]}
    file = (await web.stranger.get(f"{at}/credential.json", params=code)).content
    pdf = (await web.stranger.get(f"{at}/certificate.pdf", params=code)).content
    return Known(row["number"], row["check_code"], json.loads(file), file, pdf)


@pytest.fixture(scope="session")
def npm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the verifiers and their packages."""
    folder = tmp_path_factory.mktemp("npm")
    assert shutil.which("npm"), "apt-get install nodejs npm"
    for name in ("package.json", "verify.mjs", "schemas.mjs"):
        shutil.copy(HERE / name, folder / name)
    shutil.copy(HERE / "npmrc", folder / ".npmrc")
    said = run(["npm", "install", "--no-package-lock", "--ignore-scripts"], cwd=folder)
    assert (folder / "node_modules" / "@digitalbazaar" / "vc").is_dir(), said
    return folder


def run(command: Sequence[str], **more: Any) -> str:
    """What a program said."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=500, **more)
    return done.stdout + done.stderr


def asked(npm: Path, script: str, question: dict[str, Any]) -> dict[str, Any]:
    """What a script of ``npm`` answers."""
    (npm / "asked.json").write_text(json.dumps(question), "utf-8")
    told = npm / "told.json"
    told.unlink(missing_ok=True)
    said = run(["node", script, "asked.json", "told.json"], cwd=npm)
    assert told.exists(), said
    return dict(json.loads(told.read_text("utf-8")))
