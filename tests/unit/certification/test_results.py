"""Attempts in order, resits within the scheme's number, knock-outs, and corrections that leave the old row standing."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.certification.domain.results import (
    AttemptAlreadyTaken,
    AttemptOutOfOrder,
    AttemptsOutOfTime,
    Entry,
    ExamAlreadyPassed,
    NoResitLeft,
    Result,
    ResultBelongsElsewhere,
    Results,
    ResultState,
    ScoreOffScale,
    UnknownExam,
)
from services.certification.domain.rules import Refused
from shared import days

from .builders import entry, scheme

SMITH = scheme().scheme


def taken(results: Results, *entries: Entry) -> Result:
    last = None
    for one in entries:
        last = results.take(one)
    assert last is not None
    return last


def test_a_score_at_the_pass_mark_passes_and_one_below_it_does_not() -> None:
    assert taken(Results(SMITH), entry(score=5.5)).passed is True
    assert taken(Results(SMITH), entry(score="5.49")).passed is False


def test_a_knock_out_fails_whatever_the_score() -> None:
    assert taken(Results(SMITH), entry("forging", score=10, knocked_out=True)).passed is False


def test_a_fail_may_be_resat_as_often_as_the_scheme_says() -> None:
    results = Results(SMITH)

    last = taken(results, entry(score=3), entry(attempt=2, score=4), entry(attempt=3, score=6))

    assert last.passed is True
    assert results.attempts_left("theory") == 0


def test_one_attempt_more_than_the_scheme_allows_is_refused() -> None:
    results = Results(SMITH)
    taken(results, entry("forging", score=3), entry("forging", attempt=2, score=4))

    with pytest.raises(NoResitLeft) as refused:
        results.take(entry("forging", attempt=3, score=9))

    assert refused.value.said("nl") == ("het schema staat zoveel pogingen niet toe", "hoogstens 2")


def test_a_second_attempt_waits_for_the_first() -> None:
    with pytest.raises(AttemptOutOfOrder) as refused:
        Results(SMITH).take(entry(attempt=2))

    assert refused.value.allowed == "1"


def test_a_passed_exam_is_not_resat() -> None:
    results = Results(SMITH)
    taken(results, entry(score=8))

    with pytest.raises(ExamAlreadyPassed):
        results.take(entry(attempt=2, score=9))


def test_an_attempt_has_one_result() -> None:
    results = Results(SMITH)
    taken(results, entry(score=3))

    with pytest.raises(AttemptAlreadyTaken) as refused:
        results.take(entry(score=9, result_id="another"))

    assert refused.value.status == 409


def test_a_resit_before_the_first_attempt_is_refused() -> None:
    results = Results(SMITH)
    taken(results, entry(score=3))

    with pytest.raises(AttemptsOutOfTime) as refused:
        results.take(entry(attempt=2, taken_on=date(2026, 1, 1)))

    first = entry().taken_on
    assert refused.value.said("nl")[1] == f"{days.nl(first)} – …"
    assert refused.value.said("en")[1] == f"{days.en(first)} – …"


@pytest.mark.parametrize("score", ["0.9", "10.1", "-1", "100"])
def test_a_score_off_the_scale_is_refused_with_the_scale(score: str) -> None:
    with pytest.raises(ScoreOffScale) as refused:
        Results(SMITH).take(entry(score=score))

    assert refused.value.allowed == "1 to 10"


def test_an_exam_that_the_scheme_does_not_have_is_refused_with_those_it_has() -> None:
    with pytest.raises(UnknownExam) as refused:
        Results(SMITH).take(entry("swimming"))

    assert refused.value.allowed == "forging, theory"


def test_the_same_result_again_is_nothing_new() -> None:
    results = Results(SMITH)
    taken(results, entry(score=8))

    assert results.take(entry(score="8.0")) is None


def test_a_correction_names_the_revision_it_replaces() -> None:
    results = Results(SMITH)
    taken(results, entry(score=3))

    corrected = taken(results, entry(score=6))

    assert (corrected.revision, corrected.corrects, corrected.passed) == (2, 1, True)


def test_a_first_attempt_may_be_corrected_after_a_resit() -> None:
    results = Results(SMITH)
    taken(results, entry(score=3), entry(attempt=2, score=4))

    assert taken(results, entry(score=6)).passed is True


@pytest.mark.parametrize(
    "elsewhere", [{"trainee_id": "T2"}, {"exam": "forging"}, {"attempt": 2}], ids=["trainee", "exam", "attempt"]
)
def test_a_correction_does_not_move_a_result_to_another_attempt(elsewhere: dict[str, object]) -> None:
    results = Results(SMITH)
    taken(results, entry(score=3))

    with pytest.raises(ResultBelongsElsewhere) as refused:
        results.take(entry(**{**elsewhere, "result_id": "T1-theory-1"}))  # type: ignore[arg-type]

    assert refused.value.field == next(iter(elsewhere))


def test_a_result_without_an_enrolment_waits_and_counts_when_it_arrives() -> None:
    waiting = Results(None)
    first, second = taken(waiting, entry(score=3)), taken(waiting, entry(attempt=2, score=7))
    assert first.state is ResultState.WAITING

    settled = Results(SMITH, [second, first]).settle()

    assert [(r.entry.attempt, r.state, r.passed) for r in settled] == [
        (1, ResultState.COUNTED, False),
        (2, ResultState.COUNTED, True),
    ]


def test_a_waiting_result_that_the_scheme_refuses_is_kept_with_the_rule_that_refused_it() -> None:
    waiting = Results(None)
    off_scale, resit = taken(waiting, entry(score=55)), taken(waiting, entry(attempt=2, score=7))

    settled = Results(SMITH, [off_scale, resit]).settle()

    assert [(r.state, r.refusal) for r in settled] == [
        (ResultState.REFUSED, "ScoreOffScale"),
        (ResultState.REFUSED, "AttemptOutOfOrder"),
    ]


def test_a_refused_result_can_be_mended_under_its_own_id() -> None:
    settled = Results(SMITH, [taken(Results(None), entry(score=55))]).settle()

    mended = taken(Results(SMITH, settled), entry(score=5.5))

    assert (mended.revision, mended.corrects, mended.state) == (2, 1, ResultState.COUNTED)


entries = st.builds(
    entry,
    exam=st.sampled_from(["theory", "forging", "swimming"]),
    attempt=st.integers(1, 4),
    score=st.decimals(0, 11, places=1).map(str),
    knocked_out=st.booleans(),
    result_id=st.sampled_from([f"R{n}" for n in range(12)]),
)


class AnyOrder(RuleBasedStateMachine):
    """Whatever is entered in whatever order, the attempts of an exam keep to the scheme."""

    def __init__(self) -> None:
        super().__init__()
        self.results = Results(SMITH)
        self.kept: dict[str, list[Result]] = {}

    @rule(one=entries)
    def enter(self, one: Entry) -> None:
        try:
            result = self.results.take(one)
        except Refused:
            return
        if result is not None:
            self.kept.setdefault(one.result_id, []).append(result)

    @precondition(lambda self: bool(self.kept))
    @rule(data=st.data(), score=st.decimals(1, 10, places=1))
    def correct(self, data: st.DataObject, score: Decimal) -> None:
        history = self.kept[data.draw(st.sampled_from(sorted(self.kept)))]
        before = history[-1].entry
        corrected = Entry(**{field: getattr(before, field) for field in Entry.__dataclass_fields__} | {"score": score})
        if (result := self.results.take(corrected)) is not None:
            history.append(result)

    @invariant()
    def revisions_count_up_and_each_names_the_one_before(self) -> None:
        for history in self.kept.values():
            assert [r.revision for r in history] == list(range(1, len(history) + 1))
            assert [r.corrects for r in history] == [None, *range(1, len(history))]
            assert len({r.entry.stands_for for r in history}) == 1

    @invariant()
    def attempts_of_an_exam_count_up_within_the_limit_and_in_time(self) -> None:
        for code, exam in SMITH.exams.items():
            standing = sorted(
                (h[-1].entry for h in self.kept.values() if h[-1].entry.exam == code), key=lambda e: e.attempt
            )
            assert [e.attempt for e in standing] == list(range(1, len(standing) + 1))
            assert len(standing) <= exam.attempts
            assert [e.taken_on for e in standing] == sorted(e.taken_on for e in standing)

    @invariant()
    def a_pass_is_a_score_at_the_mark_without_a_knock_out(self) -> None:
        for history in self.kept.values():
            result = history[-1]
            mark = SMITH.exams[result.entry.exam].pass_mark
            assert result.passed is (result.entry.score >= mark and not result.entry.knocked_out)


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


sittings = st.builds(
    entry,
    exam=st.sampled_from(["theory", "forging"]),
    attempt=st.integers(1, 4),
    score=st.decimals(0, 11, places=1).map(str),
    knocked_out=st.booleans(),
)


@settings(deadline=None)
@given(st.lists(sittings, max_size=8, unique_by=lambda one: one.stands_for))
def test_results_that_waited_count_as_if_the_enrolment_had_been_there(given_entries: list[Entry]) -> None:
    at_once, waiting = Results(SMITH), Results(None)
    counted = [result for one in given_entries if (result := accepted(at_once, one))]
    waited = [result for one in given_entries if (result := accepted(waiting, one))]

    settled = [r for r in Results(SMITH, waited).settle() if r.state is ResultState.COUNTED]

    assert sorted(settled, key=in_order) == sorted(counted, key=in_order)


def accepted(results: Results, one: Entry) -> Result | None:
    try:
        return results.take(one)
    except Refused:
        return None


def in_order(result: Result) -> tuple[str, int]:
    return result.entry.exam, result.entry.attempt
