import httpx
import pytest
import structlog
from fastapi import FastAPI

from shared.web.problems import kind_of
from tests.unit.web.sample import BROWSER, NoMentorFree, bearer, session

THINGS = "/certification/api/things"


async def failing(app: FastAPI, asked: httpx.AsyncClient, how: str) -> httpx.Response:
    return await asked.get(f"/certification/api/fails/{how}", headers=bearer(app, "admin"))


async def test_a_broken_rule_is_a_problem_named_after_it(app: FastAPI, asked: httpx.AsyncClient) -> None:
    answer = await failing(app, asked, "rule")

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["type"] == "urn:keur:problem:no-mentor-free"
    assert told["errors"] == [
        {"field": "mentor_id", "message": "No mentor is free.", "allowed": "a mentor below the limit"}
    ]
    assert told["correlation_id"] == answer.headers["x-correlation-id"]
    assert "M-secret" not in answer.text


@pytest.mark.parametrize(("how", "status"), [("unknown", 404), ("conflict", 409)])
async def test_unknown_and_conflicting_have_their_own_status(
    app: FastAPI, asked: httpx.AsyncClient, how: str, status: int
) -> None:
    answer = await failing(app, asked, how)

    assert answer.status_code == answer.json()["status"] == status


@pytest.mark.parametrize(
    ("how", "retry"), [("away", "3"), ("refused", "2"), ("timeout", "2"), ("stopping", "2"), ("closed", "2")]
)
async def test_a_dependency_away_is_503_with_a_time_to_come_back(
    app: FastAPI, asked: httpx.AsyncClient, how: str, retry: str
) -> None:
    answer = await failing(app, asked, how)

    assert answer.status_code == 503
    assert answer.headers["retry-after"] == retry
    assert "10.0.0.7" not in answer.text


@pytest.mark.parametrize("how", ["bug", "misuse"])
async def test_a_mistake_of_ours_is_logged_once_and_told_without_its_inside(
    app: FastAPI, asked: httpx.AsyncClient, how: str
) -> None:
    with structlog.testing.capture_logs() as logged:
        answer = await failing(app, asked, how)

    assert answer.status_code == 500
    assert answer.json()["type"] == "urn:keur:problem:unforeseen"
    assert "example.org" not in answer.text
    errors = [entry for entry in logged if entry["log_level"] == "error"]
    assert len(errors) == 1
    assert "example.org" not in str(errors)
    assert "sample.py" in str(errors[0]["frames"])


@pytest.mark.parametrize(
    ("body", "field", "allowed"),
    [
        ({"name": "x", "admin": True}, "admin", None),
        ({}, "name", None),
        ({"name": ""}, "name", "≥ 1"),
        ({"name": "x" * 21}, "name", "≤ 20"),
        ({"name": "Jan\nBcc: x@example.org"}, "name", None),
        ({"name": "Jan\u202e"}, "name", None),
        ({"name": "nul\x00"}, "name", None),
        ({"name": "x", "hours": "veel"}, "hours", None),
        ({"name": "x", "tags": ["a", "b\x07"]}, "tags", None),
        ([], "body", None),
    ],
)
async def test_a_wrong_body_names_the_field_and_what_is_allowed_but_not_the_value(
    app: FastAPI, asked: httpx.AsyncClient, body: object, field: str, allowed: str | None
) -> None:
    answer = await asked.post(THINGS, json=body, headers=bearer(app, "admin"))

    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    assert error["field"] == field
    assert error.get("allowed") == allowed
    assert "example.org" not in answer.text


@pytest.mark.parametrize(
    "content",
    [b"{", b"\xff\xfe", b'{"name": "\\ud800"}', b'{"name":"x","hours":NaN}', b"[" * 100_000, b"1" * 5000, b""],
    ids=["cut", "not utf-8", "half a pair", "nan", "deep", "huge number", "empty"],
)
async def test_what_is_no_proper_json_is_refused_without_a_page_of_errors(
    app: FastAPI, asked: httpx.AsyncClient, content: bytes
) -> None:
    headers = {**bearer(app, "admin"), "content-type": "application/json"}

    answer = await asked.post(THINGS, content=content, headers=headers)

    assert answer.status_code in {400, 422}
    assert answer.headers["content-type"] == "application/problem+json"


async def test_text_is_composed_and_long_text_may_have_lines(app: FastAPI, asked: httpx.AsyncClient) -> None:
    body = {"name": "Zoe\u0308", "remarks": "een\r\ntwee"}

    answer = await asked.post(THINGS, json=body, headers=bearer(app, "admin"))

    assert answer.json()["name"] == "Zo\u00eb"
    assert answer.json()["remarks"] == "een\ntwee"


async def test_many_errors_are_told_at_once(app: FastAPI, asked: httpx.AsyncClient) -> None:
    answer = await asked.post(THINGS, json={"hours": "x", "a": 1, "b": 2}, headers=bearer(app, "admin"))

    assert {error["field"] for error in answer.json()["errors"]} == {"name", "hours", "a", "b"}


async def test_a_browser_gets_a_page_in_its_language(app: FastAPI, asked: httpx.AsyncClient) -> None:
    headers = {**session(app), **BROWSER, "accept-language": "en"}

    missing = await asked.get("/certification/nowhere", headers=headers)
    away = await asked.get("/certification/api/fails/timeout", headers=headers)

    assert missing.status_code == 404
    assert "<h1>Not found</h1>" in missing.text
    assert away.headers["retry-after"] == "2"
    assert "Not reachable for a moment" in away.text


async def test_wrong_methods_and_addresses_are_problems_too(app: FastAPI, asked: httpx.AsyncClient) -> None:
    headers = bearer(app, "admin")

    assert (await asked.patch(THINGS, headers=headers)).json()["status"] == 405
    assert (await asked.get("/certification/api/list?after=%00", headers=headers)).status_code == 400
    assert (await asked.get("/certification/register/a%0Ab", headers=headers)).status_code == 400
    limits = await asked.get("/certification/api/list?limit=1001", headers=headers)
    assert limits.json()["errors"] == [{"field": "limit", "message": "This number is too large.", "allowed": "≤ 1000"}]


async def test_a_list_is_read_to_its_end_by_its_own_next(app: FastAPI, asked: httpx.AsyncClient) -> None:
    headers = bearer(app, "read")
    seen = 0
    after: str | None = ""
    while after is not None:
        part = (await asked.get(f"/certification/api/list?after={after}&limit=70", headers=headers)).json()
        seen += len(part["items"])
        after = part["next"]

    assert seen == 200


def test_the_problem_type_is_the_class_name_in_words() -> None:
    class URLTooLong(Exception):
        pass

    assert kind_of(NoMentorFree) == "no-mentor-free"
    assert kind_of(URLTooLong) == "url-too-long"


async def test_the_log_names_the_route_and_never_the_address(app: FastAPI, asked: httpx.AsyncClient) -> None:
    with structlog.testing.capture_logs() as logged:
        await asked.get("/certification/register/SMO-2027-00001?code=ABCD-1234")

    (line,) = [entry for entry in logged if entry["event"] == "request"]
    assert line["route"] == "/certification/register/{number}"
    assert "ABCD" not in str(logged)
