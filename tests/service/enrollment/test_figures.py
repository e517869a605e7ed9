"""Figures from what was entered and heard, over real tables: by cohort, on a day, and the same after a replay."""

from datetime import date
from typing import Any

import pytest

from services.enrollment.domain.signals import Kind
from services.enrollment.store import signals
from shared.events.certification import CertificateIssued, ExamFailed, ExamPassed

from . import rows
from .conftest import Enrollment

EXTRA: dict[str, Any] = {
    "title": {"nl": "SMO-certificaat", "en": "SMO certificate"},
    "completion": {"baseline": 0.5, "target": 0.85, "stretch": 0.9},
    "exams": {"theory": {"title": {"nl": "Theorie-examen", "en": "Theory exam"}}},
    "norms": {"mentor_max_trainees": 50, "mentor_minutes_per_week": 120, "alignment_lag_days": 28},
}


def exam(kind: type[ExamPassed] | type[ExamFailed], trainee: str, number: int, **more: Any) -> ExamPassed | ExamFailed:
    given = {
        "result_id": f"{trainee}-theory-{number}", "trainee_id": trainee, "exam": "theory", "attempt": number,
        "taken_on": date(2027, 4, 6), "score": 6.0, "scheme": "smo", "knocked_out": False, "resits_left": 1, **more,
    }  # fmt: skip
    return kind.model_validate(given)


def certificate(trainee: str, serial: int, issued_on: str = "2027-06-01") -> CertificateIssued:
    return CertificateIssued(
        certificate_id=f"c{serial}",
        number=f"SMO-2027-{serial:05d}",
        trainee_id=trainee,
        scheme="smo",
        scheme_version="2024.1",
        programme="lasser-3",
        decision_id=f"d{serial}",
        issued_on=date.fromisoformat(issued_on),
    )


@pytest.fixture
async def mark(office: Enrollment) -> Enrollment:
    """Four began in 2025 and three in 2026; of the first, three hold a certificate and one does not."""
    await office.publish(**EXTRA)
    await office.give("companies", rows.company("C1", places=50), rows.company("C2", places=50))
    await office.give(
        "mentors", rows.mentor("M1", max_trainees=50), rows.mentor("M3", company_id="C2", max_trainees=50)
    )
    await office.give("trainees", *(rows.trainee(f"T{n}") for n in range(1, 5)))
    later = {"starts_on": "2026-09-07", "planned_end": "2028-07-07"}
    await office.give("trainees", *(rows.trainee(f"T{n}", **later) for n in range(5, 8)))
    await office.hear(
        exam(ExamPassed, "T1", 1, sequence=1),
        exam(ExamPassed, "T2", 1),
        exam(ExamFailed, "T3", 1),
        exam(ExamPassed, "T3", 2),
    )
    await office.hear(certificate("T1", 1), certificate("T2", 2), certificate("T3", 3, "2027-07-01"))
    return office


async def figures(office: Enrollment, **query: Any) -> dict[str, Any]:
    answer = await office.http.get("/enrollment/api/figures", params=query)
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told


def of(told: dict[str, Any], key: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in told["figures"] if one["key"] == key)
    return found


def pair(told: dict[str, Any], key: str) -> tuple[int, int]:
    return of(told, key)["numerator"], of(told, key)["denominator"]


async def test_completion_is_counted_by_the_school_year_of_the_start_with_the_goals_of_the_scheme(
    mark: Enrollment,
) -> None:
    told = await figures(mark, as_of="2027-09-01")

    assert [(one["name"], one["certified"], one["began"], one["finished"]) for one in told["cohorts"]] == [
        ("2025/2026", 3, 4, True),
        ("2026/2027", 0, 3, False),
    ]
    assert pair(told, "completion") == (3, 4)
    assert of(told, "completion")["interval"] == pytest.approx({"low": 0.3006, "high": 0.9544}, abs=1e-3)
    assert [(goal["code"], goal["share"]) for goal in told["goals"]] == [
        ("baseline", 0.5),
        ("target", 0.85),
        ("stretch", 0.9),
    ]
    assert told["title"] == {"nl": "SMO-certificaat", "en": "SMO certificate"}
    assert told["cohorts"][0]["course"][-1]["certified"] == 0.75
    assert {one["cohort"] for one in told["projections"]} == {2026}
    assert (told["projections"][0]["finished_of_basis"], told["projections"][0]["basis"]) == (3, 4)


