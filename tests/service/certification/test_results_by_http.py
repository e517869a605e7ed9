"""Results come by JSON and by file, along one path: what is wrong is named by row, column, value and remedy."""

import io
from typing import Any

import openpyxl
import pytest

from .conftest import Certification, Web, enrolled

HEADER = "result_id,trainee_id,exam,attempt,taken_on,score,knocked_out,examiner"
RESULTS, IMPORT = "/certification/api/results", "/certification/api/import/results"


def result(**more: Any) -> dict[str, Any]:
    return {
        "result_id": "R1",
        "trainee_id": "T1",
        "exam": "theory",
        "attempt": 1,
        "taken_on": "2026-05-07",
        "score": 7.3,
        "knocked_out": False,
        "examiner": "EX1",
        **more,
    }


def csv(*rows: str, header: str = HEADER) -> bytes:
    return "\n".join([header, *rows, ""]).encode()


async def send(web: Web, content: bytes, name: str = "results.csv", **query: str) -> Any:
    return await web.office.post(
        IMPORT, files={"file": (name, content)}, params=query, headers={"accept-language": "en"}
    )


async def test_a_result_is_entered_once(certification: Certification, web: Web) -> None:
    await certification.hear(enrolled())

    first = await web.office.post(RESULTS, json=result())
    again = await web.office.post(RESULTS, json=result())

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["passed"] is True
    assert first.headers["location"] == "/certification/api/results/R1"
    assert len(await certification.told("exam-passed")) == 1


async def test_the_same_key_gives_the_same_answer_and_another_body_under_it_is_refused(
    certification: Certification, web: Web
) -> None:
    await certification.hear(enrolled())
    key = {"idempotency-key": "k1"}

    first = await web.office.post(RESULTS, json=result(result_id=None), headers=key)
    again = await web.office.post(RESULTS, json=result(result_id=None), headers=key)
    other = await web.office.post(RESULTS, json=result(result_id=None, score=4), headers=key)

    assert (first.status_code, again.status_code, other.status_code) == (201, 200, 422)
    assert first.json() == again.json()
    assert len(await certification.rows("select * from result")) == 1


async def test_a_correction_answers_with_its_revision(certification: Certification, web: Web) -> None:
    await certification.hear(enrolled())
    await web.office.post(RESULTS, json=result(score=4))

    answer = await web.office.post(RESULTS, json=result(score=6))

    assert (answer.status_code, answer.json()["revision"], answer.json()["passed"]) == (200, 2, True)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"score": "high"}, "score"),
        ({"score": 7.123}, "score"),
        ({"score": True}, "score"),
        ({"attempt": 0}, "attempt"),
        ({"attempt": 1.5}, "attempt"),
        ({"taken_on": "2026-02-30"}, "taken_on"),
        ({"taken_on": 20260507}, "taken_on"),
        ({"knocked_out": "yes"}, "knocked_out"),
        ({"trainee_id": "T 1"}, "trainee_id"),
        ({"trainee_id": "T\u0000"}, "trainee_id"),
        ({"examiner": ""}, "examiner"),
        ({"grade": 7}, "grade"),
    ],
)
async def test_a_body_that_is_no_result_is_refused(web: Web, wrong: dict[str, Any], field: str) -> None:
    answer = await web.office.post(RESULTS, json=result(**wrong))

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


@pytest.mark.parametrize(
    ("wrong", "status", "kind"),
    [
        ({"exam": "swimming"}, 422, "unknown-exam"),
        ({"score": 11}, 422, "score-off-scale"),
        ({"attempt": 2}, 422, "attempt-out-of-order"),
        ({"attempt": 4}, 422, "no-resit-left"),
    ],
)
async def test_a_rule_refuses_a_result_by_its_name(
    certification: Certification, web: Web, wrong: dict[str, Any], status: int, kind: str
) -> None:
    await certification.hear(enrolled())

    answer = await web.office.post(RESULTS, json=result(**wrong))

    assert (answer.status_code, answer.json()["type"]) == (status, f"urn:keur:problem:{kind}")
    assert await certification.rows("select * from result") == []


async def test_a_result_id_of_another_trainee_is_refused(certification: Certification, web: Web) -> None:
    await certification.hear(enrolled(), enrolled("T2"))
    await web.office.post(RESULTS, json=result())

    answer = await web.office.post(RESULTS, json=result(trainee_id="T2"))

    assert answer.status_code == 409
    assert answer.json()["type"] == "urn:keur:problem:result-belongs-elsewhere"


async def test_a_result_of_a_trainee_not_yet_known_is_accepted_and_waits(web: Web) -> None:
    answer = await web.office.post(RESULTS, json=result())

    assert (answer.status_code, answer.json()["state"], answer.json()["passed"]) == (201, "waiting", None)


async def test_a_file_is_taken_whole_and_the_same_file_again_changes_nothing(
    certification: Certification, web: Web
) -> None:
    await certification.hear(enrolled())
    file = csv("R2,T1,theory,2,2026-06-07,6.0,no,EX1", "R1,T1,theory,1,2026-05-07,4.0,no,EX1")

    first, again = await send(web, file), await send(web, file)

    assert first.status_code == again.status_code == 200
    assert {k: first.json()[k] for k in ("rows", "new", "changed", "unchanged", "refused")} == {
        "rows": 2, "new": 2, "changed": 0, "unchanged": 0, "refused": 0,
    }  # fmt: skip
    assert again.json()["unchanged"] == 2
    assert len(await certification.told("exam-result-recorded")) == 2


