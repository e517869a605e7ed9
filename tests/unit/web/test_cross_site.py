import httpx
import pytest
from fastapi import FastAPI

from tests.unit.web.sample import HERE, bearer, session

BODY = {"name": "x"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 201),
        ({"sec-fetch-site": "same-origin", "origin": HERE}, 201),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "https://evil.example"}, 403),
        ({"sec-fetch-site": "same-site", "origin": "http://127.0.0.1:8401"}, 201),  # another service of ours
        ({"sec-fetch-site": "same-site", "origin": "http://127.0.0.1:9999"}, 403),
        ({"origin": HERE}, 201),
        ({"origin": "http://127.0.0.1:84020"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({}, 403),
    ],
)
async def test_a_write_with_a_session_must_come_from_our_own_pages(
    app: FastAPI, asked: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    answer = await asked.post("/certification/api/things", json=BODY, headers={**session(app), **headers})

    assert answer.status_code == status
    if status == 403:
        assert answer.json()["type"] == "urn:keur:problem:cross-site-request"


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_every_method_that_changes_something_is_guarded(
    app: FastAPI, asked: httpx.AsyncClient, method: str
) -> None:
    path = "/certification/api/things" + ("" if method == "POST" else "/1")

    answer = await asked.request(method, path, json=BODY, headers={**session(app), "sec-fetch-site": "cross-site"})

    assert answer.status_code == 403


async def test_reading_from_a_link_on_another_site_is_fine(app: FastAPI, asked: httpx.AsyncClient) -> None:
    answer = await asked.get("/certification/page", headers={**session(app), "sec-fetch-site": "cross-site"})

    assert answer.status_code == 200


async def test_a_program_with_a_token_needs_no_browser_headers(app: FastAPI, asked: httpx.AsyncClient) -> None:
    answer = await asked.post("/certification/api/things", json=BODY, headers=bearer(app, "office"))

    assert answer.status_code == 201


async def test_a_token_beside_a_cookie_is_what_counts(app: FastAPI, asked: httpx.AsyncClient) -> None:
    both = {**session(app), **bearer(app, "read"), "sec-fetch-site": "same-origin"}

    assert (await asked.post("/certification/api/things", json=BODY, headers=both)).status_code == 403


async def test_another_site_cannot_post_a_public_form_either(asked: httpx.AsyncClient) -> None:
    answer = await asked.post("/certification/register/1", headers={"sec-fetch-site": "cross-site"})

    assert answer.status_code == 403
    assert (await asked.post("/certification/register/1")).status_code == 405
