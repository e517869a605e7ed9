"""What every answer carries, whatever the route."""

import gzip
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from shared.web import static
from tests.unit.web.sample import BROWSER, FAILURES, asking, bearer, sample, session

EVERYWHERE = ["/healthz", "/certification/page", "/certification/api/fails/bug", "/nowhere", "/certification/api/admin"]


@pytest.mark.parametrize("path", EVERYWHERE)
async def test_every_answer_tells_the_browser_what_it_may_not_do(
    app: FastAPI, asked: httpx.AsyncClient, path: str
) -> None:
    headers = (await asked.get(path, headers=session(app))).headers

    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'self'" in policy
    assert "form-action 'self' http://127.0.0.1:8401" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert headers["cache-control"] == "no-store"
    assert "server" not in headers


async def test_a_page_asks_nothing_of_other_sites(app: FastAPI, asked: httpx.AsyncClient) -> None:
    page = (await asked.get("/certification/page", headers=session(app))).text

    for attribute in ('src="', 'href="', 'action="'):
        for address in page.split(attribute)[1:]:
            assert not address.startswith(("//", "https:", "data:")), address[:60]
    assert "<script" not in page
    assert "style=" not in page


async def test_the_correlation_id_given_comes_back_and_a_strange_one_does_not(asked: httpx.AsyncClient) -> None:
    kept = await asked.get("/healthz", headers={"x-correlation-id": "demo-2026-0001"})
    made = await asked.get("/healthz", headers={"x-correlation-id": "x\" onload='"})

    assert kept.headers["x-correlation-id"] == "demo-2026-0001"
    assert len(made.headers["x-correlation-id"]) == 36


async def test_text_is_compressed(app: FastAPI, asked: httpx.AsyncClient) -> None:
    async with asked.stream("GET", "/certification/long", headers=session(app)) as answer:
        raw = b"".join([part async for part in answer.aiter_raw()])

    assert answer.headers["content-encoding"] == "gzip"
    assert b"keur keur" in gzip.decompress(raw)


async def test_the_style_sheet_is_kept_for_a_year_under_its_own_hash(asked: httpx.AsyncClient) -> None:
    now = await asked.get(static.url("keur.css"))
    before = await asked.get("/static/000000000000/keur.css")

    assert now.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert now.headers["content-type"].startswith("text/css")
    assert before.status_code == 200
    assert before.headers["cache-control"] == "no-cache"
    assert (await asked.get("/static/x/..%2fapp.py")).status_code == 404


def test_a_picture_that_is_not_there_is_found_when_the_template_is_drawn() -> None:
    with pytest.raises(KeyError):
        static.url("no-such.css")


async def test_ready_or_not_is_told_with_its_reason(app: FastAPI, asked: httpx.AsyncClient) -> None:
    async def not_yet() -> dict[str, object]:
        return {"ready": False, "checks": {"broker": False}}

    async def broken() -> dict[str, object]:
        raise FAILURES["refused"]

    for readiness in (not_yet, broken):
        async with asking(sample(app.state.keys._public_path.parents[1], readiness=readiness)) as client:
            answer = await client.get("/readyz")
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "2"
        assert answer.json()["ready"] is False
        assert "10.0.0.7" not in answer.text
    assert (await asked.get("/readyz")).json()["ready"] is True


@pytest.mark.parametrize("length", [257 * 1024, None])
async def test_a_body_that_is_too_large_is_refused_announced_or_not(
    app: FastAPI, asked: httpx.AsyncClient, length: int | None
) -> None:
    async def parts() -> AsyncIterator[bytes]:
        for _ in range(257):
            yield b" " * 1024

    content = b" " * length if length else parts()
    headers = {**bearer(app, "admin"), "content-type": "application/json"}

    answer = await asked.post("/certification/api/things", content=content, headers=headers)

    assert answer.status_code == 413
    assert answer.json()["type"] == "urn:keur:problem:too-large"


async def test_an_import_may_be_larger(app: FastAPI, asked: httpx.AsyncClient) -> None:
    body = b"x" * (2 * 1024 * 1024)

    answer = await asked.post("/certification/api/import/things", content=body, headers=bearer(app, "admin"))

    assert answer.json() == {"bytes": len(body)}


@pytest.mark.parametrize(
    ("given", "language"),
    [
        ({}, "nl"),
        ({"accept-language": "en-GB,en;q=0.9,nl;q=0.5"}, "en"),
        ({"accept-language": "de, nl;q=0.8, en;q=0.7"}, "nl"),
        ({"accept-language": "en;q=x, fr"}, "nl"),
        ({"accept-language": "en", "cookie": "keur_lang=nl"}, "nl"),
        ({"cookie": "keur_lang=xx"}, "nl"),
    ],
)
async def test_the_language_is_the_cookies_then_the_browsers_then_dutch(
    app: FastAPI, asked: httpx.AsyncClient, given: dict[str, str], language: str
) -> None:
    cookies = "; ".join(filter(None, [session(app)["cookie"], given.get("cookie")]))

    answer = await asked.get("/certification/page", headers={**given, "cookie": cookies})

    assert f'<html lang="{language}">' in answer.text


async def test_a_language_that_is_asked_for_is_remembered(app: FastAPI, asked: httpx.AsyncClient) -> None:
    english = await asked.get("/certification/page?lang=en&x=1", headers=session(app))

    assert "keur_lang=en" in english.headers["set-cookie"]
    assert "Skip to the content" in english.text
    assert 'href="?x=1&amp;lang=nl"' in english.text


async def test_a_page_in_a_foreign_browser_without_a_session_is_not_cached(asked: httpx.AsyncClient) -> None:
    answer = await asked.get("/certification/page", headers=BROWSER)

    assert answer.headers["cache-control"] == "no-store"
