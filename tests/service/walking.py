"""Walks the pages of a service as somebody with a mouse would: from link to link, judging each page."""

import atexit
import importlib
import re
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from tempfile import mkdtemp
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx
import pytest
from babel.messages.pofile import read_po
from starlette.routing import Route

from shared.settings import SERVICES, ServiceSettings
from shared.web import i18n
from shared.web.session import make_session_keys
from shared.web.sites import base_urls

EACH = 2
"""So many pages of one route with the same names in the query are opened; the rest only has to have a route."""
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
DOWNLOADS = (".pdf", ".json", ".pem", "/raw")
"""Made by others than templates, and tried by themselves."""
NOT_READ = {"script", "style", "pre", "code", "svg", "[not translated]"}


@cache
def routes() -> dict[str, list[Route]]:
    """Every route of every service as it is really put together. Nothing is connected to."""
    home = Path(mkdtemp(prefix="keur-routes-"))
    atexit.register(shutil.rmtree, home, ignore_errors=True)
    make_session_keys(home)
    (home / "keys" / "private.key").write_text("A" * 43 + "=")
    found = {}
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("KEUR_HOME", str(home))
        environment.setenv("KEUR_AMQP_URL", "amqp://127.0.0.1:1/")
        environment.setenv("KEUR_DATABASE_URL", "postgresql://127.0.0.1:1/x")
        for name in SERVICES:
            service = importlib.import_module(f"services.{name}.app").build(ServiceSettings.from_env(name))
            found[name] = [route for router in service.routers for route in router.routes]
    return found


def route_of(service: str, path: str, method: str = "GET") -> Route | None:
    """The route that answers a path; nothing of ``/static``, which the framework serves."""
    return next(
        (one for one in routes()[service] if method in (one.methods or ()) and one.path_regex.fullmatch(path)), None
    )


@cache
def of_the_other_language(language: str) -> frozenset[str]:
    """Whole texts that may not stand on a page in ``language``: they have another form in it."""
    pairs = set()
    for path in i18n.po_files("en"):
        with path.open("rb") as file:
            for message in read_po(file, locale="en"):
                if message.id:
                    both = [one if isinstance(one, (list, tuple)) else [one] for one in (message.id, message.string)]
                    pairs |= set(zip(*both, strict=False))
    dutch, english = {nl for nl, _ in pairs}, {en for _, en in pairs}
    other, own = (dutch, english) if language == "en" else (english, dutch)
    return frozenset(text for text in other - own if "%" not in text and len(text) > 2)


