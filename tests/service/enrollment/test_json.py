"""One object a POST: new, the same again, changed, refused; lists by page."""

from . import rows
from .conftest import Enrollment


async def test_first_is_201_the_same_again_200_and_a_change_200(office: Enrollment) -> None:
    first = await office.post("trainees", rows.trainee("T1"))
    again = await office.post("trainees", rows.trainee("T1"))
    changed = await office.post("trainees", rows.trainee("T1", name="Sem Zwart"))

    assert [answer.status_code for answer in (first, again, changed)] == [201, 200, 200]
    assert first.headers["location"] == "/enrollment/api/trainees/T1"
    assert first.json() == again.json()
    assert first.json().items() >= rows.trainee("T1").items()
    assert changed.json()["name"] == "Sem Zwart"


async def test_every_kind_is_taken_by_json_and_given_back_as_it_came(office: Enrollment) -> None:
    await office.post("trainees", rows.trainee("T1"))
    for kind, row in (
        ("companies", rows.company("C7")),
        ("mentors", rows.mentor("M7")),
        ("schools", rows.school("S7")),
        ("instructors", rows.instructor("I7")),
        ("logbook", rows.entry("E7")),
        ("complaints", rows.complaint("K7")),
        ("visits", rows.visit("V7")),
    ):
        answer = await office.post(kind, row)

        assert answer.status_code == 201, (kind, answer.text)
        assert answer.json().items() >= row.items()
        assert (await office.http.get(answer.headers["location"])).json() == answer.json()


async def test_who_gives_no_key_gets_one(office: Enrollment) -> None:
    row = {name: value for name, value in rows.company("C7").items() if name != "company_id"}

    answer = await office.post("companies", row)

    assert answer.status_code == 201
    assert len(answer.json()["company_id"]) == 36


async def test_a_broken_rule_is_a_problem_named_after_the_rule(office: Enrollment) -> None:
    answer = await office.post("trainees", rows.trainee("T1", mentor_id="M3"))
    dutch = await office.post("trainees", rows.trainee("T1", mentor_id="M3"), **{"Accept-Language": "nl"})

    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["type"] == "urn:keur:problem:mentor-of-another-company"
    assert told["errors"][0]["field"] == "mentor_id"
    assert told["errors"][0]["allowed"] == "M1, M2"
    assert told["detail"] == "mentor M3 belongs to company C2"
    assert dutch.json()["detail"] == "praktijkbegeleider M3 hoort bij leerbedrijf C2"


async def test_unknown_fields_and_wrong_kinds_of_values_are_refused(office: Enrollment) -> None:
    for wrong in (
        {"hobby": "x"},
        {"equipment": "lathe;tig"},
        {"places": "many"},
        {"contact_email": "x"},
        {"name": "a\u0000b"},
    ):
        answer = await office.post("companies", rows.company("C7", **wrong))

        assert answer.status_code == 422, wrong
        assert next(iter(wrong)) in answer.json()["errors"][0]["field"]
    yes = await office.post("complaints", rows.complaint("K7", confidential="yes"))
    assert yes.status_code == 422


async def test_an_idempotency_key_does_its_work_once(office: Enrollment) -> None:
    key = {"Idempotency-Key": "een"}
    body = {name: value for name, value in rows.company("C7").items() if name != "company_id"}

    first = await office.post("companies", body, **key)
    again = await office.post("companies", body, **key)
    other = await office.post("companies", {**body, "name": "Anders"}, **key)

    assert [answer.status_code for answer in (first, again, other)] == [201, 200, 422]
    assert first.json() == again.json()
    assert await office.count("company") == 3


async def test_lists_come_in_pages(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"), rows.trainee("T2"), rows.trainee("T3", mentor_id="M2"))

    first = (await office.http.get("/enrollment/api/trainees?limit=2")).json()
    rest = (await office.http.get(f"/enrollment/api/trainees?limit=2&after={first['next']}")).json()

    assert [item["trainee_id"] for item in first["items"] + rest["items"]] == ["T1", "T2", "T3"]
    assert rest["next"] is None


async def test_everybody_who_can_be_told_something_is_listed(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1", birth_date="2009-01-01", guardian_email="ouder@thuis.example"))

    seen, after = [], ""
    while True:
        page = (await office.http.get(f"/enrollment/api/people?limit=2&after={after}")).json()
        seen += page["items"]
        after = page["next"]
        if after is None:
            break

    assert [one["ref"] for one in seen] == sorted(one["ref"] for one in seen)
    assert {one["kind"] for one in seen} == {"company", "guardian", "instructor", "mentor", "trainee"}
    guardian = next(one for one in seen if one["kind"] == "guardian")
    assert (guardian["id"], guardian["email"]) == ("T1", "ouder@thuis.example")


async def test_nobody_gets_in_without_a_token(office: Enrollment) -> None:
    for path in ("trainees", "complaints", "people", "schedule", "trainees/T1"):
        answer = await office.http.get(f"/enrollment/api/{path}", headers={"Authorization": ""})

        assert answer.status_code == 401, path


async def test_a_visit_without_findings_is_taken(office: Enrollment) -> None:
    answer = await office.post("visits", {"place_kind": "company", "place_id": "C1", "held_on": "2025-08-29"})

    assert answer.status_code == 201, answer.text
    assert answer.json()["findings"] == ""
