"""Whatever a stranger sends to any operation of any OpenAPI document, it is answered: never 500, errors as problems."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from importlib import import_module
from pathlib import Path
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.generation import GenerationMode

from shared.service import Service
from shared.settings import SERVICES, ServiceSettings
from shared.web.session import SessionKeys, make_session_keys
from tests.conftest import DatabaseUrl

EXAMPLES = 3
"""Requests for each operation and each way of making them: by the rules of the document, and against them."""
NOT_OURS_TO_RUN = ("/ops/api/replays", "/api/bus/")
"""They act on a broker, which is not there in these tests; tests/service/together has it."""

OF_HTTPX = {"method", "url", "params", "headers", "cookies", "json", "data", "files", "content"}


@pytest.fixture
async def service(
    request: pytest.FixtureRequest, database_url: DatabaseUrl, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Service]:
    name = request.param
    make_session_keys(tmp_path)
    monkeypatch.setenv("KEUR_HOME", str(tmp_path))
    monkeypatch.setenv(f"KEUR_{name.upper()}_DATABASE_URL", await database_url(name))
    monkeypatch.setenv(f"KEUR_{name.upper()}_AMQP_URL", "amqp://127.0.0.1:1")
    made: Service = import_module(f"services.{name}.app").build(ServiceSettings.from_env(name))
    await made.db.open()
    yield made
    await made.db.close()


def requests_of(app: Any) -> list[tuple[str, dict[str, Any]]]:
    """Made up from the document, the same ones each time: the operation, and what httpx needs to ask it."""
    found: list[tuple[str, dict[str, Any]]] = []
    for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
        schema = schemathesis.openapi.from_dict(app.openapi())
        for result in schema.get_all_operations():
            operation = result.ok()
            if any(part in operation.path for part in NOT_OURS_TO_RUN):
                continue

            cases: list[Any] = []
            try:
                made_up(operation.as_strategy(generation_mode=mode), cases)
            except Exception as nothing:
                if mode is GenerationMode.POSITIVE:  # one without parameters cannot be asked wrongly
                    raise AssertionError(f"{operation.label} cannot be asked: {nothing}") from nothing
            for case in cases:
                asked = case.as_transport_kwargs(base_url="http://keur")
                if isinstance(asked.get("data"), str | bytes):
                    asked["content"] = asked.pop("data")
                found.append((operation.label, {name: value for name, value in asked.items() if name in OF_HTTPX}))
    return found


def made_up(strategy: Any, cases: list[Any]) -> None:
    @settings(
        max_examples=EXAMPLES, database=None, derandomize=True, deadline=None, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=strategy)
    def collect(case: Any) -> None:
        cases.append(case)

    collect()


@pytest.mark.timeout(400)
@pytest.mark.parametrize("service", SERVICES, indirect=True)
async def test_every_operation_answers_whatever_it_is_sent(service: Service) -> None:
    app = service.app()
    token = SessionKeys(service.settings.home).sign(subject="office/admin", scopes=["admin"], via="token", seconds=600)
    requests = await asyncio.to_thread(requests_of, app)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    wrong, answers = [], Counter[int]()
    async with httpx.AsyncClient(transport=transport, base_url="http://keur") as http:
        for label, asked in requests:
            headers = {**dict(asked.pop("headers", None) or {}), "Authorization": f"Bearer {token}"}
            try:
                request = http.build_request(headers=headers, **asked)
            except (TypeError, ValueError, httpx.InvalidURL):
                continue  # a header or URL that no client can send
            answer = await http.send(request)
            answers[answer.status_code] += 1
            kind = answer.headers.get("content-type", "")
            if answer.status_code >= 500 and answer.status_code != 503:
                wrong.append(f"{label}: {answer.status_code} for {request.url} {request.content[:300]!r}")
            elif answer.status_code >= 400 and "json" in kind and "problem+json" not in kind:
                wrong.append(f"{label}: {answer.status_code} as {kind}")

    print(service.name, dict(sorted(answers.items())), len(requests))
    assert not wrong, "\n".join(wrong[:40])
    assert answers[200] + answers[201] > 0
    assert answers[422] > 0
