"""JSON of coverage: how the targets of a placement are covered, the gaps there are, and the plans that close them."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from pydantic import BaseModel

from shared.db import Tx
from shared.tabular import ClientKey
from shared.web.deps import Ctx, Listing, Paging, Who
from shared.web.i18n import translate as _
from shared.web.idempotency import Answer, once

from ..commands.planner import View, choose_plan, look
from ..domain.coverage import Covered
from ..domain.planner import Proposal
from ..intake.rows import PlanBody
from ..queries import coverage
from ..store.audit import By
from .entries import READ, WRITE, NothingUnderThisKey

router = APIRouter(prefix="/enrollment/api", tags=["coverage"])

PlaceKind = Literal["company", "school"]


class GapPlanBody(PlanBody):
    """Where a target of a trainee is learned instead. Another choice for the same target replaces the one before."""

    trainee_id: ClientKey


class ProposalOf(BaseModel):
    """A place with the equipment and with room. ``km`` is as the crow flies between town centres, null when unknown."""

    place_kind: PlaceKind
    place_id: str
    km: float | None
    free: int | None

    @classmethod
    def of(cls, one: Proposal) -> "ProposalOf":
        return cls(place_kind=one.place.kind, place_id=one.place.id, km=one.km, free=one.free)


class PlanOf(BaseModel):
    starts_on: date
    ends_on: date


class TargetOf(BaseModel):
    """A target and where it is learned: at company, school, as a guest, or nowhere (open)."""

    target: str
    title: dict[str, str]
    equipment: list[str]
    covered_by: Literal["company", "school", "guest", "open"]
    place_kind: PlaceKind | None
    place_id: str | None
    plan: PlanOf | None
    proposals: list[ProposalOf]

    @classmethod
    def of(cls, one: Covered, view: View) -> "TargetOf":
        plan = None
        if one.plan is not None:
            plan = PlanOf(starts_on=one.plan.period.first, ends_on=one.plan.period.last)
        return cls(
            target=one.target.code,
            title=one.target.title._asdict(),
            equipment=sorted(one.target.equipment),
            covered_by=one.by.value,
            place_kind=one.place.kind if one.place else None,
            place_id=one.place.id if one.place else None,
            plan=plan,
            proposals=[ProposalOf.of(proposal) for proposal in view.proposals.get(one.target.code, ())],
        )


class Coverage(BaseModel):
    """The coverage of the placement that a trainee has now. Proposals are for ``stay_from`` to ``stay_until``."""

    trainee_id: str
    placement_id: str
    company_id: str
    school_id: str
    scheme: str
    scheme_version: str
    programme: str
    stay_from: date
    stay_until: date
    targets: list[TargetOf]


class GapOf(BaseModel):
    """A target of a placement that can be learned nowhere, since ``opened_on``."""

    gap_id: str
    trainee_id: str
    placement_id: str
    company_id: str
    target: str
    equipment: list[str]
    opened_on: date


class GapPlanOf(BaseModel):
    """What was chosen, by whom and when."""

    plan_id: str
    trainee_id: str
    placement_id: str
    target: str
    place_kind: PlaceKind
    place_id: str
    starts_on: date
    ends_on: date
    chosen_by: str
    chosen_at: datetime


@router.get("/coverage", dependencies=READ)
async def coverage_of(ctx: Ctx, trainee_id: Annotated[ClientKey, Query()]) -> Coverage:
    """How each target of a trainee's placement is covered, with proposals for those that are open."""
    async with ctx.db.read() as tx:
        view = await look(tx, trainee_id, today=ctx.clock.today())
    if view is None:
        raise NothingUnderThisKey(_("Onder dit nummer loopt geen leerwerkplek."), field="trainee_id", value=trainee_id)
    return Coverage(
        trainee_id=trainee_id,
        placement_id=view.stay.placement_id,
        company_id=view.stay.company_id,
        school_id=view.stay.school_id,
        scheme=view.stay.scheme,
        scheme_version=view.stay.scheme_version,
        programme=view.stay.programme,
        stay_from=view.period.first,
        stay_until=view.period.last,
        targets=[TargetOf.of(one, view) for one in view.covers.values()],
    )


@router.get("/gaps", dependencies=READ)
async def gaps(ctx: Ctx, page: Paging) -> Listing[GapOf]:
    """The gaps that are open."""
    async with ctx.db.read() as tx:
        rows = await coverage.gaps(tx, page.after, page.limit)
    return Listing[GapOf].of([GapOf(**row) for row in rows], page, "gap_id")


@router.post("/gap-plans", dependencies=WRITE, status_code=201, response_model=GapPlanOf)
async def plan_gap(request: Request, ctx: Ctx, who: Who, given: GapPlanBody) -> Response:
    """Chooses where a target is learned: 201 when that is new, 200 when it was chosen already."""

    async def do(tx: Tx) -> Answer:
        new = await choose_plan(tx, given.trainee_id, given.choice(), today=ctx.clock.today(), by=By(who.subject))
        found: dict[str, Any] | None = await coverage.plan(tx, given.trainee_id, given.target)
        return Answer(201 if new else 200, GapPlanOf(**found) if found else None)

    return await once(request, ctx, given.model_dump_json(exclude_unset=True).encode(), do)
