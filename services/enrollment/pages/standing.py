"""The page of trainees to watch, and the forms on a trainee's file that interrupt a training or end it."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Literal, TypeVar

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from shared.db import Tx
from shared.service import Context
from shared.tabular import ClientKey, explain
from shared.web.deps import Ctx, StrictModel, Who, require
from shared.web.i18n import N_, language
from shared.web.i18n import translate as _
from shared.web.pages import render

from ..api.replacements import EndBody, ReplacementBody
from ..api.standing import DropOutBody, PauseBody, ResumeBody
from ..commands import standing
from ..commands.place_again import place_again
from ..commands.replacements import end_placement
from ..domain.rules import Refused
from ..queries import risk, titles
from ..store.audit import By
from ..words import risk as words_risk
from .trainee_file import show_file
from .training import PAGE

router = APIRouter(prefix="/enrollment", include_in_schema=False, dependencies=[require("office")])

_LABELS = {
    "paused_on": N_("Onderbroken sinds"),
    "pause_reason": N_("Reden van de onderbreking"),
    "resumed_on": N_("Verder vanaf"),
    "dropped_out_on": N_("Laatste dag"),
    "drop_out_reason": N_("Reden van uitval"),
    "placement_ended_on": N_("Laatste dag op deze plek"),
    "placement_reason": N_("Waarom de plek eindigt"),
    "next_place": N_("Volgende leerwerkplek"),
}
_FIELDS = {
    "PauseBody": {"reason": "pause_reason"},
    "DropOutBody": {"reason": "drop_out_reason"},
    "EndBody": {"reason": "placement_reason", "ended_on": "placement_ended_on"},
    "ReplacementBody": {"company_id": "next_place", "mentor_id": "next_place", "gap_plans": "next_place"},
}
"""One page has all forms, so each field has a name of its own there."""

Level = Literal["", "low", "raised", "high"]
B = TypeVar("B", bound=StrictModel)


@router.get("/risk")
async def risk_page(
    request: Request, ctx: Ctx, level: Level = "", after: Annotated[str, Query(max_length=64)] = ""
) -> HTMLResponse:
    """Who is to be watched, with the signals that say so."""
    async with ctx.db.read() as tx:
        counts = await risk.levels(tx)
        rows = await risk.some(tx, level=level, after=after, limit=PAGE)
        of_target = await titles.targets(tx, (row["trainee_id"] for row in rows))
    following = str(rows[-1]["trainee_id"]) if len(rows) == PAGE else None
    return render(
        request,
        "risk.html",
        rows=rows,
        counts=counts,
        level=level,
        next=following,
        risks=words_risk,
        target_titles=of_target,
    )


@router.post("/trainees/{trainee_id}/pause")
async def pause(
    request: Request,
    ctx: Ctx,
    who: Who,
    trainee_id: ClientKey,
    pause_reason: Annotated[str, Form()] = "",
    paused_on: Annotated[str, Form()] = "",
) -> Response:
    today = ctx.clock.today()

    def do(body: PauseBody) -> Callable[[Tx], Awaitable[bool]]:
        return lambda tx: standing.pause(
            tx, trainee_id, body.reason, on=body.paused_on or today, today=today, by=By(who.subject)
        )

    given = {"pause_reason": pause_reason, "paused_on": paused_on}
    return await _act(request, ctx, trainee_id, PauseBody, given, do)


@router.post("/trainees/{trainee_id}/resume")
async def resume(
    request: Request, ctx: Ctx, who: Who, trainee_id: ClientKey, resumed_on: Annotated[str, Form()] = ""
) -> Response:
    today = ctx.clock.today()

    def do(body: ResumeBody) -> Callable[[Tx], Awaitable[bool]]:
        return lambda tx: standing.resume(tx, trainee_id, on=body.resumed_on or today, today=today, by=By(who.subject))

    return await _act(request, ctx, trainee_id, ResumeBody, {"resumed_on": resumed_on}, do)


@router.post("/trainees/{trainee_id}/drop-out")
async def drop_out(
    request: Request,
    ctx: Ctx,
    who: Who,
    trainee_id: ClientKey,
    drop_out_reason: Annotated[str, Form()] = "",
    dropped_out_on: Annotated[str, Form()] = "",
) -> Response:
    today = ctx.clock.today()

    def do(body: DropOutBody) -> Callable[[Tx], Awaitable[bool]]:
        return lambda tx: standing.drop_out(
            tx, trainee_id, body.reason, on=body.dropped_out_on or today, today=today, by=By(who.subject)
        )

    given = {"drop_out_reason": drop_out_reason, "dropped_out_on": dropped_out_on}
    return await _act(request, ctx, trainee_id, DropOutBody, given, do)


@router.post("/trainees/{trainee_id}/end-placement")
async def end_place(
    request: Request,
    ctx: Ctx,
    who: Who,
    trainee_id: ClientKey,
    placement_reason: Annotated[str, Form()] = "",
    placement_ended_on: Annotated[str, Form()] = "",
) -> Response:
    today = ctx.clock.today()

    def do(body: EndBody) -> Callable[[Tx], Awaitable[bool]]:
        return lambda tx: end_placement(
            tx, trainee_id, body.reason, on=body.ended_on or today, today=today, by=By(who.subject)
        )

    given = {"placement_reason": placement_reason, "placement_ended_on": placement_ended_on}
    return await _act(request, ctx, trainee_id, EndBody, given, do, at="placement")


@router.post("/trainees/{trainee_id}/replacement")
async def next_place(
    request: Request, ctx: Ctx, who: Who, trainee_id: ClientKey, next_place: Annotated[str, Form()] = ""
) -> Response:
    """The choice is a company and its mentor, ``C2/M3``."""
    today = ctx.clock.today()
    company_id, _slash, mentor_id = next_place.partition("/")

    def do(body: ReplacementBody) -> Callable[[Tx], Awaitable[bool]]:
        return lambda tx: place_again(
            tx, trainee_id, body.company_id, body.mentor_id, (), today=today, by=By(who.subject)
        )

    values = {"company_id": company_id, "mentor_id": mentor_id}
    return await _act(
        request, ctx, trainee_id, ReplacementBody, {"next_place": next_place}, do, values=values, at="placement"
    )


async def _act(
    request: Request,
    ctx: Context,
    trainee_id: str,
    kind: type[B],
    given: dict[str, str],
    do: Callable[[B], Callable[[Tx], Awaitable[bool]]],
    *,
    values: dict[str, str] | None = None,
    at: str = "standing",
) -> Response:
    """What is refused comes back with what was typed; the same form a second time changes nothing."""
    shown = _FIELDS.get(kind.__name__, {})
    own = {to: name for name, to in shown.items()}
    named = values or {own.get(name, name): value for name, value in given.items()}
    named = {name: value.strip() for name, value in named.items() if value.strip()}
    errors: dict[str, str] = {}
    try:
        body = kind.model_validate({"trainee_id": trainee_id, **named})
    except ValidationError as error:
        for one in error.errors():
            field = str(one["loc"][0])
            field = shown.get(field, field)
            errors[field] = _labelled(field, explain(one, language())[0])
        return await show_file(request, ctx, trainee_id, given=given, errors=errors)
    try:
        async with ctx.db.transaction() as tx:
            await do(body)(tx)
    except Refused as rule:
        wrong = shown.get(rule.field or "", rule.field or "")
        field = wrong if wrong in given else next(iter(given))
        return await show_file(
            request, ctx, trainee_id, given=given, errors={field: _labelled(field, rule.said(language())[0])}
        )
    return RedirectResponse(f"/enrollment/trainees/{trainee_id}#{at}", 303)


def _labelled(field: str, message: str) -> str:
    return f"{_(_LABELS[field])}: {message}" if field in _LABELS else message