class Page(HTMLParser):
    """What of a page can be right or wrong without seeing it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.language = ""
        self.ids: list[str] = []
        self.links: list[str] = []
        self.forms: list[tuple[str, str]] = []
        self.texts: list[str] = []
        self.headings: list[int] = []
        self.labels: set[str] = set()
        self.inputs: list[tuple[str, dict[str, str | None], bool]] = []
        self.buttons: list[str] = []
        self._open: list[tuple[str, str | None]] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        got = dict(attributes)
        if tag == "html":
            self.language = got.get("lang") or ""
        if got.get("id"):
            self.ids.append(str(got["id"]))
        if tag == "a" and got.get("href"):
            self.links.append(str(got["href"]))
        if tag == "iframe" and got.get("src"):
            self.links.append(str(got["src"]))
        if tag == "form":
            self.forms.append(((got.get("method") or "get").upper(), got.get("action") or ""))
        if tag == "label" and got.get("for"):
            self.labels.add(str(got["for"]))
        if tag in {"input", "select", "textarea"} and got.get("type") != "hidden":
            self.inputs.append((tag, got, any(name == "label" for name, _ in self._open)))
        if tag == "button":
            self.buttons.append(got.get("aria-label") or "")
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if self._here():
            self.texts += [str(got[name]) for name in ("aria-label", "title", "placeholder") if got.get(name)]
        if tag not in VOID:
            self._open.append((tag, got.get("lang")))
            if got.get("translate") == "no":
                self._open.append(("[not translated]", None))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        said = " ".join(data.split())
        if said and any(name == "button" for name, _ in self._open):
            self.buttons[-1] += said
        if said and self._here():
            self.texts.append(said)

    def _here(self) -> bool:
        languages = {language for _, language in self._open if language}
        return languages <= {self.language} and not any(name in NOT_READ for name, _ in self._open)

    def faults(self, language: str) -> Iterator[str]:
        if self.language != language:
            yield f"is in {self.language!r}"
        yield from (f"has #{id} twice" for id in sorted({id for id in self.ids if self.ids.count(id) > 1}))
        for tag, got, inside in self.inputs:
            if not inside and got.get("id") not in self.labels and not got.get("aria-label"):
                yield f"has a {tag} without a label: {got.get('name')}"
        yield from ("has a button without words" for words in self.buttons if not words)
        yield from (f"leads to its own #{to[1:]}" for to in self.links if to[0] == "#" and to[1:] not in self.ids)
        if self.headings.count(1) != 1:
            yield f"has {self.headings.count(1)} headings of the first level"
        steps = zip(self.headings, self.headings[1:], strict=False)
        yield from (f"goes from h{above} to h{below}" for above, below in steps if below > above + 1)
        yield from (f"says {text!r}" for text in self.texts if text in of_the_other_language(language))
        yield from (f"says {text!r}" for text in self.texts if "%(" in text or text == "None")


@dataclass
class Walk:
    """What was seen: which routes answered with a page, and every fault with where it was."""

    service: str
    language: str
    seen: set[str] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    asked: dict[tuple[str, tuple[str, ...]], int] = field(default_factory=dict)

    async def take(self, http: httpx.AsyncClient, starts: Sequence[str]) -> None:
        waiting, done = list(starts), set[str]()
        while waiting:
            path = waiting.pop(0).partition("#")[0]
            if path not in done and self._worth(path):
                done.add(path)
                waiting += await self._open(http, path)

    def missed(self, *, apart: Sequence[str] = ()) -> list[str]:
        """Routes of pages that no link led to. ``apart`` are the beginnings of those that are tried elsewhere."""
        asked = [one.path for one in routes()[self.service] if "GET" in (one.methods or ()) and "/api/" not in one.path]
        seen = {path.rstrip("/") for path in self.seen}
        return sorted(path for path in asked if path.rstrip("/") not in seen and not path.startswith(tuple(apart)))

    def _worth(self, path: str) -> bool:
        parts = urlsplit(path)
        route = route_of(self.service, parts.path)
        if route is None:
            self.faults.append(f"{path} has no route")
            return False
        key = (route.path, tuple(sorted(name for name, _ in parse_qsl(parts.query) if name != "lang")))
        self.asked[key] = self.asked.get(key, 0) + 1
        return self.asked[key] <= EACH

    async def _open(self, http: httpx.AsyncClient, path: str) -> list[str]:
        route = route_of(self.service, urlsplit(path).path)
        assert route is not None
        self.seen.add(route.path)
        if urlsplit(path).path.endswith(DOWNLOADS):
            return []
        answer = await http.get(path, headers={"Accept": "text/html", "Accept-Language": self.language})
        if answer.status_code in (303, 307):
            return self._ours(path, [answer.headers["location"]])
        if answer.status_code != 200:
            self.faults.append(f"{path} answers {answer.status_code}: {answer.text[:300]}")
            return []
        if "text/html" not in answer.headers["content-type"] or path.endswith("/html"):
            return []
        page = Page(answer.text)
        self.faults += [f"{path} {fault}" for fault in page.faults(self.language)]
        for method, action in page.forms:
            where = urlsplit(urljoin(path, action or path))
            if route_of(self._service_of(where.netloc), where.path, method) is None:
                self.faults.append(f"{path} sends a form to {method} {where.path}, which is nowhere")
        return self._ours(path, page.links)

    def _ours(self, path: str, links: Sequence[str]) -> list[str]:
        own = []
        for link in links:
            to = urlsplit(urljoin(path, link.replace(" ", "%20")))
            if to.scheme == "mailto" or "/static/" in to.path or "lang=" in to.query:
                continue
            service = self._service_of(to.netloc)
            if service == self.service:
                own.append(to._replace(scheme="", netloc="").geturl())
            elif route_of(service, to.path) is None:
                self.faults.append(f"{path} leads to {link}, which is nowhere")
        return own

    def _service_of(self, netloc: str) -> str:
        if not netloc:
            return self.service
        by_host = {urlsplit(url).netloc: name for name, url in base_urls().items()}
        assert netloc in by_host, f"a link leads out of the system, to {netloc}"
        return by_host[netloc]


async def walked(service: str, language: str, http: httpx.AsyncClient, starts: Sequence[str]) -> Walk:
    walk = Walk(service, language)
    await walk.take(http, starts)
    return walk
