"""Bodies that a parser would take or choke on without saying why."""

import httpx
import pytest
from fastapi import FastAPI

from tests.unit.web.sample import BROWSER, bearer

THINGS = "/certification/api/things"


async def sent(app: FastAPI, asked: httpx.AsyncClient, body: str | bytes, **headers: str) -> httpx.Response:
    given = {"content-type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return await asked.post(THINGS, content=body, headers={**bearer(app, "admin"), **given})


@pytest.mark.parametrize(("language", "words"), [("nl", "dit veld staat er twee keer in"), ("en", "is there twice")])
async def test_a_field_that_is_there_twice_is_refused_by_name(
    app: FastAPI, asked: httpx.AsyncClient, language: str, words: str
) -> None:
    answer = await sent(app, asked, '{"name": "a", "name": "b"}', accept_language=language)

    assert answer.status_code == 422
    assert answer.json()["type"] == "urn:keur:problem:field-given-twice"
    assert answer.json()["errors"][0]["field"] == "name"
    assert words in answer.json()["detail"]


async def test_the_same_field_may_stand_in_two_objects(app: FastAPI, asked: httpx.AsyncClient) -> None:
    answer = await sent(app, asked, '{"name": "a", "tags": [{"x": 1}, {"x": 1}]}')

    assert answer.json()["type"] == "urn:keur:problem:not-valid"


@pytest.mark.parametrize("body", ["[" * 100_000, '{"name": "a", "hours": ' + "9" * 5000 + "}", b'{"name": "\xff"}'])
async def test_what_the_parser_gives_up_on_is_told_in_words(
    app: FastAPI, asked: httpx.AsyncClient, body: str | bytes
) -> None:
    english = await sent(app, asked, body, accept_language="en")
    dutch = await sent(app, asked, body, accept_language="nl")

    assert english.status_code == dutch.status_code == 400
    assert english.json()["detail"].startswith("The body cannot be read")
    assert dutch.json()["detail"].startswith("De inhoud is niet te lezen")


async def test_what_is_no_json_is_said_of_the_body_and_not_of_a_number(app: FastAPI, asked: httpx.AsyncClient) -> None:
    answer = await sent(app, asked, "{")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "body"


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/x-www-form-urlencoded"])
async def test_json_under_another_name_is_told_which_name_it_needs(
    app: FastAPI, asked: httpx.AsyncClient, kind: str
) -> None:
    answer = await sent(app, asked, '{"name": "a"}', content_type=kind)

    assert answer.status_code == 415
    assert answer.json()["errors"][0]["allowed"] == "application/json"


async def test_a_text_of_half_characters_is_told_in_words(app: FastAPI, asked: httpx.AsyncClient) -> None:
    answer = await sent(app, asked, '{"name": "\\ud800"}', accept_language="en")

    assert answer.status_code == 422
    assert "unable to parse" not in answer.text


async def test_head_answers_like_get_without_a_body(app: FastAPI, asked: httpx.AsyncClient) -> None:
    page = await asked.head("/certification/register/K1", headers=BROWSER)
    nothing = await asked.head("/certification/api/nowhere", headers=bearer(app, "admin"))
    stranger = await asked.head("/certification/api/admin")

    assert (page.status_code, page.content) == (200, b"")
    assert (nothing.status_code, stranger.status_code) == (404, 401)
