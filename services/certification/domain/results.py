"""Exam results: what may be entered, in which order, and what a correction leaves standing.

A trainee sits an exam in numbered attempts: the first, and as many resits as the scheme allows while it is not passed.
A result is never overwritten: a correction is a new revision that names the one it replaces (invariant I4).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from shared import days

from .canonical import plain_number
from .rules import Refused, RefusedAsKnown
from .schemes import Exam, Scheme


class UnknownExam(Refused):
    """The scheme has no such exam."""


class ScoreOffScale(Refused):
    """The score lies outside the scale of the exam."""


class AttemptOutOfOrder(Refused):
    """An attempt before this one is missing."""


class AttemptAlreadyTaken(RefusedAsKnown):
    """Another result stands for this attempt. A correction is entered under the id of that result."""


class NoResitLeft(Refused):
    """The scheme allows no further attempt at this exam."""


class ExamAlreadyPassed(RefusedAsKnown):
    """The exam was passed in an earlier attempt, so there is nothing to resit."""


class AttemptsOutOfTime(Refused):
    """An attempt cannot lie before the one before it, or after the one after it."""


class ResultBelongsElsewhere(RefusedAsKnown):
    """The result id stands for another trainee, exam or attempt; a correction changes none of these."""


class ResultState(StrEnum):
    """``waiting`` for the trainee's enrolment; ``counted``; ``refused`` by a rule when the enrolment arrived;
    ``replaced`` by a correction."""

    WAITING = "waiting"
    COUNTED = "counted"
    REFUSED = "refused"
    REPLACED = "replaced"


@dataclass(frozen=True, slots=True)
class Entry:
    """What an examiner enters."""

    result_id: str
    trainee_id: str
    exam: str
    attempt: int
    taken_on: date
    score: Decimal
    knocked_out: bool
    examiner: str

    @property
    def stands_for(self) -> tuple[str, str, int]:
        return self.trainee_id, self.exam, self.attempt


@dataclass(frozen=True, slots=True)
class Result:
    """An entry as it is kept. ``passed`` is None until it counts; ``refusal`` names the rule that refused it."""

    entry: Entry
    state: ResultState
    revision: int = 1
    corrects: int | None = None
    passed: bool | None = None
    refusal: str | None = None

    @property
    def stands(self) -> bool:
        """True while it takes the place of its attempt."""
        return self.state in (ResultState.WAITING, ResultState.COUNTED)


class Results:
    """All results of one trainee as they stand. Without a scheme (the enrolment has not arrived) results wait."""

    def __init__(self, scheme: Scheme | None, known: Iterable[Result] = ()) -> None:
        self.scheme = scheme
        self._by_id: dict[str, Result] = {}
        self._attempts: dict[str, dict[int, Result]] = {}
        for result in known:
            self._keep(result)

    def take(self, entry: Entry) -> Result | None:
        """Enters a result: a new one, or a correction of the one with the same id. None when nothing is new in it.

        Raises the rule that refuses it, and then nothing is changed.
        """
        standing = self._by_id.get(entry.result_id)
        if standing is None:
            return self._enter(entry)
        if standing.state is not ResultState.REFUSED:
            if standing.entry == entry:
                return None
            if standing.entry.stands_for != entry.stands_for:
                raise belongs_elsewhere(entry, standing.entry)
        return self._enter(entry, corrects=standing)

    def settle(self) -> list[Result]:
        """The trainee's enrolment has arrived: every waiting result now counts or is refused, attempts in order."""
        waiting = [result for result in self._by_id.values() if result.state is ResultState.WAITING]
        for result in waiting:
            del self._attempts[result.entry.exam][result.entry.attempt]
        return [self._settled(result) for result in sorted(waiting, key=_in_order)]

    def attempts_left(self, exam: str) -> int:
        """How often the exam may still be sat; 0 without a scheme."""
        rules = self.scheme.exams.get(exam) if self.scheme else None
        return max(0, rules.attempts - len(self._attempts.get(exam, {}))) if rules else 0

    def of(self, exam: str) -> list[Result]:
        """What stands of one exam, attempts in order."""
        attempts = self._attempts.get(exam, {})
        return [attempts[number] for number in sorted(attempts)]

    def passed(self, exam: str) -> bool:
        return any(result.passed for result in self.of(exam))

    def _settled(self, result: Result) -> Result:
        try:
            passed = self._judge(result.entry, corrects=None)
            settled = replace(result, state=ResultState.COUNTED, passed=passed)
        except Refused as refusal:
            settled = replace(result, state=ResultState.REFUSED, refusal=type(refusal).__name__)
        self._keep(settled)
        return settled

    def _enter(self, entry: Entry, corrects: Result | None = None) -> Result:
        passed = self._judge(entry, corrects)
        result = Result(
            entry,
            ResultState.COUNTED if self.scheme else ResultState.WAITING,
            revision=corrects.revision + 1 if corrects else 1,
            corrects=corrects.revision if corrects else None,
            passed=passed,
        )
        self._keep(result)
        return result

    def _judge(self, entry: Entry, corrects: Result | None) -> bool | None:
        """Whether it is a pass; None while the scheme is not known. Raises the rule that refuses it."""
        exam = self._exam(entry)
        others = {n: r for n, r in self._attempts.get(entry.exam, {}).items() if n != entry.attempt}
        if corrects is None or not corrects.stands:
            self._check_turn(entry, exam, others)
        _check_time(entry, others)
        return exam.passes(entry.score, knocked_out=entry.knocked_out) if exam else None

    def _exam(self, entry: Entry) -> Exam | None:
        if self.scheme is None:
            return None
        exam = self.scheme.exams.get(entry.exam)
        if exam is None:
            raise unknown_exam(entry.exam, self.scheme.exams)
        if not exam.holds(entry.score):
            low, high = map(plain_number, exam.scale)
            raise ScoreOffScale(
                "de score ligt buiten de schaal van dit examen",
                "the score lies outside the scale of this exam",
                field="score",
                value=plain_number(entry.score),
                allowed=(f"{low} tot en met {high}", f"{low} to {high}"),
            )
        return exam

    def _check_turn(self, entry: Entry, exam: Exam | None, others: dict[int, Result]) -> None:
        taken = self._attempts.get(entry.exam, {}).get(entry.attempt)
        if taken is not None:
            raise AttemptAlreadyTaken(
                f"poging {entry.attempt} staat al onder {taken.entry.result_id}",
                f"attempt {entry.attempt} stands under {taken.entry.result_id} already",
                field="attempt",
                value=entry.attempt,
                allowed=(f"verbeter {taken.entry.result_id}", f"correct {taken.entry.result_id}"),
            )
        if exam is not None and entry.attempt > exam.attempts:
            raise NoResitLeft(
                "het schema staat zoveel pogingen niet toe",
                "the scheme does not allow that many attempts",
                field="attempt",
                value=entry.attempt,
                allowed=(f"hoogstens {exam.attempts}", f"at most {exam.attempts}"),
            )
        if passed := next((n for n, result in others.items() if result.passed and n < entry.attempt), None):
            raise ExamAlreadyPassed(
                f"het examen is al gehaald in poging {passed}",
                f"the exam was passed already in attempt {passed}",
                field="attempt",
                value=entry.attempt,
                allowed=("geen herkansing na een voldoende", "no resit after a pass"),
            )
        due = next(n for n in range(1, len(others) + 2) if n not in others)
        if entry.attempt != due:
            raise AttemptOutOfOrder(
                f"poging {due} ontbreekt nog",
                f"attempt {due} is still missing",
                field="attempt",
                value=entry.attempt,
                allowed=str(due),
            )

    def _keep(self, result: Result) -> None:
        self._by_id[result.entry.result_id] = result
        if result.stands:
            self._attempts.setdefault(result.entry.exam, {})[result.entry.attempt] = result


