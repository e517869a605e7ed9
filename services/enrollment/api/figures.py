"""JSON of the figures, with their definitions; and of all signals, for who has to look."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel

from shared.tabular import Day
from shared.web.deps import Ctx, Listing, Paging, require

from ..commands.figures import report
from ..domain.signals import Kind
from ..queries import signals
from .figure_shapes import Figures, cause_of

router = APIRouter(prefix="/enrollment/api", tags=["figures"])


class SignalOf(BaseModel):
    """What gave cause to look at a trainee's training, from the day it was seen until it no longer held.

    ``cause`` is the one of the six (P1 to P6) that it answers, null for others. ``evidence``: figures, keys, dates.
    """

    signal_id: int
    trainee_id: str
    kind: str
    cause: str | None
    about: str
    opened_on: date
    closed_on: date | None
    evidence: dict[str, Any]


@router.get("/figures", dependencies=[require("read", "board")])
async def figures(
    ctx: Ctx,
    scheme: Annotated[str | None, Query(max_length=40)] = None,
    cohort: Annotated[
        int | None, Query(ge=1900, le=2200, description="the year in which the school year began")
    ] = None,
    as_of: Annotated[
        Day | None, Query(description="counted up to and including this day; today when not given")
    ] = None,
) -> Figures:
    """The figures of a mark, each with its definition, numerator, denominator and 95 % interval."""
    async with ctx.db.read() as tx:
        return Figures.of(await report(tx, scheme=scheme, cohort=cohort, as_of=as_of or ctx.clock.today()))


@router.get("/signals", dependencies=[require("office")])
async def list_signals(
    ctx: Ctx,
    page: Paging,
    still_open: Annotated[
        bool | None, Query(alias="open", description="only what holds now, or only the closed")
    ] = None,
    kind: Annotated[Kind | None, Query()] = None,
) -> Listing[SignalOf]:
    """Every signal there was, in the order in which they were seen. For the coordinator only."""
    after = int(page.after) if page.after.isascii() and page.after.isdigit() else 0
    async with ctx.db.read() as tx:
        rows = await signals.some(
            tx, still_open=still_open, kind=kind.value if kind else None, after=min(after, 2**62), limit=page.limit
        )
    return Listing[SignalOf].of([SignalOf(cause=cause_of(row["kind"]), **row) for row in rows], page, "signal_id")
