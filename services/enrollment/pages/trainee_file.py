"""The file of a trainee: everything known of one training on one page, with the forms that belong to it."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from shared.ids import new_id
from shared.service import Context
from shared.tabular import ClientKey
from shared.web.deps import Ctx, require
from shared.web.i18n import language
from shared.web.i18n import translate as _
from shared.web.pages import render

from ..api.entries import NothingUnderThisKey
from ..commands.planner import View, look
from ..commands.replacements import seek
from ..commands.watched import look_at
from ..domain.people import age_on
from ..queries import (
    coverage,
    followup,
    places,
    practice,
    replacements,
    risk,
    standing,
    timeline,
    titles,
    trainees,
)
from ..store import agreements
from ..words import followup as followup_words
from ..words import risk as words_risk
from ..words import training as words
from ..words.applications import channel
from ..words.signals import share

router = APIRouter(prefix="/enrollment", include_in_schema=False, dependencies=[require("office")])


@router.get("/trainees/{trainee_id}")
async def trainee_file(request: Request, ctx: Ctx, trainee_id: ClientKey) -> HTMLResponse:
    return await show_file(request, ctx, trainee_id)


async def show_file(
    request: Request,
    ctx: Context,
    trainee_id: str,
    *,
    given: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """A trainee's file; with ``errors`` it comes back with the plan that was ``given`` and refused."""
    today = ctx.clock.today()
    async with ctx.db.read() as tx:
        file = await trainees.file(tx, trainee_id)
        if file is None:
            raise NothingUnderThisKey(_("Deze leerling is hier niet bekend."))
        moments = await timeline.of(tx, trainee_id)
        view = await look(tx, trainee_id, today=today)
        ending = await replacements.open_of(tx, trainee_id, today)
        ranked = await seek(tx, trainee_id, today=today) if ending else []
        refs = _refs(moments) | (places_in(view) if view else set()) | {f"company/{one.company_id}" for one in ranked}
        names = await places.names(tx, refs)
        targets = await coverage.titles(tx, language())
        programmes = await titles.programmes(tx)
        visits = await trainees.visits_of(tx, trainee_id)
        risk_now = await risk.of(tx, trainee_id)
        stands = await standing.standing_of(tx, trainee_id)
        spoken = await followup.of_trainee(tx, trainee_id)
        sheets = await agreements.of(tx, trainee_id)
        watched = await look_at(tx, trainee_id, today=today)
        of_target = await titles.targets(tx, [trainee_id])
        scheme = (file["scheme"], file["scheme_version"])
        gained = await practice.of_trainee(tx, trainee_id, scheme)
    names |= {f"target/{code}": f"{code} {title}" for (*of, code), title in targets.items() if tuple(of) == scheme}
    names |= {f"programme/{code}": title for code, title in programmes.items()}
    entries = [_entry(moment, names) for moment in moments]
    return render(
        request,
        "trainee.html",
        status=422 if errors else 200,
        file=file,
        entries=entries,
        visits=visits,
        view=view,
        followup={**spoken, "words": followup_words},
        names=names,
        given=given or {},
        errors=errors or {},
        planned=request.query_params.get("planned", ""),
        age=age_on(file["birth_date"], today),
        course_lapsed=file["course_valid_until"] is not None and file["course_valid_until"] < today,
        words=words,
        risk=risk_now,
        risks=words_risk,
        standing=stands,
        sheets=sheets,
        placement={"ending": ending, "candidates": ranked},
        today=today,
        watched=watched,
        share=share,
        target_titles=of_target,
        channel=channel(file["channel"]),
        practice=gained,
        new_key=new_id(),
    )


def places_in(view: View) -> set[str]:
    """Every place that the coverage of a placement names, as ``kind/id``."""
    found = {one.place for one in view.covers.values() if one.place is not None}
    found |= {proposal.place for some in view.proposals.values() for proposal in some}
    return {f"{place.kind}/{place.id}" for place in found}


def _refs(moments: list[dict[str, Any]]) -> set[str]:
    found = set()
    for moment in moments:
        facts = moment["facts"]
        found |= {f"{kind}/{facts[f'{kind}_id']}" for kind in ("company", "school") if facts.get(f"{kind}_id")}
        if facts.get("place_id"):
            found.add(f"{facts['place_kind']}/{facts['place_id']}")
    return found


def _entry(moment: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    title, tone = words.sentence(moment["type"], moment["facts"], names)
    return {"at": moment["at"], "title": title, "tone": tone, "event_id": moment["event_id"]}
