"""The forms on a trainee's file that record practice gained elsewhere, and withdraw it."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import RedirectResponse, Response
from pydantic import ValidationError

from shared.tabular import ClientKey, explain
from shared.web.deps import Ctx, Who, require
from shared.web.i18n import N_, language
from shared.web.i18n import translate as _

from ..api.practice import PracticeBody, WithdrawBody
from ..commands import practice as commands
from ..domain.practice import PracticeElsewhere
from ..domain.rules import Refused
from ..store.audit import By
from .trainee_file import show_file

router = APIRouter(
    prefix="/enrollment/trainees/{trainee_id}", include_in_schema=False, dependencies=[require("office")]
)

_LABELS = {
    "practice_from": N_("Eerste dag"),
    "practice_until": N_("Laatste dag"),
    "gained_at": N_("Opgedaan bij"),
    "proof": N_("Wat het bewijst"),
    "withdrawal": N_("Waarom het niet telt"),
}
_FIELDS = {"starts_on": "practice_from", "ends_on": "practice_until", "reason": "withdrawal"}
"""One page has all forms, so each field has a name of its own there."""


@router.post("/practice")
async def record(
    request: Request,
    ctx: Ctx,
    who: Who,
    trainee_id: ClientKey,
    practice_id: Annotated[str, Form()],
    practice_from: Annotated[str, Form()] = "",
    practice_until: Annotated[str, Form()] = "",
    gained_at: Annotated[str, Form()] = "",
    proof: Annotated[str, Form()] = "",
) -> Response:
    """The form carries the key, so that a second press of its button changes nothing."""
    given = {
        "practice_id": practice_id,
        "practice_from": practice_from,
        "practice_until": practice_until,
        "gained_at": gained_at.strip(),
        "proof": proof.strip(),
    }
    fields = {
        "practice_id": practice_id,
        "starts_on": practice_from,
        "ends_on": practice_until,
        "gained_at": given["gained_at"],
        "proof": given["proof"],
    }
    try:
        body = PracticeBody.model_validate({"trainee_id": trainee_id, **{k: v for k, v in fields.items() if v}})
        async with ctx.db.transaction() as tx:
            one = PracticeElsewhere(**body.model_dump())
            await commands.record(tx, one, today=ctx.clock.today(), by=By(who.subject))
    except (ValidationError, Refused) as error:
        return await show_file(request, ctx, trainee_id, given=given, errors=_errors(error, "practice_from"))
    return RedirectResponse(f"/enrollment/trainees/{trainee_id}#practice", 303)


@router.post("/practice/{key}/withdraw")
async def withdraw(
    request: Request,
    ctx: Ctx,
    who: Who,
    trainee_id: ClientKey,
    key: ClientKey,
    withdrawal: Annotated[str, Form()] = "",
) -> Response:
    try:
        body = WithdrawBody.model_validate({"reason": withdrawal.strip()})
        async with ctx.db.transaction() as tx:
            await commands.withdraw(tx, key, body.reason, today=ctx.clock.today(), by=By(who.subject))
    except (ValidationError, Refused) as error:
        given = {"withdrawal": withdrawal, "withdrawn": key}
        return await show_file(request, ctx, trainee_id, given=given, errors=_errors(error, "withdrawal"))
    return RedirectResponse(f"/enrollment/trainees/{trainee_id}#practice", 303)


def _errors(error: ValidationError | Refused, otherwise: str) -> Mapping[str, str]:
    if isinstance(error, Refused):
        found = {error.field or otherwise: error.said(language())[0]}
    else:
        found = {str(one["loc"][0]): explain(one, language())[0] for one in error.errors()}
    named = {_FIELDS.get(field, field): text for field, text in found.items()}
    return {(field if field in _LABELS else otherwise): _said(field, text) for field, text in named.items()}


def _said(field: str, text: str) -> str:
    return f"{_(_LABELS[field])}: {text}" if field in _LABELS else text
