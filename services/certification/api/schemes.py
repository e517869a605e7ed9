"""Later versions of a scheme: what one would change before it is published, and going over to it by choice."""

from typing import Annotated, Any

import orjson
from fastapi import APIRouter, File, Form, Request, UploadFile
from fastapi.responses import HTMLResponse, Response

from shared.db import Tx
from shared.service import Context
from shared.tabular import ClientKey
from shared.web.deps import Ctx, StrictModel, Who, require
from shared.web.i18n import language
from shared.web.idempotency import Answer, once
from shared.web.pages import render

from ..commands.schemes import check_scheme
from ..commands.transitions import WhatIf, choose_version, what_if
from ..domain.rules import Refused
from ..domain.scheme_file import SchemeNotValid, read_scheme
from ..domain.schemes import SchemeVersion
from ..domain.transitions import Effect
from ..store import schemes
from ..store.audit import By
from ..words.certificates import requirement
from ..words.decisions import because
from .entries import OFFICE, WRITE, scheme_faults, text_of, yaml_of

router = APIRouter(prefix="/certification", tags=["schemes"])


class VersionBody(StrictModel):
    """The later version under which a candidate goes on."""

    version: ClientKey


@router.post("/api/schemes/what-if", dependencies=OFFICE)
async def what_if_published(request: Request, ctx: Ctx) -> Response:
    """What publishing this version would change: who gains, who loses and why, line by line. Nothing is written.

    The body is the YAML of a scheme, as when publishing.
    """
    try:
        version = read_scheme(text_of(await yaml_of(request)))
    except SchemeNotValid as wrong:
        return scheme_faults(request, wrong)
    found = await _worked_out(ctx, version)
    return Response(_json(shown(found)), media_type="application/json")


@router.post("/api/candidates/{trainee_id}/scheme-version", dependencies=WRITE, status_code=201)
async def go_over(request: Request, ctx: Ctx, who: Who, trainee_id: ClientKey, given: VersionBody) -> Response:
    """A candidate goes on under a later version, where that version leaves the choice. 200 when that was so already."""

    async def do(tx: Tx) -> Answer:
        new = await choose_version(
            tx, trainee_id, given.version, now=ctx.clock.now(), today=ctx.clock.today(), by=By(who.subject)
        )
        return Answer(201 if new else 200, {"trainee_id": trainee_id, "scheme_version": given.version})

    return await once(request, ctx, given.model_dump_json().encode(), do)


@router.get("/what-if", include_in_schema=False, dependencies=[require("office")])
async def what_if_form(request: Request) -> HTMLResponse:
    return render(request, "what_if.html", found=None, faults=[], effects=[])


@router.post("/what-if", include_in_schema=False, dependencies=[require("office")])
async def what_if_page(
    request: Request,
    ctx: Ctx,
    file: Annotated[UploadFile | None, File()] = None,
    text: Annotated[str, Form(max_length=300_000)] = "",
) -> HTMLResponse:
    """The same on a page, from a file or from text."""
    body = await file.read() if file is not None and file.filename else text.encode()
    try:
        found = await _worked_out(ctx, read_scheme(text_of(body)))
    except SchemeNotValid as wrong:
        faults = [fault.in_language(language()) for fault in wrong.faults]
        return render(request, "what_if.html", status=422, found=None, faults=faults, effects=[])
    except Refused as rule:
        faults = [{"line": "", "path": rule.field, "message": rule.said(language())[0]}]
        return render(request, "what_if.html", status=422, found=None, faults=faults, effects=[])
    said = shown(found)
    return render(request, "what_if.html", found=said, faults=[], effects=said["effects"][:200])


async def _worked_out(ctx: Context, version: SchemeVersion) -> WhatIf:
    async with ctx.db.read() as tx, tx.transaction(isolation="repeatable_read", readonly=True):
        check_scheme(version, list((await schemes.all_versions(tx)).values()))
        return await what_if(tx, version, today=ctx.clock.today())


def shown(found: WhatIf) -> dict[str, Any]:
    """Counts first, then each candidate for whom something would come out differently."""
    scheme = found.version.scheme
    gains, loses = found.count("gains", undecided=True), found.count("loses", undecided=True)
    return {
        "scheme": scheme.scheme,
        "version": scheme.version,
        "transition": scheme.transition.who_started_before if scheme.transition else "stays",
        "looked_at": found.looked_at,
        "gains": gains,
        "loses": loses,
        "same": found.looked_at - sum(one.effect != "same" for one in found.effects),
        "decided_gains": found.count("gains", undecided=False),
        "decided_loses": found.count("loses", undecided=False),
        "effects": [_effect(one, found.version) for one in found.effects],
    }


def _effect(one: Effect, version: SchemeVersion) -> dict[str, Any]:
    return {
        "trainee_id": one.trainee_id,
        "state": one.state.value,
        "under": one.version,
        "goes_over": one.goes_over,
        "effect": one.effect,
        "because": [
            {
                "requirement": shift.requirement,
                "title": requirement(shift.requirement, version.content),
                "before": because(shift.before) if shift.before else None,
                "after": because(shift.after) if shift.after else None,
            }
            for shift in one.shifts
        ],
    }


def _json(content: dict[str, Any]) -> bytes:
    return orjson.dumps(content)
