import time
from pathlib import Path

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI

from shared.web.session import SessionKeys, make_session_keys, write_admin_token
from tests.unit.web.sample import BROWSER, asking, bearer, sample, session

OPEN = {"/certification/register/{number}"}


def routes(app: FastAPI) -> list[tuple[str, str]]:
    return [
        (method.upper(), path)
        for path, operations in app.openapi()["paths"].items()
        for method in operations
        if path not in OPEN
    ]


async def test_every_route_refuses_whoever_brings_no_token(app: FastAPI, asked: httpx.AsyncClient) -> None:
    seen = routes(app)
    assert len(seen) >= 10

    for method, path in seen:
        answer = await asked.request(method, path.replace("{", "").replace("}", ""), json={"name": "x"})

        assert answer.status_code == 401, (method, path)
        assert answer.headers["www-authenticate"].startswith("Bearer")
        assert answer.json()["type"] == "urn:keur:problem:not-signed-in"


async def test_an_unknown_address_looks_like_any_other_to_a_stranger(asked: httpx.AsyncClient) -> None:
    unknown, known = await asked.get("/certification/api/none"), await asked.get("/certification/api/admin")

    assert unknown.status_code == known.status_code == 401
    assert unknown.json() | {"correlation_id": ""} == known.json() | {"correlation_id": ""}


async def test_only_the_public_path_and_what_lies_below_it_are_open(asked: httpx.AsyncClient) -> None:
    assert (await asked.get("/certification/register/SMO-2027-00001")).status_code == 200
    assert (await asked.get("/certification/registers")).status_code == 401
    assert (await asked.get("/certification/register/../api/admin")).status_code == 401
    assert (await asked.get("/certification/register/%2e%2e/api/admin")).status_code in {401, 404}


@pytest.mark.parametrize("prefix", ["/", "/certification", "/certification/", "register", ""])
def test_a_public_prefix_that_opens_a_whole_service_is_refused(tmp_path: Path, prefix: str) -> None:
    with pytest.raises(ValueError):
        sample(tmp_path, public=[prefix])


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/openapi.json", "/metrics", "/favicon.ico"])
async def test_what_machines_ask_needs_no_session(asked: httpx.AsyncClient, path: str) -> None:
    assert (await asked.get(path)).status_code == 200


async def test_the_figures_are_open_on_loopback_only(app: FastAPI) -> None:
    async with asking(app, client="192.0.2.7") as stranger:
        assert (await stranger.get("/metrics")).status_code == 401
        assert (await stranger.get("/metrics", headers=bearer(app, "metrics"))).status_code == 200


async def test_a_route_without_a_scope_of_its_own_is_for_the_office(app: FastAPI, asked: httpx.AsyncClient) -> None:
    for headers, status in ((bearer(app, "read"), 403), (bearer(app, "office"), 200), (bearer(app, "admin"), 200)):
        assert (await asked.get("/certification/registers", headers=headers)).status_code == status


async def test_a_scope_named_on_a_route_or_its_router_is_the_one_that_counts(
    app: FastAPI, asked: httpx.AsyncClient
) -> None:
    assert (await asked.get("/certification/api/list", headers=bearer(app, "read"))).status_code == 200
    assert (await asked.get("/certification/api/list", headers=bearer(app, "metrics"))).status_code == 403
    assert (await asked.get("/certification/api/admin", headers=session(app))).status_code == 403
    assert (await asked.get("/certification/api/admin", headers=bearer(app, "admin"))).status_code == 200


async def test_a_session_is_no_bearer_token_and_the_other_way_round(app: FastAPI, asked: httpx.AsyncClient) -> None:
    token = bearer(app, "office")["authorization"].removeprefix("Bearer ")
    cookie = session(app)["cookie"].removeprefix("keur_session=")

    as_cookie = await asked.get("/certification/page", headers={"cookie": f"keur_session={token}"})
    as_bearer = await asked.get("/certification/page", headers={"authorization": f"Bearer {cookie}"})

    assert as_cookie.status_code == as_bearer.status_code == 401


