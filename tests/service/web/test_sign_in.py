import asyncio
import hashlib
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import pytest

from shared.web.session import SESSION_COOKIE
from tests.service.web.conftest import HERE, Site

RENEW = "/enrollment/session/renew"


def secret_of(link: str) -> str:
    return urlsplit(link).path.rpartition("/")[2]


async def signed_in(site: Site, browser: httpx.AsyncClient) -> httpx.Response:
    return await browser.post(await site.link())


async def test_a_link_signs_in_once_by_its_button(site: Site) -> None:
    link = await site.link(to="/certification/register?lang=en")

    async with site.browser() as browser:
        page = await browser.get(link)
        came_in = await browser.post(link)
        again = await browser.post(link)

    assert page.status_code == 200
    assert f'action="{urlsplit(link).path}"' in page.text
    assert page.headers["referrer-policy"] == "same-origin"
    assert came_in.status_code == 303
    assert came_in.headers["location"] == "http://127.0.0.1:8402/certification/register?lang=en"
    assert again.status_code == 410


async def test_following_the_link_without_pressing_the_button_uses_nothing_up(site: Site) -> None:
    link = await site.link()

    async with site.browser() as scanner:
        for method in ("GET", "HEAD", "OPTIONS"):
            await scanner.request(method, link)
        assert (await scanner.post(link)).status_code == 303


async def test_of_twenty_that_redeem_at_once_one_wins(site: Site) -> None:
    link = await site.link()

    async with site.browser() as browser:
        answers = await asyncio.gather(*(browser.post(link) for _ in range(20)))

    assert sorted(answer.status_code for answer in answers) == [303] + [410] * 19


async def test_a_used_an_old_and_an_unknown_link_get_the_same_answer(site: Site) -> None:
    used, old = await site.link(), await site.link()
    unknown = f"{HERE}/enrollment/sign-in/{'x' * 43}"
    async with site.db.transaction() as tx:
        hashed = hashlib.sha256(secret_of(old).encode()).digest()
        await tx.execute("update login_link set ends_at = now() where secret_hash = $1", hashed)

    async with site.browser() as browser:
        await browser.post(used)
        browser.cookies.clear()
        answers = [await browser.post(link) for link in (used, old, unknown)]

    assert {answer.status_code for answer in answers} == {410}
    assert len({answer.text for answer in answers}) == 1
    assert not any("set-cookie" in answer.headers for answer in answers)


async def test_the_database_holds_no_secret(site: Site) -> None:
    link = await site.link()
    async with site.browser() as browser:
        await browser.post(link)
        secrets = [secret_of(link), *browser.cookies.values()]
    async with site.db.read() as tx:
        kept = [str(await tx.fetch(f"select * from {table}")) for table in ("login_link", "session", "audit")]  # noqa: S608

    assert len(secrets) == 3
    assert all(len(secret) >= 22 for secret in secrets)  # 128 bits in base64
    for secret in secrets:
        assert secret not in str(kept)


async def test_the_cookies_are_out_of_reach_of_scripts_and_other_sites(site: Site) -> None:
    async with site.browser() as browser:
        came_in = await signed_in(site, browser)

    session, renewal = came_in.headers.get_list("set-cookie")
    assert session.startswith("keur_session=")
    assert "HttpOnly; Max-Age=900; Path=/; SameSite=lax" in session
    assert "HttpOnly; Max-Age=43200; Path=/enrollment/session; SameSite=lax" in renewal


async def test_a_session_that_ran_out_is_renewed_on_the_way_back(site: Site) -> None:
    target = "http://127.0.0.1:8404/ops?x=1"

    async with site.browser() as browser:
        await signed_in(site, browser)
        browser.cookies.delete(SESSION_COOKIE)
        again = await browser.get(f"{RENEW}?to={quote(target, safe='')}")

        assert again.status_code == 303
        assert again.headers["location"] == target
        assert browser.cookies[SESSION_COOKIE]


ELSEWHERE = ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"]


