"""The four services as they really are put together: which routes open, and for whom. Nothing is connected to."""

import importlib
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.routing import APIRoute

from shared.service import Service
from shared.settings import SERVICES, ServiceSettings
from shared.web.session import make_session_keys
from shared.web.sites import under
from tests.unit.web.sample import asking, bearer, session


@pytest.fixture(scope="module", params=SERVICES)
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Service:
    home: Path = tmp_path_factory.mktemp(request.param)
    make_session_keys(home)
    (home / "keys" / "private.key").write_text("A" * 43 + "=")
    nowhere = {"amqp_url": "amqp://127.0.0.1:1/", "database_url": "postgresql://127.0.0.1:1/x"}
    app = importlib.import_module(f"services.{request.param}.app")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("KEUR_HOME", str(home))
        for name, url in nowhere.items():
            environment.setenv(f"KEUR_{name.upper()}", url)
        made: Service = app.build(ServiceSettings.from_env(request.param))
    return made


def routes(service: Service) -> Iterator[tuple[str, str]]:
    for router in service.routers:
        for route in router.routes:
            assert isinstance(route, APIRoute), route
            for method in route.methods or ():
                yield method, re.sub(r"{[^}]*}", "x" * 24, route.path)


def closed(service: Service) -> list[tuple[str, str]]:
    return [(method, path) for method, path in routes(service) if not under(path, service.public)]


async def test_no_route_but_the_public_ones_works_without_a_token_or_a_session(service: Service) -> None:
    assert len(closed(service)) >= 5
    async with asking(service.app()) as asked:
        for method, path in closed(service):
            answer = await asked.request(method, path, json={})

            assert answer.status_code == 401, (method, path)
            assert "correlation_id" in answer.json()


async def test_a_token_for_figures_opens_nothing_else(service: Service) -> None:
    app = service.app()
    async with asking(app) as asked:
        for method, path in closed(service):
            answer = await asked.request(method, path, json={}, headers=bearer(app, "metrics"))

            assert answer.status_code == 403, (method, path)


async def test_a_token_for_reading_changes_nothing(service: Service) -> None:
    app = service.app()
    async with asking(app) as asked:
        for method, path in closed(service):
            if method not in {"GET", "HEAD"}:
                answer = await asked.request(method, path, json={}, headers=bearer(app, "read"))

                assert answer.status_code == 403, (method, path)


async def test_another_site_changes_nothing_with_a_visitors_session(service: Service) -> None:
    app = service.app()
    async with asking(app) as asked:
        for method, path in routes(service):
            if method not in {"GET", "HEAD"}:
                headers = {**session(app), "sec-fetch-site": "cross-site"}
                answer = await asked.request(method, path, json={}, headers=headers)

                assert answer.status_code == 403, (method, path)


def test_what_is_public_is_written_down_here_too(service: Service) -> None:
    """A new public path is a decision: it is made in two places."""
    known = {
        "enrollment": {"/enrollment/sign-in", "/enrollment/session", "/enrollment/answer", "/enrollment/apply"},
        "certification": {
            "/certification/register",
            "/certification/status",
            "/certification/paper",
            "/certification/shared",
            "/certification/log",
            "/.well-known/did.json",
        },
        "notifications": set(),
        "ops": set(),
    }
    assert set(service.public) == known[service.name]


async def test_with_the_database_away_every_list_answers_503_at_once(service: Service) -> None:
    app = service.app()
    asked_for = [path for method, path in closed(service) if method == "GET" and "x" * 24 not in path]
    async with asking(app) as asked:
        began = time.monotonic()
        answers = {path: await asked.get(path, headers=bearer(app, "admin")) for path in asked_for}
        seconds = time.monotonic() - began

    away = [path for path, answer in answers.items() if answer.status_code == 503]
    assert {answer.status_code for answer in answers.values()} <= {200, 303, 307, 422, 503}, answers
    assert away
    assert all(answers[path].headers["retry-after"].isdigit() for path in away)
    assert seconds < 2 * len(asked_for)


async def test_what_is_still_starting_is_not_ready_and_has_no_error_to_tell(service: Service) -> None:
    told = await service.readiness()

    assert (told["ready"], told["last_error"]) == (False, None)
