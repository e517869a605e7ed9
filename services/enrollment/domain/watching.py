"""What a training's entries say about mentor time (P4), task mix (P5), attendance and alignment (P2).

**Periods** are four ISO weeks each, counted per trainee from the Monday of the first week. One is judged when it is
over and its logbook had time to come (``Norms.logbook_days``): until then its figures would be half of the truth.

**Weeks without entries** are holidays or not written down: nobody knows, so they count for nothing.

- A week asks for mentor time when the logbook has hours in the company in it. The budget of a period is the norm times
  those weeks; the actual are all minutes of the period, of the logbook and of contact moments together.
- The task mix of a period is the share of simple work in its hours in the company.
- A period without any such week is skipped: the one before it and the one after it are neighbours.
- A week asks for school days when the trainee has school hours in it, or anything said of its days, or hours in the
  company while the school taught others. The week pattern of the scheme says how many days.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from .norms import Norms

WEEKS = 4
_PERIOD = timedelta(weeks=WEEKS)


@dataclass(frozen=True, slots=True)
class Week:
    """What was written down about one week of a trainee: hours, minutes, and days that the school spoke of."""

    monday: date
    company_hours: float = 0
    simple_hours: float = 0
    school_hours: float = 0
    minutes: int = 0
    present: int = 0
    absent: int = 0
    excused: int = 0
    school_taught: bool = False
    """The school taught others in a week in which this trainee has no school hours."""

    @property
    def asks_school(self) -> bool:
        return self.school_hours > 0 or self.said > 0 or (self.company_hours > 0 and self.school_taught)

    @property
    def said(self) -> int:
        return self.present + self.absent + self.excused


@dataclass(frozen=True, slots=True)
class Period:
    """Four weeks of a training, judged. Days of school may be fractions, where hours are made into days."""

    number: int
    first: date
    company_weeks: int = 0
    minutes: int = 0
    company_hours: float = 0
    simple_hours: float = 0
    expected_days: float = 0
    attended_days: float = 0

    @property
    def last(self) -> date:
        return self.first + _PERIOD - timedelta(days=1)

    @property
    def simple_share(self) -> float:
        return self.simple_hours / self.company_hours


@dataclass(frozen=True, slots=True)
class MentorTime:
    """The newest period with work in the company: minutes given and minutes that the norm asks for."""

    period: Period
    budget: int

    @property
    def below(self) -> bool:
        return self.period.minutes < self.budget


@dataclass(frozen=True, slots=True)
class TaskMix:
    """The newest two periods with work in the company; ``before`` is None while there is only one."""

    period: Period
    before: Period | None
    norm: float

    @property
    def extra_hands(self) -> bool:
        """Above the norm twice running: once can be a rush job."""
        return self.before is not None and min(self.period.simple_share, self.before.simple_share) > self.norm


@dataclass(frozen=True, slots=True)
class Attendance:
    """School days asked for and attended, from the first to the last day of some periods."""

    first: date
    last: date
    expected: float
    attended: float

    @property
    def share(self) -> float:
        return self.attended / self.expected


@dataclass(frozen=True, slots=True)
class Firsts:
    """When a target was first taught at school, practised there, and practised in the company (Mondays)."""

    target: str
    taught_on: date | None = None
    school_on: date | None = None
    company_on: date | None = None

    @property
    def lag_days(self) -> int | None:
        """From taught to practised in the company; below zero when the company was first."""
        if self.taught_on is None or self.company_on is None:
            return None
        return (self.company_on - self.taught_on).days


def first_monday(starts_on: date) -> date:
    return starts_on - timedelta(days=starts_on.weekday())


def complete_periods(starts_on: date, today: date, norms: Norms) -> int:
    """How many periods are over and had their logbook time."""
    ran = today - timedelta(days=norms.logbook_days) - first_monday(starts_on)
    return max(0, ran.days // _PERIOD.days)


def periods(starts_on: date, weeks: Iterable[Week], today: date, norms: Norms) -> list[Period]:
    """The complete periods of which anything is known, in order."""
    begin = first_monday(starts_on)
    complete = complete_periods(starts_on, today, norms)
    inside: dict[int, list[Week]] = {}
    for week in weeks:
        number = (week.monday - begin).days // _PERIOD.days
        if 0 <= number < complete:
            inside.setdefault(number, []).append(week)
    return [_period(number, begin, inside[number], norms) for number in sorted(inside)]


def _period(number: int, begin: date, weeks: Sequence[Week], norms: Norms) -> Period:
    days = [school_days(week, (week.monday - begin).days // 7, norms) for week in weeks]
    return Period(
        number,
        begin + number * _PERIOD,
        company_weeks=sum(1 for week in weeks if week.company_hours > 0),
        minutes=sum(week.minutes for week in weeks),
        company_hours=sum(week.company_hours for week in weeks),
        simple_hours=sum(week.simple_hours for week in weeks),
        expected_days=sum(expected for expected, _ in days),
        attended_days=sum(attended for _, attended in days),
    )


def school_days(week: Week, number: int, norms: Norms) -> tuple[float, float]:
    """Days asked for and attended in a week; ``number`` counts the weeks of the training from 0.

    What the school said of a day goes first; excused days are not asked for. The days that nothing was said of follow
    from the hours: by the scheme's ``school_day_hours``, and without it all of them when there are any school hours,
    because nobody said how long a school day is.
    """
    if norms.school_days is None or not week.asks_school:
        return 0, 0
    asked = max(norms.school_days_in(number), week.said)
    unsaid = asked - week.said
    if norms.school_day_hours:
        # Days that the school confirmed have their hours in the logbook too: those hours speak of no other day.
        by_hours = max(0.0, week.school_hours / norms.school_day_hours - week.present)
    else:
        by_hours = float(unsaid) if week.school_hours > 0 else 0.0
    return asked - week.excused, week.present + min(float(unsaid), by_hours)


def mentor_time(judged: Sequence[Period], norms: Norms) -> MentorTime | None:
    """None without a norm, or before the first period with work in the company is complete."""
    worked = [period for period in judged if period.company_weeks]
    if norms.mentor_minutes_per_week is None or not worked:
        return None
    return MentorTime(worked[-1], norms.mentor_minutes_per_week * worked[-1].company_weeks)


def task_mix(judged: Sequence[Period], norms: Norms) -> TaskMix | None:
    """None without a norm, or before the first period with work in the company is complete."""
    worked = [period for period in judged if period.company_hours > 0]
    if norms.simple_work_share is None or not worked:
        return None
    return TaskMix(worked[-1], worked[-2] if len(worked) > 1 else None, norms.simple_work_share)


def attendance(judged: Sequence[Period], norms: Norms, *, whole: bool = False) -> Attendance | None:
    """Over the newest periods with school days (``Norms.attendance_periods``), or over all of them (``whole``)."""
    taught = [period for period in judged if period.expected_days > 0]
    if not taught:
        return None
    some = taught if whole else taught[-norms.attendance_periods :]
    return Attendance(
        some[0].first,
        some[-1].last,
        sum(period.expected_days for period in some),
        sum(period.attended_days for period in some),
    )


def waits_until(one: Firsts, norms: Norms) -> date | None:
    """The last day on which a target that was taught may wait for the company without being a gap."""
    if norms.alignment_lag_days is None or one.taught_on is None or one.company_on is not None:
        return None
    return one.taught_on + timedelta(days=norms.alignment_lag_days + norms.logbook_days)


def alignment_gaps(firsts: Iterable[Firsts], norms: Norms, today: date) -> list[Firsts]:
    """Taught at school, past the norm, and not practised in the company yet."""
    return [one for one in firsts if (until := waits_until(one, norms)) is not None and until < today]


def next_look(starts_on: date, firsts: Iterable[Firsts], norms: Norms, today: date) -> date:
    """The next day on which time alone can change what was found: a period is complete, or a target has waited long."""
    following = complete_periods(starts_on, today, norms) + 1
    days = [first_monday(starts_on) + following * _PERIOD + timedelta(days=norms.logbook_days)]
    waits = (waits_until(one, norms) for one in firsts)
    days += [until + timedelta(days=1) for until in waits if until is not None and until >= today]
    return min(days)