@pytest.mark.parametrize("target", ELSEWHERE)
async def test_signing_in_leads_to_our_own_pages_only(site: Site, target: str) -> None:
    async with site.browser() as browser:
        await signed_in(site, browser)
        renewed = await browser.get(f"{RENEW}?to={quote(target, safe='')}")
    async with site.program() as program:
        refused = await program.post("/enrollment/api/login-links", json={"to": target})

    assert renewed.headers["location"].startswith("http://127.0.0.1:8401/enrollment/")
    assert refused.status_code == 422
    assert refused.json()["type"] == "urn:keur:problem:leads-elsewhere"


async def test_without_a_session_to_renew_one_lands_on_the_sign_in_page(site: Site) -> None:
    async with site.browser() as browser:
        to_renew = await browser.get("/enrollment/trainees")
        to_sign_in = await browser.get(to_renew.headers["location"])
        page = await browser.get(to_sign_in.headers["location"])

    assert parse_qs(urlsplit(to_renew.headers["location"]).query)["to"] == [f"{HERE}/enrollment/trainees"]
    assert to_sign_in.headers["location"] == "/enrollment/sign-in"
    assert "./keur user login-link" in page.text


async def test_signing_out_ends_the_renewal_for_good(site: Site) -> None:
    async with site.browser() as browser:
        await signed_in(site, browser)
        kept = browser.cookies["keur_renewal"]
        out = await browser.post("/enrollment/session/sign-out")
        assert not browser.cookies
        browser.cookies.set("keur_renewal", kept, domain="127.0.0.1", path="/enrollment/session")
        again = await browser.get(RENEW)

    assert out.status_code == 303
    assert again.headers["location"] == "/enrollment/sign-in"


async def test_another_site_cannot_sign_somebody_out(site: Site) -> None:
    async with site.browser() as browser:
        await signed_in(site, browser)
        answer = await browser.post("/enrollment/session/sign-out", headers={"sec-fetch-site": "cross-site"})

    assert answer.status_code == 403


async def test_links_and_tokens_are_made_by_an_admin_only(site: Site) -> None:
    keys = site.app.state.keys
    async with site.browser() as browser:
        for path, body in (("login-links", {}), ("tokens", {"name": "x", "scope": "read"})):
            for scope in ("office", "read", "write", "operator", "metrics"):
                token = keys.sign(subject="token/x", scopes=[scope], via="token", seconds=60)
                answer = await browser.post(
                    f"/enrollment/api/{path}", json=body, headers={"authorization": f"Bearer {token}"}
                )
                assert answer.status_code == 403, (path, scope)
            assert (await browser.post(f"/enrollment/api/{path}", json=body)).status_code == 401


async def test_a_token_does_what_its_scope_says_until_it_ends(site: Site) -> None:
    async with site.program() as program:
        wanted = {"name": "figures of the board", "scope": "metrics", "days": 7}
        made = (await program.post("/enrollment/api/tokens", json=wanted)).json()
        too_much = await program.post("/enrollment/api/tokens", json={"name": "x", "scope": "root"})
        too_long = await program.post("/enrollment/api/tokens", json={"name": "x", "scope": "read", "days": 9999})

    who = site.app.state.keys.verify(made["token"], "token")
    assert (who.subject, who.scopes, who.id) == ("token/figures of the board", {"metrics"}, made["id"])
    assert too_much.status_code == too_long.status_code == 422
    async with site.db.read() as tx:
        assert await tx.fetchval("select scopes from api_token where token_id = $1", made["id"]) == ["metrics"]


async def test_an_answer_that_holds_a_secret_is_kept_for_repeats_but_encrypted(site: Site) -> None:
    headers = {"idempotency-key": "link-1"}
    async with site.program() as program:
        first = await program.post("/enrollment/api/login-links", headers=headers)
        again = await program.post("/enrollment/api/login-links", headers=headers)
    async with site.db.read() as tx:
        kept = bytes(await tx.fetchval("select body from idempotency where key = 'link-1'"))

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.content == again.content
    assert secret_of(first.json()["url"]).encode() not in kept