async def test_a_day_in_the_past_shows_what_was_so_on_that_day(mark: Enrollment) -> None:
    before = await figures(mark, as_of="2027-05-31")
    halfway = await figures(mark, as_of="2027-06-01")

    assert [one["certified"] for one in before["cohorts"]] == [0, 0]
    assert [one["certified"] for one in halfway["cohorts"]] == [2, 0]
    assert [one["finished"] for one in halfway["cohorts"]] == [False, False]
    assert pair(halfway, "completion") == (0, 0)
    assert of(halfway, "completion")["value"] is None


async def test_each_figure_of_a_cohort_has_its_numbers_its_words_and_its_day(mark: Enrollment) -> None:
    told = await figures(mark, as_of="2027-09-01", cohort=2025, scheme="smo")

    assert pair(told, "completion") == (3, 4)
    assert [(part["code"], part["numerator"], part["denominator"]) for part in of(told, "completion")["parts"]] == [
        ("lasser-3", 3, 4)
    ]
    assert pair(told, "success") == (3, 3)
    assert pair(told, "retention") == (4, 4)
    assert pair(told, "first_attempt_pass") == (2, 3)
    assert [(part["title"]["en"], part["numerator"]) for part in of(told, "first_attempt_pass")["parts"]] == [
        ("Theory exam", 2)
    ]
    assert pair(told, "months_to_certificate") == (None, 3)
    assert of(told, "months_to_certificate")["value"] == pytest.approx(273 * 2.3367 / 30.4375, abs=0.1)
    assert of(told, "months_to_certificate")["interval"] is None, "three are too few"
    assert pair(told, "drop_out") == (0, 4)
    assert pair(told, "agreements") == (0, 1), "one still learns, and nobody signed anything"
    for figure in told["figures"]:
        assert figure["as_of"] == "2027-09-01"
        assert figure["definition"]["nl"] != figure["definition"]["en"]
        assert figure["title"]["nl"] != figure["title"]["en"]


async def test_mentor_time_and_alignment_are_counted_from_the_logbook_against_the_norms(mark: Enrollment) -> None:
    await mark.give(
        "logbook",
        rows.entry("L1", week="2025-W37", place="school", target="T01", mentor_minutes=0),
        rows.entry("L2", week="2025-W38", place="company", target="T01", mentor_minutes=150),
        rows.entry("L3", week="2025-W40", place="school", target="T02", mentor_minutes=0),
        rows.entry("L4", week="2025-W45", place="company", target="T02", mentor_minutes=90),
        rows.entry("L5", week="2025-W46", place="company", target="T01", mentor_minutes=140),
        rows.entry("L6", week="2025-W46", place="school", target="T02", mentor_minutes=0, trainee_id="T2"),
    )

    told = await figures(mark, as_of="2025-12-01", cohort=2025)

    assert pair(told, "alignment") == (1, 2), "T02 came five weeks later; of T2 the term still runs"
    assert pair(told, "mentor_time") == (1, 2), "150 in one period; 90 and 140 in the other is 115 a week"
    assert pair(await figures(mark, as_of="2026-02-01", cohort=2025), "alignment") == (1, 3)
    assert pair(await figures(mark, as_of="2025-10-05", cohort=2025), "mentor_time") == (0, 0), "its logbook may come"

    async with mark.db.transaction() as tx:
        await tx.execute(
            "insert into contact_moment values ('K1', 'T1', 'M1', date '2025-11-06', date '2025-11-03', 15)"
        )
    assert pair(await figures(mark, as_of="2025-12-01", cohort=2025), "mentor_time") == (2, 2), "a talk counts too"


async def test_another_company_is_a_replacement_with_days_between(mark: Enrollment) -> None:
    await mark.day_comes("2025-11-03")
    await mark.give("trainees", rows.trainee("T4", company_id="C2", mentor_id="M3"))

    told = await figures(mark, as_of="2025-12-01")

    assert (of(told, "replacement_days")["value"], of(told, "replacement_days")["denominator"]) == (0.0, 1)