def unknown_exam(exam: str, known: Iterable[str]) -> UnknownExam:
    return UnknownExam(
        "dit examen staat in geen enkel schema dat hier geldt",
        "no scheme that holds here has this exam",
        field="exam",
        value=exam,
        allowed=", ".join(sorted(known)) or ("publiceer eerst een schema", "publish a scheme first"),
    )


def belongs_elsewhere(entry: Entry, standing: Entry) -> ResultBelongsElsewhere:
    """The refusal for a result id that was used for something else before."""
    trainee_id, exam, attempt = standing.stands_for
    columns: dict[str, Callable[[Entry], object]] = {
        "trainee_id": lambda e: e.trainee_id,
        "exam": lambda e: e.exam,
        "attempt": lambda e: e.attempt,
    }
    field = next(name for name, read in columns.items() if read(entry) != read(standing))
    return ResultBelongsElsewhere(
        f"{entry.result_id} staat voor {trainee_id}, {exam}, poging {attempt}",
        f"{entry.result_id} stands for {trainee_id}, {exam}, attempt {attempt}",
        field=field,
        value=columns[field](entry),
        allowed=str(columns[field](standing)),
    )


def _check_time(entry: Entry, others: dict[int, Result]) -> None:
    before = others.get(entry.attempt - 1)
    after = others.get(entry.attempt + 1)
    if (before and before.entry.taken_on > entry.taken_on) or (after and after.entry.taken_on < entry.taken_on):
        first = before.entry.taken_on if before else None
        last = after.entry.taken_on if after else None
        raise AttemptsOutOfTime(
            "een poging kan niet vóór de vorige of na de volgende liggen",
            "an attempt cannot lie before the one before it or after the one after it",
            field="taken_on",
            value=entry.taken_on.isoformat(),
            allowed=(_between(first, last, days.nl), _between(first, last, days.en)),
        )


def _between(first: date | None, last: date | None, said: Callable[[date], str]) -> str:
    return f"{said(first) if first else '…'} – {said(last) if last else '…'}"


def _in_order(result: Result) -> tuple[str, int]:
    return result.entry.exam, result.entry.attempt
