"""Who may look at what and do what: every page and operation, beside the table in docs/operations.md."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute

from services.enrollment.app import build
from shared.web.session import IMPLIED, SCOPES, Needs, SessionKeys

from . import rows
from .conftest import Enrollment

DOCS = Path(__file__).resolve().parents[3] / "docs" / "operations.md"
HERE = "/enrollment"
ANYBODY = frozenset({"anybody"})
EXACT = "the list's own path"


def table() -> dict[tuple[str, bool], tuple[frozenset[str], frozenset[str]]]:
    """By path and whether it is that path alone: the scopes for looking and for doing."""
    text = DOCS.read_text("utf-8").split("### Who may do what in the training")[1].split("\n\n", 3)[2]
    found = {}
    for line in text.splitlines()[2:]:
        paths, look, do = (cell.strip() for cell in line.strip("|").split("|"))
        scopes = [frozenset() if cell == "–" else frozenset(cell.split(", ")) for cell in (look, do)]
        for path in re.findall(r"`(/[^`]*)`", paths):
            found[path, EXACT in paths] = (scopes[0], scopes[1])
    return found


def routes(office: Enrollment) -> Iterator[tuple[str, str, frozenset[str]]]:
    """Method, path below /enrollment, and the scopes that the route itself asks for."""
    for router in build(office.ctx.settings).routers:
        for route in router.routes:
            if isinstance(route, APIRoute):
                for method in route.methods:
                    yield method, route.path.removeprefix(HERE), asked(route.dependant)


def asked(dependant: Dependant) -> frozenset[str]:
    """The strictest of what it and its router ask: those that pass every one of them."""
    needs: list[Needs] = []
    todo = [dependant]
    while todo:
        one = todo.pop()
        todo += one.dependencies
        if isinstance(one.call, Needs):
            needs.append(one.call)
    if not needs:
        return ANYBODY
    strictest = max(needs, key=lambda need: len(need.scopes) == 1 and -len(may(frozenset(need.scopes))))
    allowed = frozenset.intersection(*(may(frozenset(need.scopes)) for need in needs))
    assert allowed == may(frozenset(strictest.scopes))
    return frozenset(strictest.scopes)


def may(scopes: frozenset[str]) -> frozenset[str]:
    """Everybody who holds one of these scopes, or whose scope gives it."""
    if scopes == ANYBODY:
        return SCOPES
    return frozenset(scope for scope in SCOPES if ({scope} | IMPLIED.get(scope, frozenset())) & scopes)


def documented(method: str, path: str) -> frozenset[str]:
    known = table()
    if (path, True) in known:
        return known[path, True][method == "POST"]
    fits = [one for one, alone in known if not alone and (one == "/" or path == one or path.startswith(one + "/"))]
    return known[max(fits, key=len), False][method == "POST"]


async def test_every_page_and_operation_asks_for_what_the_table_says(enrollment: Enrollment) -> None:
    wrong = {
        f"{method} {path}: asks {sorted(found)}, the table says {sorted(documented(method, path))}"
        for method, path, found in routes(enrollment)
        if may(found) != may(documented(method, path))
    }
    assert not wrong, "\n".join(sorted(wrong))


async def test_who_lacks_the_scope_is_refused_by_every_page_and_operation(enrollment: Enrollment) -> None:
    keys = SessionKeys(enrollment.ctx.settings.home)
    tokens = {scope: keys.sign(subject=f"test/{scope}", scopes=[scope], via="token", seconds=300) for scope in SCOPES}
    asked_of = 0
    for method, path, found in routes(enrollment):
        for scope in sorted(SCOPES - may(found)):
            url = HERE + re.sub(r"\{[^}]*\}", "K1", path)
            given: dict[str, Any] = {"json": {}} if method == "POST" else {}
            answer = await enrollment.http.request(
                method, url, headers={"Authorization": f"Bearer {tokens[scope]}"}, **given
            )
            assert answer.status_code == 403, (scope, method, path, answer.status_code)
            asked_of += 1
    assert asked_of > 300


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_the_board_sees_its_page_and_the_figures_and_nothing_else(office: Enrollment, language: str) -> None:
    as_scope(office, "board")
    page = await office.http.get(f"/enrollment/board?lang={language}")
    assert page.status_code == 200
    assert ("Bestuur" if language == "nl" else "Board") in page.text
    assert "/enrollment/trainees" not in page.text
    assert (await office.http.get("/enrollment/api/figures")).status_code == 200
    for path in ("/enrollment/", "/enrollment/trainees", "/enrollment/api/trainees", "/enrollment/api/signals"):
        assert (await office.http.get(path)).status_code == 403, path


async def test_who_only_reads_does_not_see_the_boards_page(office: Enrollment) -> None:
    as_scope(office, "read")
    assert (await office.http.get("/enrollment/board")).status_code == 403


async def test_the_office_sees_no_complaint_and_the_coordinator_does(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"))
    assert (await office.post("complaints", rows.complaint("K1", received_on="2025-09-01"))).status_code == 201
    planned = (await office.http.get("/enrollment/api/planned-visits")).json()["items"]
    visit = next(one["visit_id"] for one in planned if one["place_id"] == "C1")
    for scope, sees in (("coordinator", True), ("office", False)):
        as_scope(office, scope)
        assert ("/enrollment/complaints" in (await office.http.get("/enrollment/")).text) == sees
        assert ("/enrollment/complaints" in (await office.http.get("/enrollment/trainees/T1")).text) == sees
        assert ("K1" in (await office.http.get(f"/enrollment/visits/{visit}")).text) == sees
        assert (await office.http.get("/enrollment/complaints/K1")).status_code == (200 if sees else 403)


def as_scope(office: Enrollment, scope: str) -> None:
    token = SessionKeys(office.ctx.settings.home).sign(subject=f"test/{scope}", scopes=[scope], via="token", seconds=60)
    office.http.headers["Authorization"] = f"Bearer {token}"