async def test_a_token_that_ended_or_was_made_elsewhere_is_refused(app: FastAPI, asked: httpx.AsyncClient) -> None:
    now = int(time.time())
    claims = {"iss": "keur", "aud": "token", "sub": "x", "scope": "admin", "iat": now, "exp": now + 60, "jti": "1"}
    foreign = jwt.encode(claims, Ed25519PrivateKey.generate(), algorithm="EdDSA")
    unsigned = jwt.encode(claims, "", algorithm="none")
    keyed = jwt.encode(claims, "the public key as a password, which is long enough", algorithm="HS256")

    for token in (foreign, unsigned, keyed, "", "x", "a.b.c", "é" * 10):
        answer = await asked.get("/certification/page", headers={b"authorization": f"Bearer {token}".encode()})
        assert answer.status_code == 401, token
    assert (await asked.get("/certification/page", headers=bearer(app, "admin", seconds=-10))).status_code == 401
    assert (await asked.get("/certification/page", headers={"authorization": "Basic YTpi"})).status_code == 401


async def test_a_token_without_a_required_claim_is_refused(app: FastAPI, asked: httpx.AsyncClient) -> None:
    now = int(time.time())
    whole = {"iss": "keur", "aud": "token", "sub": "x", "scope": "admin", "iat": now, "exp": now + 60, "jti": "1"}
    for missing in whole:
        claims = {name: value for name, value in whole.items() if name != missing}
        token = jwt.encode(claims, app.state.keys.private(), algorithm="EdDSA")

        answer = await asked.get("/certification/page", headers={"authorization": f"Bearer {token}"})

        assert answer.status_code == 401, missing


async def test_a_browser_without_a_session_is_sent_to_renew_it_and_back(asked: httpx.AsyncClient) -> None:
    answer = await asked.get("/certification/page?a=1&b=x%20y", headers={**BROWSER, "host": "evil.example"})

    assert answer.status_code == 303
    assert answer.headers["location"] == (
        "http://127.0.0.1:8401/enrollment/session/renew"
        "?to=http%3A%2F%2F127.0.0.1%3A8402%2Fcertification%2Fpage%3Fa%3D1%26b%3Dx%2520y"
    )


async def test_a_service_without_the_private_key_verifies_all_the_same(app: FastAPI, tmp_path: Path) -> None:
    headers = session(app)
    (tmp_path / "keys" / "session.key").unlink()

    async with asking(sample_again(tmp_path)) as asked:
        assert (await asked.get("/certification/page", headers=headers)).status_code == 200


def sample_again(home: Path) -> FastAPI:
    from shared.web.app import create_app
    from tests.unit.web.sample import ENVIRON, router

    return create_app("certification", title="Sample", routers=[router], home=home, environ=ENVIRON)


async def test_without_keys_a_token_gets_503_and_no_page_of_errors(app: FastAPI, tmp_path: Path) -> None:
    headers = bearer(app, "admin")
    for path in (tmp_path / "keys").iterdir():
        path.unlink()

    async with asking(sample_again(tmp_path)) as asked:
        answer = await asked.get("/certification/page", headers=headers)

    assert answer.status_code == 503
    assert "retry-after" in answer.headers


def test_keys_and_the_admin_token_are_readable_by_their_owner_only(tmp_path: Path) -> None:
    make_session_keys(tmp_path)
    before = (tmp_path / "keys" / "session.key").read_bytes()
    token = write_admin_token(tmp_path)
    make_session_keys(tmp_path)

    assert (tmp_path / "keys" / "session.key").read_bytes() == before
    for path in (tmp_path / "keys" / "session.key", token):
        assert path.stat().st_mode & 0o777 == 0o600
    assert SessionKeys(tmp_path).verify(token.read_text().strip(), "token").may("admin")
