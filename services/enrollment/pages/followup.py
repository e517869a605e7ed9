"""Pages of programme reviews and actions: what is due, the record of a review, what is still to be done."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from pydantic import ValidationError
from starlette.datastructures import FormData

from shared.ids import new_id
from shared.tabular import ClientKey, explain
from shared.web.deps import Ctx, Who, require
from shared.web.i18n import N_, language
from shared.web.i18n import translate as _
from shared.web.pages import render

from ..api.entries import NothingUnderThisKey
from ..commands.actions import finish
from ..commands.confirmations import confirm_review
from ..commands.reviews import record_review
from ..domain.rules import Refused
from ..intake.followup import ReviewBody
from ..queries import followup
from ..store.audit import By
from ..words import followup as followup_words

router = APIRouter(prefix="/enrollment", include_in_schema=False, dependencies=[require("office")])

ROWS = 3
"""Actions that a form has room for; more are recorded in a second go or by the API."""

Key = Annotated[str, Query(max_length=64)]

LABELS = {
    "held_on": N_("Dag van de bespreking"),
    "participants": N_("Deelnemers"),
    "summary": N_("Wat er gezegd is"),
    "topics": N_("Besproken"),
    "agreements": N_("Afspraken"),
    "owner": N_("Wie"),
    "text": N_("Wat"),
    "due_on": N_("Uiterlijk"),
    "done_on": N_("Gedaan op"),
}


@router.get("/reviews")
async def reviews_page(request: Request, ctx: Ctx, recorded: Key = "") -> HTMLResponse:
    """What instructors and mentors still have to go through, and what they said last."""
    async with ctx.db.read() as tx:
        rows = await followup.open_reviews(tx)
        held = await followup.held_reviews(tx)
        counts = await followup.review_counts(tx)
    return render(request, "reviews.html", rows=rows, held=held, counts=counts, recorded=recorded, words=followup_words)


@router.get("/reviews/new")
async def review_form(request: Request, ctx: Ctx, trainee_id: Key = "") -> HTMLResponse:
    given = {"review_id": new_id(), "trainee_id": trainee_id, "held_on": ctx.clock.today().isoformat()}
    return await _review_form(request, ctx, given, {})


@router.post("/reviews/new")
async def hold_review(request: Request, ctx: Ctx, who: Who) -> Response:
    """The form carries the key of the review, so that a second press of its button changes nothing."""
    form = await request.form()
    given = {name: str(value) for name, value in form.items()}
    fields: dict[str, Any] = {
        "review_id": given.get("review_id", ""),
        "trainee_id": given.get("trainee_id", ""),
        "held_on": given.get("held_on", ""),
        "topics": [line.strip() for line in given.get("topics", "").splitlines() if line.strip()],
        "agreements": given.get("agreements", "").strip() or None,
        "confirmed_by": [party for party in ("instructor", "mentor") if given.get(f"by_{party}")],
        "actions": actions_in(form),
    }
    try:
        body = ReviewBody.model_validate(fields)
        async with ctx.db.transaction() as tx:
            await record_review(
                tx,
                body.made(fields["review_id"]),
                [one.asked() for one in body.actions],
                today=ctx.clock.today(),
                by=By(who.subject),
            )
    except ValidationError as error:
        return await _review_form(request, ctx, given, field_errors(error))
    except Refused as rule:
        return await _review_form(request, ctx, given, said_by(rule))
    return RedirectResponse(f"/enrollment/reviews?recorded={fields['review_id']}", 303)


async def _review_form(request: Request, ctx: Ctx, given: Mapping[str, str], errors: Mapping[str, str]) -> HTMLResponse:
    async with ctx.db.read() as tx:
        guides = await followup.guides_of(tx, given.get("trainee_id", ""))
    if guides is None:
        raise NothingUnderThisKey(_("Deze leerling is hier niet bekend."))
    owners = [
        (f"mentor/{guides['mentor_id']}", guides["mentor"]),
        (f"instructor/{guides['instructor_id']}", guides["instructor"]),
        (f"trainee/{guides['trainee_id']}", guides["name"]),
        ("office/coordinator", _("de projectcoördinator")),
    ]
    return render(
        request,
        "review_form.html",
        status=422 if errors else 200,
        given=given,
        errors=errors,
        guides=guides,
        owners=owners,
        rows=range(1, ROWS + 1),
    )


@router.get("/reviews/{key}")
async def review_page(request: Request, ctx: Ctx, key: ClientKey, confirmed: Key = "") -> HTMLResponse:
    """The record of a review, with what was agreed and who stands by it."""
    async with ctx.db.read() as tx:
        found = await followup.record(tx, key)
        if found is None:
            raise NothingUnderThisKey(_("Deze bespreking is hier niet bekend."))
        names = await followup.person_names(
            tx,
            [
                f"trainee/{found['trainee_id']}",
                f"instructor/{found['instructor_id']}",
                f"mentor/{found['mentor_id']}",
                *(action["owner"] for action in found["actions"]),
            ],
        )
    return render(request, "review.html", review=found, names=names, confirmed=confirmed, words=followup_words)


@router.post("/reviews/{key}/confirm")
async def confirm(ctx: Ctx, who: Who, key: ClientKey, party: Annotated[str, Form()]) -> Response:
    """The office writes down that instructor or mentor stands by the record."""
    if party not in ("instructor", "mentor"):
        raise NothingUnderThisKey(_("Deze bespreking is hier niet bekend."))
    async with ctx.db.transaction() as tx:
        await confirm_review(
            tx, key, "instructor" if party == "instructor" else "mentor", today=ctx.clock.today(), by=By(who.subject)
        )
    return RedirectResponse(f"/enrollment/reviews/{key}?confirmed={party}", 303)


@router.get("/actions")
async def actions_page(request: Request, ctx: Ctx, done: Key = "") -> HTMLResponse:
    """What was agreed and is not done, the earliest due first."""
    async with ctx.db.read() as tx:
        rows = await followup.open_actions(tx)
        names = await followup.person_names(tx, refs_of(rows))
    return render(request, "actions.html", rows=rows, names=names, done=done, words=followup_words)


@router.post("/actions/{key}/done")
async def finish_action(ctx: Ctx, who: Who, key: ClientKey) -> Response:
    """Done today. A second time changes nothing."""
    today = ctx.clock.today()
    async with ctx.db.transaction() as tx:
        await finish(tx, key, on=today, today=today, by=By(who.subject))
    return RedirectResponse(f"/enrollment/actions?done={key}", 303)


# --- what forms of this kind share


def refs_of(rows: Sequence[Mapping[str, Any]]) -> set[str]:
    """Everybody and every place that these actions name."""
    found = {str(row["owner"]) for row in rows}
    found |= {f"trainee/{row['trainee_id']}" for row in rows if row["trainee_id"]}
    return found | {f"{row['place_kind']}/{row['place_id']}" for row in rows if row["place_id"]}


def actions_in(form: FormData) -> list[dict[str, str]]:
    """The rows of a form in which something was typed, each as the body of an action."""
    found = []
    for n in range(1, ROWS + 1):
        row = {name: str(form.get(f"action_{name}_{n}") or "").strip() for name in ("owner", "text", "due_on")}
        if row["text"] or row["due_on"]:
            found.append({name: value for name, value in row.items() if value})
    return found


def field_errors(error: ValidationError) -> dict[str, str]:
    """By the field of the form; the summary above it shows the message alone, so that it names the field too."""
    found = {}
    for one in error.errors():
        field = next((str(part) for part in reversed(one["loc"]) if isinstance(part, str)), "held_on")
        place = next((part for part in one["loc"] if isinstance(part, int)), None)
        message, _allowed = explain(one, language())
        label = f"{_(LABELS[field])}: {message}" if field in LABELS else message
        in_action = one["loc"][0] == "actions" and place is not None
        found[f"action_{field}_{int(place or 0) + 1}" if in_action else field] = label
    return found


def said_by(rule: Refused) -> dict[str, str]:
    """A refusal at the field that it is about."""
    field = {"owner": "action_owner_1", "due_on": "action_due_on_1"}.get(rule.field or "", rule.field or "held_on")
    message = rule.said(language())[0]
    return {field: f"{_(LABELS[rule.field])}: {message}" if rule.field in LABELS else message}
