from datetime import date
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from deploy.cli.report import cohorts, wilson
from deploy.cli.verify import changed, compared


def trainee(id: str, starts_on: str, planned_end: str = "2026-07-03") -> dict[str, Any]:
    return {"trainee_id": id, "starts_on": starts_on, "planned_end": planned_end}


def test_the_interval_of_85_in_100_is_about_seven_points_either_way() -> None:
    low, high = wilson(85, 100)

    assert (round(low, 3), round(high, 3)) == (0.767, 0.907)


def test_the_interval_of_nothing_is_everything() -> None:
    assert wilson(0, 0) == (0.0, 1.0)


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_the_interval_holds_the_share_and_stays_between_nothing_and_all(pair: tuple[int, int]) -> None:
    low, high = wilson(*pair)

    assert 0 <= low <= pair[0] / pair[1] + 1e-12
    assert pair[0] / pair[1] - 1e-12 <= high <= 1
    assert low < high


def test_a_cohort_is_the_school_year_of_the_start_and_finished_after_its_last_planned_end() -> None:
    members = [trainee("T1", "2024-09-02"), trainee("T2", "2025-02-01", "2026-12-01"), trainee("T3", "2025-08-01")]

    first, second = cohorts(members, {"T1"}, date(2026, 8, 1))

    assert (first["cohort"], first["numerator"], first["denominator"], first["finished"]) == ("2024/2025", 1, 2, False)
    assert (second["cohort"], second["numerator"], second["finished"]) == ("2025/2026", 0, True)
    assert cohorts(members, {"T1"}, date(2026, 12, 1))[0]["finished"] is True


def certificate(number: str, trainee_id: str = "T1", **more: str) -> dict[str, str]:
    return {"number": number, "trainee_id": trainee_id, "scheme": "smo", "status": "valid", "programme": "p", **more}


def test_certificates_register_and_journal_must_say_the_same() -> None:
    one, two = certificate("A-1"), certificate("A-2", "T2")

    assert compared([one, two], {"A-1": one, "A-2": two}, {"A-1", "A-2"}) == []
    assert _checks(compared([one, certificate("A-3")], {"A-1": one, "A-3": one}, {"A-1", "A-3"})) == ["one-certificate"]
    assert _checks(compared([one], {"A-1": one | {"status": "withdrawn"}}, {"A-1"})) == ["register"]
    assert _checks(compared([one], {"A-1": one}, set())) == ["journal"]
    assert _checks(compared([], {"A-1": one}, {"A-2"})) == ["register", "journal"]


def test_an_earlier_export_must_still_be_true() -> None:
    before = [certificate("A-1"), certificate("A-2")]

    assert changed(before, before, []) == []
    assert changed(before, [before[0] | {"status": "withdrawn"}, before[1]], []) == []
    assert [one["about"] for one in changed(before, [before[0] | {"trainee_id": "T9"}], [])] == ["A-1", "A-2"]


def test_an_export_of_an_earlier_version_must_say_what_the_log_has_of_that_version() -> None:
    first = certificate("A-1", document_sha256="aa") | {"version": 1, "valid_until": None}
    second = first | {"version": 2, "document_sha256": "bb"}
    leaves = [{"number": "A-1", "kind": kind, "document_sha256": said} for kind, said in
              (("issued", "aa"), ("suspended", "aa"), ("reinstated", "aa"), ("reissued", "bb"))]  # fmt: skip
    corrected = [*leaves[:3], leaves[3] | {"kind": "corrected"}]

    assert changed([first, second], [second], leaves) == []
    for altered in ({"document_sha256": "bb"}, {"programme": "q"}, {"valid_until": "2030-01-01"}, {"version": 2}):
        assert set(_checks(changed([first | altered], [second], leaves))) == {"export"}, altered
    assert changed([first | {"programme": "q"}], [second], corrected) == []
    assert len(changed([second | {"version": 3}], [second], leaves)) == 1
    assert len(changed([first | {"status": "withdrawn"}], [second], leaves)) == 1


def _checks(violations: list[dict[str, str]]) -> list[str]:
    return [violation["check"] for violation in violations]