async def test_visits_are_counted_from_what_was_told_to_be_due(mark: Enrollment) -> None:
    await mark.day_comes("2025-11-24")
    due = await figures(mark, as_of="2025-11-24")
    assert of(due, "visits_held")["denominator"] > 0
    assert of(due, "visits_on_time")["denominator"] == 0, "nobody is late on the first day"

    await mark.give("visits", rows.visit("V1", held_on="2025-11-26"))
    await mark.day_comes("2026-01-12")
    told = await figures(mark, as_of="2026-01-12")

    assert of(told, "visits_held")["numerator"] == 1
    assert of(told, "visits_on_time")["numerator"] == 1
    assert of(told, "visits_on_time")["denominator"] == of(told, "visits_held")["denominator"]


async def test_signals_around_visits_are_counted_on_the_day_and_eight_weeks_later(mark: Enrollment) -> None:
    await mark.day_comes("2025-10-06")
    await mark.give("complaints", rows.complaint("K1", received_on="2025-10-06"))
    async with mark.db.transaction() as tx:
        found = {("T1", ""): {"minutes": 90}, ("T2", ""): {"minutes": 80}}
        await signals.set_found(tx, Kind.MENTOR_TIME, ["T1", "T2"], found, on=date(2025, 10, 6))
    await mark.day_comes("2025-10-20")
    await mark.give("visits", rows.visit("V1", held_on="2025-10-21"))
    async with mark.db.transaction() as tx:
        await signals.set_found(tx, Kind.MENTOR_TIME, ["T1"], {}, on=date(2025, 11, 3))

    told = await figures(mark, as_of="2026-01-12")

    assert told["around_visits"] == [
        {
            "brought_forward": True,
            "visits": 1,
            "trainees": 4,
            "open_on_the_day": 3,  # two of mentor time, and the complaint
            "open_eight_weeks_later": 2,
        }
    ]
    assert "regression to the mean" in told["around_visits_note"]["en"]
    assert "does not prove" in told["around_visits_note"]["en"]
    counted = {one["kind"]: (one["opened"], one["closed"], one["open"], one["cause"]) for one in told["signals"]}
    assert counted["mentor-time"] == (2, 1, 1, "P4")


async def test_the_same_events_again_and_in_another_order_give_the_same_figures(mark: Enrollment) -> None:
    before = await figures(mark, as_of="2027-09-01")
    await mark.hear(certificate("T3", 3, "2027-07-01"), certificate("T1", 1))
    await mark.hear(exam(ExamFailed, "T3", 1))
    assert await figures(mark, as_of="2027-09-01") == before

    await mark.hear(exam(ExamPassed, "T3", 1), sequence=9)
    await mark.hear(exam(ExamFailed, "T3", 1), sequence=8)

    assert pair(await figures(mark, as_of="2027-09-01", cohort=2025), "first_attempt_pass") == (3, 3), (
        "the correction with the highest sequence stands, also when an older one arrives after it"
    )


@pytest.mark.parametrize(
    ("query", "nl", "en"),
    [
        ({"scheme": "nix"}, "dit schema is hier niet bekend", "this scheme is not known here"),
        (
            {"cohort": 1999},
            "in schooljaar 1999/2000 begon hier niemand",
            "nobody began here in the school year 1999/2000",
        ),
    ],
)
async def test_an_unknown_scheme_or_cohort_is_refused_by_name(
    mark: Enrollment, query: dict[str, Any], nl: str, en: str
) -> None:
    for language, message in (("nl", nl), ("en", en)):
        answer = await mark.http.get("/enrollment/api/figures", params=query, headers={"Accept-Language": language})
        assert answer.status_code == 422
        assert message in answer.json()["detail"]


async def test_the_list_of_signals_gives_all_that_were_ever_open_and_is_for_the_office(mark: Enrollment) -> None:
    async with mark.db.transaction() as tx:
        await signals.set_found(tx, Kind.EXTRA_HANDS, ["T1"], {("T1", ""): {"share": 0.6}}, on=date(2025, 10, 6))
        await signals.set_found(tx, Kind.EXTRA_HANDS, ["T1"], {}, on=date(2025, 11, 3))
        await signals.set_found(tx, Kind.MENTOR, ["T2"], {("T2", "M1"): {"mentor_id": "M1"}}, on=date(2025, 11, 3))

    async def kinds(**query: Any) -> list[tuple[str, str, str | None]]:
        answer = await mark.http.get("/enrollment/api/signals", params=query)
        return [(one["kind"], one["cause"], one["closed_on"]) for one in answer.json()["items"]]

    assert await kinds() == [("extra-hands", "P5", "2025-11-03"), ("mentor", "P6", None)]
    assert await kinds(open=True) == [("mentor", "P6", None)]
    assert await kinds(open=False, kind="extra-hands") == [("extra-hands", "P5", "2025-11-03")]
    page = (await mark.http.get("/enrollment/api/signals", params={"limit": 1})).json()
    assert await kinds(after=page["next"]) == [("mentor", "P6", None)]
    assert (await mark.http.get("/enrollment/api/signals", params={"kind": "nonsense"})).status_code == 422