async def test_a_workbook_is_read_like_a_file(certification: Certification, web: Web) -> None:
    await certification.hear(enrolled())
    book = openpyxl.Workbook()
    book.active.append(HEADER.split(","))  # type: ignore[union-attr]
    book.active.append(["R1", "T1", "theory", 1, "2026-05-07", 8.3, "no", "EX1"])  # type: ignore[union-attr]
    content = io.BytesIO()
    book.save(content)

    answer = await send(web, content.getvalue(), "results.xlsx")

    assert answer.json()["new"] == 1
    assert str(await certification.value("select score from result")) == "8.3"


BAD_ROWS = [
    "R1,T1,theory,1,2026-05-07,7.0,no,EX1",
    "R2,T1,swimming,1,2026-05-07,7.0,no,EX1",
    "R3,T1,forging,1,2026-05-07,99,no,EX1",
    "R4,T1,theory,3,2026-05-07,5,no,EX1",
    "R5,T2,theory,one,2026-13-07,seven,maybe,EX1",
    "=cmd(),T2,forging,1,2026-05-07,7.0,no,EX1",
    "R1,T2,theory,1,2026-05-07,7.0,no,EX1",
    "R7,T1,theory,1,2026-05-07,7.0,no,EX1",
]


async def test_all_errors_of_a_file_are_named_at_once_and_nothing_is_taken(
    certification: Certification, web: Web
) -> None:
    await certification.hear(enrolled(), enrolled("T2"))

    answer = await send(web, csv(*BAD_ROWS))

    assert answer.status_code == 422
    assert [(e["row"], e["column"], e["value"], e["allowed"]) for e in answer.json()["errors"]] == [
        (3, "exam", "swimming", "forging, theory"),
        (4, "score", "99", "1 to 10"),
        (5, "attempt", "3", "no resit after a pass"),
        (6, "knocked_out", "maybe", "yes, no"),
        (6, "attempt", "one", "a whole number, such as 12"),
        (6, "taken_on", "2026-13-07", "JJJJ-MM-DD / YYYY-MM-DD, 2026-09-01"),
        (6, "score", "seven", "a number with a point, such as 8.3"),
        (7, "result_id", "=cmd()", "no = + - @ at the start; put a ' before it when it is text"),
        (8, "result_id", "R1", None),
        (9, "attempt", "1", "correct R1"),
    ]
    assert answer.json()["new"] == 0
    assert await certification.rows("select * from result") == []
    assert await certification.told("exam-passed") == []


async def test_the_good_rows_are_taken_when_that_is_asked_for(certification: Certification, web: Web) -> None:
    await certification.hear(enrolled(), enrolled("T2"))

    answer = await send(web, csv(*BAD_ROWS), partial="true")

    assert (answer.status_code, answer.json()["new"], answer.json()["refused_rows"]) == (200, 1, list(range(3, 10)))
    assert len(await certification.rows("select * from result")) == 1


async def test_a_check_takes_nothing(certification: Certification, web: Web) -> None:
    answer = await send(web, csv(BAD_ROWS[0]), check="true")

    assert (answer.status_code, answer.json()["new"]) == (200, 1)
    assert await certification.rows("select * from result") == []
    assert await certification.rows("select * from candidate") == []


@pytest.mark.parametrize(
    ("content", "column"),
    [
        (b"", None),
        (csv(), None),
        (csv("R1,T1,theory,1,2026-05-07,7.0,no", header=HEADER.removesuffix(",examiner")), "examiner"),
        (csv("R1,T1,theory,1,2026-05-07,7.0,no,EX1,7.0", header=HEADER + ",score"), "score"),
        (csv("R1,T1,theory,1,2026-05-07,7.0,no,EX1,x", header=HEADER + ",colour"), "colour"),
        (csv("R1;T1;theory", header=HEADER.replace(",", ";")), None),
        (csv("R1,T1,theory,1,2026-05-07,7.0,no,EX1").decode().encode("utf-16"), None),
    ],
    ids=["empty", "only a header", "missing column", "doubled column", "unknown column", "semicolons", "utf-16"],
)
async def test_a_file_that_is_no_list_of_results_is_refused_as_a_whole(
    web: Web, content: bytes, column: str | None
) -> None:
    answer = await send(web, content, partial="true")

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["column"] == column


async def test_another_kind_of_file_is_not_taken_here(web: Web) -> None:
    answer = await web.office.post("/certification/api/import/mentors", files={"file": ("m.csv", b"")})

    assert answer.status_code == 404


async def test_results_are_listed_in_pages(certification: Certification, web: Web) -> None:
    await certification.hear(enrolled())
    await send(web, csv(BAD_ROWS[0], "R9,T1,forging,1,2026-05-07,7.5,no,EX1"))

    first = (await web.office.get(RESULTS, params={"limit": 1})).json()
    second = (await web.office.get(RESULTS, params={"limit": 1, "after": first["next"]})).json()

    assert [row["result_id"] for row in (*first["items"], *second["items"])] == ["R1", "R9"]
