"""JSON of the figures, with their definitions; and of all signals, for who has to look."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from shared.tabular import Day
from shared.web.deps import Ctx, Listing, Paging, require

from ..commands.figures import Report, report
from ..domain import figure_words as say
from ..domain.curriculum import Words
from ..domain.figures import Figure, Part
from ..domain.signal_words import kind_words
from ..domain.signals import CAUSES, Kind
from ..domain.statistics import Interval
from ..queries import signals

router = APIRouter(prefix="/enrollment/api", tags=["figures"])

Both = dict[str, str]
"""The same in Dutch (nl) and English (en)."""


class IntervalOf(BaseModel):
    """95 %, in the unit of the figure."""

    low: float
    high: float

    @classmethod
    def of(cls, one: Interval | None) -> "IntervalOf | None":
        return None if one is None else cls(low=one.low, high=one.high)


class GoalOf(BaseModel):
    """A share, 0 to 1, that the scheme measures itself against."""

    code: str
    share: float
    title: Both


class PartOf(BaseModel):
    code: str
    title: Both
    numerator: int
    denominator: int
    value: float | None
    interval: IntervalOf | None

    @classmethod
    def of(cls, one: Part) -> "PartOf":
        share = one.share
        return cls(
            code=one.code,
            title=_both(one.title),
            numerator=share.numerator,
            denominator=share.denominator,
            value=share.value,
            interval=IntervalOf.of(share.interval),
        )


class FigureOf(BaseModel):
    """A share (0 to 1) or a median (in days or months; no numerator, the denominator is the number observed).

    ``value`` and ``interval`` are null when there is nothing, or for a median too little, to tell them from. ``scope``:
    counted by cohort, or over the 365 days up to ``as_of``.
    """

    key: str
    unit: str
    title: Both
    definition: Both
    numerator: int | None
    denominator: int
    value: float | None
    interval: IntervalOf | None
    scope: str
    as_of: date
    parts: list[PartOf]

    @classmethod
    def of(cls, one: Figure) -> "FigureOf":
        return cls(
            key=one.key,
            unit=one.unit,
            title=_both(one.title),
            definition=_both(one.definition),
            numerator=one.numerator,
            denominator=one.denominator,
            value=one.value,
            interval=IntervalOf.of(one.interval),
            scope=one.scope,
            as_of=one.as_of,
            parts=[PartOf.of(part) for part in one.parts],
        )


class MomentOf(BaseModel):
    """After so many months from the cohort's 1 August: shares, 0 to 1."""

    month: int
    certified: float
    dropped: float


class CohortOf(BaseModel):
    """Who began in a school year; ``course`` is there for the last cohorts, or for the one asked for."""

    cohort: int
    name: str
    began: int
    certified: int
    dropped: int
    finished: bool
    last_planned_end: date
    completion: float | None
    interval: IntervalOf | None
    course: list[MomentOf]


class ProjectionOf(BaseModel):
    """Expected completion of a cohort that runs, 0 to 1, with its 95 % band, and what it rests on."""

    cohort: int
    value: float
    band: IntervalOf
    finished_of_basis: int
    basis: int
    basis_cohorts: list[int]
    method: Both


class AroundOf(BaseModel):
    """Open signals at the places of visits, on the day and eight weeks later. ``trainees`` counts one per visit."""

    brought_forward: bool
    visits: int
    trainees: int
    open_on_the_day: int
    open_eight_weeks_later: int


class SignalCount(BaseModel):
    """Signals of one kind: opened up to the day, closed of these, open on the day, and of how many trainees."""

    kind: str
    title: Both
    cause: str | None
    opened: int
    closed: int
    open: int
    trainees: int


class GapCount(BaseModel):
    """Coverage gaps: ever opened, open, closed by what closed them, and the plans that hold by kind of place."""

    opened: int
    open: int
    closed: dict[str, int]
    plans: dict[str, int]


class Figures(BaseModel):
    """Every figure of a scheme (null: several together) on a day."""

    as_of: date
    scheme: str | None
    title: Both | None
    cohort: int | None
    goals: list[GoalOf]
    figures: list[FigureOf]
    cohorts: list[CohortOf]
    projections: list[ProjectionOf]
    around_visits: list[AroundOf]
    around_visits_note: Both
    signals: list[SignalCount]
    gaps: GapCount
    visit_reasons: dict[str, int] = Field(description="planned visits whose day came, by the reason of the day")

    @classmethod
    def of(cls, told: Report) -> "Figures":
        courses = {one.cohort: one.moments for one in told.courses}
        return cls(
            as_of=told.as_of,
            scheme=told.scheme,
            title=_both(told.title) if told.title else None,
            cohort=told.cohort,
            goals=[GoalOf(code=code, share=share, title=_both(title)) for code, share, title in told.goals.lines()],
            figures=[FigureOf.of(one) for one in told.figures],
            cohorts=[
                CohortOf(
                    cohort=one.cohort,
                    name=f"{one.cohort}/{one.cohort + 1}",
                    began=one.began,
                    certified=one.certified,
                    dropped=one.dropped,
                    finished=one.finished,
                    last_planned_end=one.last_planned_end,
                    completion=one.completion.value,
                    interval=IntervalOf.of(one.completion.interval),
                    course=[
                        MomentOf(month=at.month, certified=at.certified, dropped=at.dropped)
                        for at in courses.get(one.cohort, ())
                    ],
                )
                for one in told.cohorts
            ],
            projections=[
                ProjectionOf(
                    cohort=one.cohort,
                    value=one.value,
                    band=IntervalOf(low=one.band.low, high=one.band.high),
                    finished_of_basis=one.basis.numerator,
                    basis=one.basis.denominator,
                    basis_cohorts=list(one.cohorts),
                    method=_both(say.PROJECTION),
                )
                for one in told.projections
            ],
            around_visits=[
                AroundOf(
                    brought_forward=one.sooner,
                    visits=one.visits,
                    trainees=one.trainees,
                    open_on_the_day=one.before,
                    open_eight_weeks_later=one.after,
                )
                for one in told.around_visits
            ],
            around_visits_note=_both(say.EFFECT),
            signals=[
                SignalCount(title=_both(kind_words(row["kind"])), cause=_cause(row["kind"]), **row)
                for row in told.signals
            ],
            gaps=GapCount(**told.gaps),
            visit_reasons=dict(told.visit_reasons),
        )


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
    return Listing[SignalOf].of([SignalOf(cause=_cause(row["kind"]), **row) for row in rows], page, "signal_id")


def _both(words: Words) -> Both:
    return words._asdict()


def _cause(kind: str) -> str | None:
    return CAUSES.get(Kind(kind)) if kind in set(Kind) else None