async def test_the_board_sees_the_same_figures_with_pictures_that_have_a_table_beside_them(mark: Enrollment) -> None:
    await mark.day_comes("2027-09-01")

    page = await mark.http.get("/enrollment/board", headers={"Accept-Language": "en"})
    narrow = await mark.http.get("/enrollment/board?cohort=2025&as_of=2027-06-15", headers={"Accept-Language": "nl"})

    assert (page.status_code, narrow.status_code) == (200, 200)
    for id in ("by-year", "course"):
        assert f'aria-labelledby="{id}-title {id}-desc"' in page.text
    assert page.text.count("85% goal") == 2
    assert "3 of 4, 95 % interval 30.1% – 95.4%" in page.text
    assert "cohort 2026/2027, 95 % band" in page.text
    assert "2 van 4, 95%-interval 15,0 % – 85,0 %" in narrow.text
    assert "50,0 %" in narrow.text
    assert "style=" not in page.text, "the content security policy takes no inline style"


async def test_the_board_page_stands_while_nothing_is_known(enrollment: Enrollment) -> None:
    page = await enrollment.http.get("/enrollment/board", headers={"Accept-Language": "en"})

    assert page.status_code == 200
    assert "Nobody has begun yet." in page.text
    assert (await enrollment.http.get("/enrollment/board?cohort=x")).status_code == 422
    assert (await enrollment.http.get("/enrollment/board?as_of=2026-99-99")).status_code == 200


async def test_who_dropped_out_is_counted_by_cause_and_phase_from_that_day_on(mark: Enrollment) -> None:
    await mark.day_comes("2026-11-02")
    for trainee, reason in (("T4", "no-time-to-guide"), ("T5", "moved"), ("T6", "unknown")):
        answer = await mark.post("drop-outs", {"trainee_id": trainee, "reason": reason, "dropped_out_on": "2026-10-05"})
        assert answer.status_code == 201, answer.text

    before = await figures(mark, as_of="2026-10-04")
    told = await figures(mark, as_of="2027-09-01")

    assert pair(before, "drop_out") == (0, 7)
    assert pair(told, "drop_out") == (3, 7)
    assert {part["code"]: part["numerator"] for part in of(told, "drop_out")["parts"]} == {
        "P4": 1,
        "other": 1,
        "unknown": 1,
    }
    assert pair(told, "drop_out_phase") == (2, 3), "T5 and T6 in their first year, T4 later"
    assert {part["code"]: part["numerator"] for part in of(told, "drop_out_phase")["parts"]} == {
        "year 1": 2,
        "later": 1,
    }
    assert pair(told, "success") == (3, 6)
    assert [one["dropped"] for one in told["cohorts"]] == [1, 2]
    assert told["projections"][0]["value"] == pytest.approx((0.0 + 3.5 / 5) / 3), "one of three goes on; 3 of 4 did"


async def test_the_interface_document_describes_figures_and_signals(enrollment: Enrollment) -> None:
    document = (await enrollment.http.get("/openapi.json")).json()

    for path, model, parameters in (
        ("/enrollment/api/figures", "Figures", {"scheme", "cohort", "as_of"}),
        ("/enrollment/api/signals", "Listing_SignalOf_", {"after", "limit", "open", "kind"}),
    ):
        get = document["paths"][path]["get"]
        assert {one["name"] for one in get["parameters"] if one["in"] == "query"} == parameters
        assert get["responses"]["200"]["content"]["application/json"]["schema"]["$ref"].endswith(model)
    assert set(document["components"]["schemas"]["FigureOf"]["required"]) >= {"definition", "numerator", "denominator"}
