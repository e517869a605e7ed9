"""The level of risk is counted, and can be counted again by hand."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from services.enrollment.domain.risk import Level, RiskRule, beside, indicators, judge
from services.enrollment.domain.signals import CAUSES, Kind, Signal

RULE = RiskRule(raised_from=1, high_from=3, complaint=2, no_placement=2)
DAY = date(2025, 10, 1)


def signal(kind: Kind, about: str = "") -> Signal:
    return Signal("T1", kind, about, DAY, {})


SIGNALS = st.lists(st.builds(signal, st.sampled_from(Kind), st.sampled_from(["", "T01", "M1"])), max_size=12)


@given(SIGNALS)
def test_the_level_is_what_counting_by_hand_gives(signals: list[Signal]) -> None:
    kinds = {one.kind for one in signals}
    points = len({CAUSES[kind] for kind in kinds if kind in CAUSES})
    points += 2 * (Kind.COMPLAINT in kinds) + 2 * (Kind.NO_PLACEMENT in kinds)

    found = judge(signals, RULE)

    assert found.points == points
    assert found.level is (Level.LOW if points < 1 else Level.RAISED if points < 3 else Level.HIGH)
    assert list(found.causes) == sorted({CAUSES[kind] for kind in kinds if kind in CAUSES})


@given(SIGNALS, st.sampled_from(Kind))
def test_one_more_signal_never_lowers_the_level(signals: list[Signal], kind: Kind) -> None:
    order = list(Level)

    assert order.index(judge([*signals, signal(kind)], RULE).level) >= order.index(judge(signals, RULE).level)


@given(SIGNALS)
def test_every_open_signal_stands_with_its_cause_or_beside_the_six(signals: list[Signal]) -> None:
    six = indicators(signals)

    assert [one.cause for one in six] == ["P1", "P2", "P3", "P4", "P5", "P6"]
    assert sum(len(one.signals) for one in six) + len(beside(signals)) == len(signals)


def test_a_scheme_without_the_rule_has_no_levels() -> None:
    assert RiskRule.from_content({}) is None
    assert RiskRule.from_content({"risk": {"raised_from": 1}}) is None
    assert RiskRule.from_content({"risk": {"raised_from": 1, "high_from": 3}}) == RiskRule(1, 3, 1, 1)
