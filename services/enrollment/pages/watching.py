"""Pages of what is watched: the signals, the heat map of alignment, a contact moment in ten seconds, a signature."""

from collections.abc import Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError

from shared.ids import new_id
from shared.service import Context
from shared.tabular import ClientKey, explain
from shared.web.deps import Ctx, Who, require
from shared.web.i18n import N_, language
from shared.web.i18n import translate as _
from shared.web.pages import render

from ..api.entries import NothingUnderThisKey
from ..api.watching import ContactBody, SignOffBody
from ..commands import guidance
from ..domain.guidance import SignOff
from ..domain.rules import Refused
from ..domain.signal_words import KINDS
from ..domain.signals import CAUSES, Kind, Signal
from ..queries import coverage, places, trainees, watching
from ..queries import titles as titles_of
from ..store.audit import By
from ..words import risk as words_risk
from .trainee_file import show_file
from .training import PAGE

router = APIRouter(prefix="/enrollment", include_in_schema=False, dependencies=[require("office")])

_LABELS = {
    "minutes": N_("Minuten"),
    "held_on": N_("Dag"),
    "target": N_("Eindterm"),
    "role": N_("Wie tekent af"),
    "signed_on": N_("Afgetekend op"),
    "person_id": N_("Wie tekent af"),
}


def kinds_of(kind: str, cause: str) -> list[str] | None:
    """The kinds that are asked for; an empty list means all, None that no kind is both."""
    if not cause:
        return [kind] if kind else []
    answering = [one.value for one, answers in CAUSES.items() if answers == cause]
    return [one for one in answering if kind in ("", one)] or None


@router.get("/signals")
async def signal_list(
    request: Request,
    ctx: Ctx,
    kind: Kind | Literal[""] = "",
    cause: Literal["", "P1", "P2", "P3", "P4", "P5", "P6"] = "",
    after: Annotated[str, Query(max_length=20)] = "",
) -> HTMLResponse:
    """What holds now, the oldest first. For the coordinator: some of it must not be seen by the company."""
    wanted = kinds_of(kind, cause)
    async with ctx.db.read() as tx:
        counts = await watching.counts(tx)
        found = []
        if wanted is not None:
            since = int(after) if after.isascii() and after.isdigit() else 0
            found = await watching.signals(tx, kinds=wanted, after=since, limit=PAGE)
        of_target = await titles_of.targets(tx, (row["trainee_id"] for row in found))
    rows = []
    for row in found:
        one = Signal(row["trainee_id"], Kind(row["kind"]), row["about"], row["opened_on"], row["evidence"])
        rows.append({**row, "cause": one.cause, "sentence": words_risk.said(one, of_target)})
    titles = {one.value: KINDS[one].said(language()) for one in Kind if one in KINDS}
    return render(
        request,
        "signals.html",
        rows=rows,
        counts=counts,
        titles=titles,
        causes=words_risk.CAUSES,
        kind=kind,
        cause=cause,
        next=str(rows[-1]["signal_id"]) if len(rows) == PAGE else None,
    )


@router.get("/alignment")
async def alignment(request: Request, ctx: Ctx, school: Annotated[str, Query(max_length=64)] = "") -> HTMLResponse:
    """By company and school group: how many targets that were taught wait for practice longer than the norm."""
    async with ctx.db.read() as tx:
        cells = await watching.heat(tx, school or None, None)
        targets = await watching.lag_by_target(tx, school or None, None)
        titles = await coverage.titles(tx, language())
        schools = await places.school_names(tx)
    for one in targets:
        one["title"] = titles.get((one["scheme"], one["scheme_version"], one["target"]), "")
    groups = sorted({(cell["school_id"], cell["instructor_id"], cell["instructor"]) for cell in cells})
    by_place = {(cell["company_id"], cell["instructor_id"]): cell for cell in cells}
    companies = sorted({(cell["company_id"], cell["company"]) for cell in cells})
    return render(
        request,
        "alignment.html",
        groups=groups,
        companies=companies,
        cells=by_place,
        targets=targets,
        schools=schools,
        school=school,
    )


