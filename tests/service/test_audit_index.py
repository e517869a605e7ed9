"""Where the audit index says that something stands, something stands: every address answers, every command and paper is
there."""

from collections.abc import AsyncIterator
from importlib import import_module
from pathlib import Path

import httpx
import pytest

from deploy.cli.audit_index import CLAUSES, CRITERIA
from deploy.cli.grammar import Verb
from deploy.cli.verbs import VERBS
from services.certification.credential.keys import make_issuing_key
from shared.db import Database
from shared.service import Service
from shared.settings import ServiceSettings
from shared.web.session import SessionKeys, make_session_keys
from tests.conftest import DatabaseUrl

ROOT = Path(__file__).resolve().parents[2]
WHERE = sorted({where for entry in (*CLAUSES, *CRITERIA) for where in entry.where})
HEADINGS = {
    "4": 4, "5": 2, "6": 4, "7": 4, "9": 9, "10": 2,
}  # fmt: skip
"""How many sections each chapter of ISO/IEC 17024:2012 has; chapter 8 stands in the index as one."""


@pytest.fixture
async def service(
    request: pytest.FixtureRequest, database_url: DatabaseUrl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Service]:
    name = request.param
    make_session_keys(tmp_path)
    make_issuing_key(tmp_path)
    monkeypatch.setenv("KEUR_HOME", str(tmp_path))
    monkeypatch.setenv(f"KEUR_{name.upper()}_DATABASE_URL", await database_url(name))
    monkeypatch.setenv(f"KEUR_{name.upper()}_AMQP_URL", "amqp://127.0.0.1:1")
    made: Service = import_module(f"services.{name}.app").build(ServiceSettings.from_env(name))
    await made.db.open()
    yield made
    await made.db.close()


@pytest.mark.parametrize("service", ["certification", "enrollment"], indirect=True)
async def test_every_address_of_the_index_answers(service: Service) -> None:
    addresses = [where for where in WHERE if where.startswith(f"/{service.name}")]
    assert addresses
    token = SessionKeys(service.settings.home).sign(subject="office/admin", scopes=["admin"], via="token", seconds=600)
    if service.name == "certification":
        await _a_status_list(service.db)

    answers = {}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(service.app()),
        base_url="http://keur",
        headers={"Authorization": f"Bearer {token}", "Accept": "text/html,application/json"},
    ) as http:
        for address in addresses:
            answers[address] = (await http.get(address)).status_code

    assert {address: status for address, status in answers.items() if status != 200} == {}


async def _a_status_list(db: Database) -> None:
    """As the first certificate makes it."""
    async with db.transaction() as tx:
        await tx.execute("insert into status_list (list, made_at) values (1, now())")


def test_every_command_paper_and_view_of_the_index_is_there() -> None:
    others = [where for where in WHERE if not where.startswith("/")]
    missing = [where for where in others if not _is_there(where)]

    assert missing == []
    assert len({where.split()[0] for where in others}) > 1


def _is_there(where: str) -> bool:
    if where.startswith("keur "):
        below: tuple[Verb, ...] = tuple(VERBS)
        for word in where.split()[1:]:
            found = next((verb for verb in below if verb.name == word), None)
            if found is None:
                return not below
            below = tuple(found.below)
        return True
    if where.startswith("v_"):
        files = (ROOT / "services" / "certification" / "migrations").glob("*.sql")
        return any(f"create view {where}" in file.read_text("utf-8") for file in files)
    return (ROOT / where).is_file()


def test_every_section_of_the_standard_stands_in_the_index() -> None:
    numbers = [entry.number for entry in CLAUSES]

    wanted = [f"{chapter}.{n}" for chapter, count in HEADINGS.items() for n in range(1, count + 1)]
    assert [number for number in numbers if not number.startswith("8")] == wanted
    assert [number for number in numbers if number.startswith("8")] == ["8.1\N{EN DASH}8.4"]
