"""Practice gained elsewhere: recorded with its proof, told to whoever certifies, withdrawn when it was not so."""

from typing import Any

import pytest

from . import rows
from .conftest import Enrollment

RULE = {"rule": "practice_months", "at_least": 12, "elsewhere": 6}
GIVEN: dict[str, Any] = {
    "practice_id": "P1",
    "trainee_id": "T1",
    "starts_on": "2024-02-01",
    "ends_on": "2024-07-31",
    "gained_at": "Smederij Jansen",
    "proof": "arbeidscontract en verklaring",
}


@pytest.fixture
async def mark(office: Enrollment) -> Enrollment:
    """The office under a scheme that counts practice gained elsewhere, with a trainee."""
    await office.publish(eligibility=[RULE])
    assert (await office.give("trainees", rows.trainee("T1"))).status_code == 200
    return office


async def test_it_is_recorded_once_and_told_without_where_it_was(mark: Enrollment) -> None:
    first, again = await mark.post("practice-elsewhere", GIVEN), await mark.post("practice-elsewhere", GIVEN)

    assert (first.status_code, again.status_code) == (201, 200), first.text
    (told,) = await mark.told("practice-elsewhere-recorded")
    assert told.model_dump(mode="json") == {
        "practice_id": "P1", "trainee_id": "T1", "starts_on": "2024-02-01", "ends_on": "2024-07-31",
        "recorded_on": "2025-09-01", "scheme": "smo",
    }  # fmt: skip
    listed = (await mark.http.get("/enrollment/api/practice-elsewhere")).json()["items"]
    assert [(one["practice_id"], one["gained_at"], one["withdrawn_on"]) for one in listed] == [
        ("P1", "Smederij Jansen", None)
    ]
    async with mark.db.read() as tx:
        noted = await tx.fetchval("select change from audit where change like 'practice elsewhere%'")
    assert noted == "practice elsewhere P1 from 2024-02-01 to 2024-07-31"


async def test_what_was_recorded_in_error_is_withdrawn_with_a_reason_once(mark: Enrollment) -> None:
    await mark.post("practice-elsewhere", GIVEN)

    reason = {"reason": "het contract was van een ander"}
    first = await mark.post("practice-elsewhere/P1/withdraw", reason)
    again = await mark.post("practice-elsewhere/P1/withdraw", reason)

    assert (first.status_code, again.status_code) == (200, 200), first.text
    assert first.json()["withdrawn_on"] == "2025-09-01"
    assert len(await mark.told("practice-elsewhere-withdrawn")) == 1
    assert (await mark.post("practice-elsewhere", GIVEN)).status_code == 200  # the same key again changes nothing
    assert len(await mark.told("practice-elsewhere-recorded")) == 1


@pytest.mark.parametrize(
    ("change", "rule", "dutch", "english"),
    [
        ({"trainee_id": "T9"}, "unknown-trainee", "leerling T9 is hier niet bekend", "trainee T9 is not known here"),
        (
            {"ends_on": "2024-01-31"},
            "practice-ends-before-it-begins",
            "de laatste dag ligt vóór de eerste",
            "the last day is before the first",
        ),
        ({"ends_on": "2025-09-02"}, "not-yet-happened", "deze dag moet nog komen", "this day is still to come"),
    ],
)
async def test_what_breaks_a_rule_is_refused_in_both_languages(
    mark: Enrollment, change: dict[str, str], rule: str, dutch: str, english: str
) -> None:
    for language, said in (("nl", dutch), ("en", english)):
        answer = await mark.post("practice-elsewhere", {**GIVEN, **change}, **{"Accept-Language": language})
        assert answer.status_code == 422
        assert answer.json()["type"] == f"urn:keur:problem:{rule}"
        assert said in answer.json()["detail"]
    assert await mark.count("practice_elsewhere") == 0


async def test_a_scheme_that_says_nothing_of_it_counts_none(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"))

    for language, said in (
        ("nl", "het certificatieschema smo telt geen praktijk die elders is opgedaan"),
        ("en", "the scheme smo counts no practice gained elsewhere"),
    ):
        answer = await office.post("practice-elsewhere", GIVEN, **{"Accept-Language": language})
        assert answer.json()["type"] == "urn:keur:problem:practice-elsewhere-not-counted"
        assert said in answer.json()["detail"]
    page = (await office.http.get("/enrollment/trainees/T1?lang=en")).text
    assert "Practice gained elsewhere" not in page


async def test_proof_is_not_written_over_and_withdrawing_asks_for_a_reason_and_a_known_key(mark: Enrollment) -> None:
    await mark.post("practice-elsewhere", GIVEN)

    for path, body, rule, dutch, english in (
        ("practice-elsewhere", {**GIVEN, "ends_on": "2024-08-31"}, "practice-recorded-differently",
         "onder P1 is al andere praktijk vastgelegd", "other practice was recorded under P1"),
        ("practice-elsewhere/P1/withdraw", {"reason": " "}, "practice-withdrawal-needs-reason",
         "zeg waarom deze praktijk niet telt", "say why this practice does not count"),
        ("practice-elsewhere/P9/withdraw", {"reason": "fout"}, "unknown-practice",
         "praktijk P9 is hier niet bekend", "practice P9 is not known here"),
    ):  # fmt: skip
        for language, said in (("nl", dutch), ("en", english)):
            answer = await mark.post(path, body, **{"Accept-Language": language})
            assert answer.json()["type"] == f"urn:keur:problem:{rule}", answer.text
            assert said in answer.json()["detail"]


async def test_the_file_of_a_trainee_records_it_and_withdraws_it(mark: Enrollment) -> None:
    form = {
        "practice_id": "P1",
        "practice_from": "2024-02-01",
        "practice_until": "2024-01-01",
        "gained_at": "Smederij Jansen",
        "proof": "contract",
    }
    path = "/enrollment/trainees/T1/practice"
    refused = await mark.http.post(f"{path}?lang=en", data=form)
    assert refused.status_code == 422
    assert "Last day: the last day is before the first" in refused.text

    recorded = await mark.http.post(path, data={**form, "practice_until": "2024-07-31"})
    assert recorded.status_code == 303, recorded.text
    assert "Smederij Jansen" in (await mark.http.get("/enrollment/trainees/T1")).text
    unreasoned = await mark.http.post(f"{path}/P1/withdraw?lang=en", data={"withdrawal": ""})
    assert "Why it does not count: say why this practice does not count" in unreasoned.text
    withdrawn = await mark.http.post(f"{path}/P1/withdraw", data={"withdrawal": "contract van een ander"})

    assert withdrawn.status_code == 303
    assert "contract van een ander" in (await mark.http.get("/enrollment/trainees/T1")).text