@router.get("/trainees/{trainee_id}/contact")
async def contact_form(request: Request, ctx: Ctx, trainee_id: ClientKey) -> HTMLResponse:
    """One field: how many minutes. The form carries the key, so that a second press changes nothing."""
    return await _contact(request, ctx, trainee_id, {"moment_id": new_id(), "minutes": ""}, {})


@router.post("/trainees/{trainee_id}/contact")
async def note_contact(
    request: Request,
    ctx: Ctx,
    who: Who,
    trainee_id: ClientKey,
    moment_id: Annotated[str, Form()],
    minutes: Annotated[str, Form()] = "",
) -> Response:
    given = {"moment_id": moment_id, "trainee_id": trainee_id, "minutes": minutes.strip()}
    try:
        body = ContactBody.model_validate_strings({key: value for key, value in given.items() if value})
    except ValidationError as error:
        return await _contact(request, ctx, trainee_id, given, _field_errors(error))
    today = ctx.clock.today()
    try:
        async with ctx.db.transaction() as tx:
            await guidance.note_contact(
                tx,
                body.moment_id,
                trainee_id,
                body.minutes,
                held_on=today,
                mentor_id=None,
                today=today,
                by=By(who.subject),
            )
    except Refused as rule:
        return await _contact(request, ctx, trainee_id, given, {"minutes": rule.said(language())[0]})
    return RedirectResponse(f"/enrollment/trainees/{trainee_id}#guidance", 303)


async def _contact(
    request: Request, ctx: Context, trainee_id: str, given: Mapping[str, str], errors: Mapping[str, str]
) -> HTMLResponse:
    async with ctx.db.read() as tx:
        file = await trainees.file(tx, trainee_id)
    if file is None:
        raise NothingUnderThisKey(_("Deze leerling is hier niet bekend."))
    return render(request, "contact.html", status=422 if errors else 200, file=file, given=given, errors=errors)


@router.post("/trainees/{trainee_id}/sign-offs")
async def sign_off(
    request: Request,
    ctx: Ctx,
    who: Who,
    trainee_id: ClientKey,
    target: Annotated[str, Form()] = "",
    role: Annotated[str, Form()] = "",
    signed_on: Annotated[str, Form()] = "",
) -> Response:
    """By the instructor or the mentor of now, written down by the office."""
    given = {"target": target, "role": role, "signed_on": signed_on}
    async with ctx.db.read() as tx:
        people = await watching.people_of(tx, trainee_id)
    if people is None:
        raise NothingUnderThisKey(_("Deze leerling is hier niet bekend."))
    person_id = people[0] if role == "instructor" else people[1]
    try:
        body = SignOffBody.model_validate_strings(
            {"trainee_id": trainee_id, "person_id": person_id, **{key: value for key, value in given.items() if value}}
        )
    except ValidationError as error:
        return await show_file(request, ctx, trainee_id, given=given, errors=_field_errors(error))
    try:
        async with ctx.db.transaction() as tx:
            await guidance.sign_off(tx, SignOff(**body.model_dump()), today=ctx.clock.today(), by=By(who.subject))
    except Refused as rule:
        field = rule.field or "target"
        message = rule.said(language())[0]
        errors = {field: f"{_(_LABELS[field])}: {message}" if field in _LABELS else message}
        return await show_file(request, ctx, trainee_id, given=given, errors=errors)
    return RedirectResponse(f"/enrollment/trainees/{trainee_id}#targets", 303)


def _field_errors(error: ValidationError) -> dict[str, str]:
    found = {}
    for one in error.errors():
        field = str(one["loc"][0])
        message, allowed = explain(one, language())
        said = f"{message} ({allowed})" if allowed else message
        found[field] = f"{_(_LABELS[field])}: {said}" if field in _LABELS else said
    return found
