"""Pages of complaints: for the coordinator only."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from shared.db import Tx
from shared.ids import new_id
from shared.tabular import ClientKey, explain
from shared.web.deps import Ctx, Who, require
from shared.web.i18n import N_, language
from shared.web.i18n import translate as _
from shared.web.pages import render

from ..api.entries import NothingUnderThisKey
from ..commands import complaints as commands
from ..commands.records import receive_complaints
from ..domain.complaints import STATES_NL, Complainant
from ..domain.rules import Refused
from ..intake.complaints import AppealBody, ResolveBody, WaiveBody, WordsBody
from ..intake.rows import ComplaintBody
from ..queries import complaints, followup
from ..store.audit import By
from ..words import complaints as complaints_words
from ..words import followup as followup_words
from .followup import field_errors, refs_of

router = APIRouter(prefix="/enrollment", include_in_schema=False, dependencies=[require("coordinator")])

Key = Annotated[str, Query(max_length=64)]
STEPS = ("acknowledge", "in-hand", "words", "discussed", "waive", "resolve", "close", "appeal")

LABELS = {
    "trainee_id": N_("Leerlingnummer"),
    "received_on": N_("Ontvangen op"),
    "category": N_("Waarover"),
    "text": N_("De klacht"),
    "agenda_words": N_("Agendapunt"),
    "reason": N_("Reden"),
    "resolution": N_("Wat ervan geworden is"),
}


@router.get("/complaints")
async def complaints_page(request: Request, ctx: Ctx) -> HTMLResponse:
    """Those that are open, the oldest first; the last that are not; and the figures."""
    async with ctx.db.read() as tx:
        rows = await complaints.some(tx, still_open=True)
        done = await complaints.some(tx, still_open=False, limit=50)
        counts = await complaints.figures(tx, ctx.clock.today())
    return render(
        request,
        "complaints.html",
        rows=rows,
        done=done,
        counts=counts,
        today=ctx.clock.today(),
        words=complaints_words,
    )


@router.get("/complaints/new")
async def complaint_form(request: Request, ctx: Ctx, trainee_id: Key = "") -> HTMLResponse:
    given = {"complaint_id": new_id(), "trainee_id": trainee_id, "received_on": ctx.clock.today().isoformat()}
    return _form(request, given, {})


@router.post("/complaints/new")
async def receive(request: Request, ctx: Ctx, who: Who) -> Response:
    """The form carries the key of the complaint, so that a second press of its button changes nothing."""
    given = {name: str(value).strip() for name, value in (await request.form()).items()}
    fields: dict[str, Any] = {name: value for name, value in given.items() if value and name != "confidential"}
    try:
        row = ComplaintBody.model_validate({**fields, "confidential": bool(given.get("confidential"))})
        async with ctx.db.transaction() as tx:
            outcome = await receive_complaints(tx, [row.made()], today=ctx.clock.today(), by=By(who.subject))
            for rule in outcome.refused.values():
                raise rule
    except ValidationError as error:
        return _form(request, given, _errors(error))
    except Refused as rule:
        return _form(request, given, {rule.field or "text": _said(rule)})
    return RedirectResponse(f"/enrollment/complaints/{row.complaint_id}", 303)


def _form(request: Request, given: Mapping[str, str], errors: Mapping[str, str]) -> HTMLResponse:
    return render(
        request,
        "complaint_form.html",
        status=422 if errors else 200,
        given=given,
        errors=errors,
        words=complaints_words,
    )


@router.get("/complaints/{key}")
async def complaint_page(request: Request, ctx: Ctx, key: ClientKey) -> HTMLResponse:
    return await _page(request, ctx, key, {}, {})


async def _page(
    request: Request, ctx: Ctx, key: str, given: Mapping[str, str], errors: Mapping[str, str]
) -> HTMLResponse:
    async with ctx.db.read() as tx:
        found = await complaints.one(tx, key)
        if found is None:
            raise NothingUnderThisKey(_("Deze klacht is hier niet bekend."))
        names = await followup.person_names(
            tx,
            {
                f"trainee/{found['trainee_id']}",
                f"{found['place_kind']}/{found['place_id']}",
                *refs_of(found["actions"]),
            },
        )
    return render(
        request,
        "complaint.html",
        status=422 if errors else 200,
        complaint=found,
        names=names,
        given=given,
        errors=errors,
        steps=list(STATES_NL),
        words=complaints_words,
        action_words=followup_words,
    )


@router.post("/complaints/{key}/{step}")
async def take_step(request: Request, ctx: Ctx, who: Who, key: ClientKey, step: str) -> Response:
    """One step further. What is refused comes back with what was typed."""
    if step not in STEPS:
        raise NothingUnderThisKey(_("Deze klacht is hier niet bekend."))
    given = {name: str(value).strip() for name, value in (await request.form()).items()}
    try:
        async with ctx.db.transaction() as tx:
            await _take(tx, key, step, given, ctx, By(who.subject))
    except ValidationError as error:
        return await _page(request, ctx, key, given, _errors(error))
    except Refused as rule:
        return await _page(request, ctx, key, given, {rule.field or "state": _said(rule)})
    return RedirectResponse(f"/enrollment/complaints/{key}", 303)


async def _take(tx: Tx, key: str, step: str, given: Mapping[str, str], ctx: Ctx, by: By) -> None:
    today = ctx.clock.today()
    words, reason = given.get("agenda_words", ""), given.get("reason", "")
    match step:
        case "acknowledge":
            await commands.acknowledge(tx, key, today=today, by=by)
        case "in-hand":
            await commands.take_in_hand(
                tx, key, words and WordsBody(agenda_words=words).agenda_words, today=today, by=by
            )
        case "words":
            await commands.word(tx, key, WordsBody(agenda_words=words).agenda_words, today=today, by=by)
        case "discussed":
            await commands.discuss(tx, [key], on=today, today=today, by=by)
        case "waive":
            await commands.waive(tx, key, WaiveBody(reason=reason).reason, today=today, by=by)
        case "resolve":
            resolution = ResolveBody(resolution=given.get("resolution", "")).resolution
            await commands.resolve(tx, key, resolution, today=today, by=by)
        case "close":
            await commands.close(tx, key, today=today, by=by)
        case _:
            body = AppealBody.model_validate({"by": given.get("by"), "text": given.get("text")})
            complainant: Complainant = body.by
            await commands.appeal(tx, key, complainant, body.text, today=today, by=by)


def _errors(error: ValidationError) -> dict[str, str]:
    found = {}
    for one in error.errors():
        field = str(one["loc"][0])
        message, _allowed = explain(one, language())
        found[field] = f"{_(LABELS[field])}: {message}" if field in LABELS else message
    return found or field_errors(error)


def _said(rule: Refused) -> str:
    message, allowed = rule.said(language())
    return f"{message} ({allowed})" if allowed else message
