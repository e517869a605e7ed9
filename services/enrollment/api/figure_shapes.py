"""The figures as JSON has them, each with its definition in both languages."""

from datetime import date

from pydantic import BaseModel, Field

from ..domain import figure_words as say
from ..domain.curriculum import Words
from ..domain.figures import Figure, Part
from ..domain.report import Report
from ..domain.signal_words import kind_words
from ..domain.signals import CAUSES, Kind
from ..domain.statistics import Interval

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
                SignalCount(title=_both(kind_words(row["kind"])), cause=cause_of(row["kind"]), **row)
                for row in told.signals
            ],
            gaps=GapCount(**told.gaps),
            visit_reasons=dict(told.visit_reasons),
        )


def _both(words: Words) -> Both:
    return words._asdict()


def cause_of(kind: str) -> str | None:
    """The one of the six that a kind answers; null for others."""
    return CAUSES.get(Kind(kind)) if kind in set(Kind) else None
