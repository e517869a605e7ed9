"""The route of a week: every stop once, the nearest next, the same each time."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.enrollment.domain.routes import Stop, route, weeks

TODAY = date(2026, 3, 25)
STOPS = st.lists(
    st.tuples(
        st.sampled_from(["", "onbekend", "5340 AA", "5341 BB", "5400", "5461XX", "9999 ZZ"]), st.integers(-30, 60)
    ),
    max_size=12,
).map(
    lambda made: [
        Stop(f"V{n}", "company", f"C{n}", code, TODAY + timedelta(days=days)) for n, (code, days) in enumerate(made)
    ]
)


@given(STOPS, st.one_of(st.none(), st.integers(1000, 9999)), st.randoms(use_true_random=False))
def test_a_route_passes_every_stop_once_and_does_not_depend_on_the_order_given(
    stops: list[Stop], start: int | None, random: object
) -> None:
    found = route(stops, start)

    assert sorted(one.visit_id for one in found) == sorted(one.visit_id for one in stops)
    assert found == route(list(reversed(stops)), start)
    known = [one.digits for one in found if one.digits is not None]
    assert [one.digits is None for one in found] == sorted(one.digits is None for one in found), "unknown codes last"
    for n, here in enumerate([start, *known][: len(known)]):
        if here is not None:
            step = known[n]
            assert abs(step - here) == min(abs(other - here) for other in known[n:])


@given(STOPS)
def test_a_stop_stands_in_the_week_of_its_last_day_and_what_is_late_in_this_one(stops: list[Stop]) -> None:
    found = weeks(stops, today=TODAY)

    assert [week.monday for week in found] == sorted({week.monday for week in found})
    for week in found:
        assert week.monday.weekday() == 0
        for stop in week.stops:
            assert week.monday <= max(stop.by, TODAY) < week.monday + timedelta(days=7)


def test_the_summer_time_week_and_the_turn_of_the_year_have_their_iso_names() -> None:
    stops = [Stop("V1", "company", "C1", "5340", date(2027, 1, 3)), Stop("V2", "school", "S1", "", TODAY)]

    assert [week.name for week in weeks(stops, today=TODAY)] == ["2026-W13", "2026-W53"]
