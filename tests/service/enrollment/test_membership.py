"""Companies take part and stop; an older file does not undo what was recorded here since."""

from typing import Any

import pytest

from services.enrollment.commands.replacements import seek

from . import rows
from .conftest import Enrollment

END = {"company_id": "C1", "reason": "at-request", "ended_on": "2025-09-30"}


async def memberships(office: Enrollment, company: str = "C1") -> list[tuple[str, str | None, str | None]]:
    found = (await office.http.get("/enrollment/api/memberships", params={"company_id": company})).json()
    return [(one["began_on"], one["ended_on"], one["reason"]) for one in found]


async def refused(office: Enrollment, path: str, body: dict[str, Any], rule: str, nl: str, en: str) -> None:
    for language, said in (("nl", nl), ("en", en)):
        answer = await office.post(path, body, **{"Accept-Language": language})
        assert (answer.status_code, answer.json()["type"]) == (422, f"urn:keur:problem:{rule}")
        assert answer.json()["detail"] == said


async def test_a_company_joins_by_the_file_stops_with_a_reason_and_joins_again(office: Enrollment) -> None:
    assert await memberships(office) == [(rows.company("C1")["member_since"], None, None)]
    assert (await office.post("membership-endings", END)).status_code == 201
    assert (await office.post("membership-endings", END)).status_code == 200
    office.clock.moment = office.clock.moment.replace(month=11)
    again = {"membership_id": "L2", "company_id": "C1", "began_on": "2025-10-01"}
    assert (await office.post("memberships", again)).status_code == 201
    assert (await office.post("memberships", again)).status_code == 200
    assert await memberships(office) == [
        ("2025-10-01", None, None),
        (rows.company("C1")["member_since"], "2025-09-30", "at-request"),
    ]
    assert (await office.http.get("/enrollment/api/companies/C1")).json()["member_since"] == "2025-10-01"
    async with office.db.read() as tx:
        said = await tx.fetch("select change from audit where subject = 'company/C1' and change like 'member%'")
    assert [row["change"] for row in said] == ["member until 2025-09-30: at-request", "member since 2025-10-01"]


async def test_after_its_last_day_nobody_new_is_placed_and_who_learns_there_stays(office: Enrollment) -> None:
    assert (await office.give("trainees", rows.trainee("T1"))).status_code == 200
    await office.post("membership-endings", END)
    assert (await office.give("trainees", rows.trainee("T1", name="Anders"))).status_code == 200
    await office.give("mentors", rows.mentor("M1", max_trainees=3))
    assert (await office.post("trainees", rows.trainee("T2", starts_on="2025-09-30"))).status_code == 201
    await refused(
        office, "trainees", rows.trainee("T3", starts_on="2025-10-01"), "company-no-member",
        "leerbedrijf C1 neemt sinds 30 september 2025 niet meer deel",
        "company C1 no longer takes part: its last day was 30 September 2025",
    )  # fmt: skip


async def test_a_company_that_left_is_not_proposed_to_who_lost_a_place(office: Enrollment) -> None:
    await office.give("companies", *(rows.company(key, accredited_until="2030-01-01") for key in ("C1", "C2")))
    await office.give("trainees", rows.trainee("T1"))
    assert await candidates(office) == ["C2"]
    await office.post("membership-endings", {**END, "company_id": "C2", "ended_on": "2025-09-01"})
    office.clock.moment = office.clock.moment.replace(day=2)
    assert await candidates(office) == []


async def candidates(office: Enrollment) -> list[str]:
    async with office.db.read() as tx:
        return [one.company_id for one in await seek(tx, "T1", today=office.clock.today())]


async def test_each_refusal_is_named_in_both_languages(office: Enrollment) -> None:
    await refused(
        office, "memberships", {"company_id": "C1", "began_on": "2025-09-01"}, "member-already",
        "leerbedrijf C1 neemt al deel", "company C1 takes part already",
    )  # fmt: skip
    await refused(
        office, "membership-endings", {**END, "ended_on": "1999-01-01"}, "membership-ends-before-it-began",
        "de deelname eindigt op 1 januari 1999, voordat zij begint",
        "the membership ends on 1 January 1999, before it begins",
    )  # fmt: skip
    await office.post("membership-endings", {**END, "ended_on": "2025-09-01"})
    await refused(
        office, "membership-endings", END, "not-a-member",
        "leerbedrijf C1 neemt nu niet deel", "company C1 does not take part now",
    )  # fmt: skip
    await refused(
        office, "memberships", {"company_id": "C1", "began_on": "2025-09-01"}, "memberships-overlap",
        "de vorige deelname liep tot en met 1 september 2025", "the membership before ran until 1 September 2025",
    )  # fmt: skip


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_an_older_file_does_not_undo_what_was_recorded_here_and_the_summary_says_so(
    office: Enrollment, language: str
) -> None:
    first = rows.company("C1", accredited_until="2026-01-01")
    assert (await office.give("companies", first)).json()["notes"] == []
    await office.post("accreditations", {"company_id": "C1", "until": "2029-08-31"})
    await office.post("membership-endings", {**END, "ended_on": "2025-09-01"})
    office.http.headers["Accept-Language"] = language

    taken = (await office.give("companies", {**first, "places": 9, "member_since": "2001-01-01"})).json()

    assert (taken["changed"], taken["refused"]) == (1, 0)
    said = {note["column"]: note["message"] for note in taken["notes"]}
    assert ("31 augustus 2029" if language == "nl" else "31 August 2029") in said["accredited_until"]
    assert ("recorded in Keur" if language == "en" else "in Keur vastgelegd") in said["member_since"]
    company = (await office.http.get("/enrollment/api/companies/C1")).json()
    assert (company["accredited_until"], company["places"]) == ("2029-08-31", 9)
    assert company["member_since"] == rows.company("C1")["member_since"]


async def test_a_withdrawal_here_of_what_a_file_brought_stands_too(office: Enrollment) -> None:
    brought = rows.company("C1", accredited_until="2026-01-01")
    await office.give("companies", brought)
    await office.post("accreditation-withdrawals", {"company_id": "C1", "reason": "unsafe"})
    again = (await office.give("companies", brought)).json()
    assert (again["unchanged"], len(again["notes"])) == (1, 1)
    assert (await office.http.get("/enrollment/api/companies/C1")).json()["accredited_until"] == "2025-08-31"


async def test_a_company_that_was_never_touched_here_follows_its_file(office: Enrollment) -> None:
    given = rows.company("C1", accredited_until="2027-01-01", member_since="1999-05-01")
    assert (await office.give("companies", given)).json()["notes"] == []
    assert (await office.http.get("/enrollment/api/companies/C1")).json()["accredited_until"] == "2027-01-01"
    assert await memberships(office) == [("1999-05-01", None, None)]


async def test_the_page_shows_and_changes_the_membership_in_both_languages(office: Enrollment) -> None:
    page = "/enrollment/companies/C1/membership"
    assert "/enrollment/companies/C1/membership" in (await office.http.get("/enrollment/companies/C1")).text
    wrong = await office.http.post(f"{page}-ending?lang=nl", data={"ended_on": "1999-01-01", "reason": "stopped"})
    assert wrong.status_code == 422
    assert "Laatste dag: de deelname eindigt op 1 januari 1999" in wrong.text
    ended = await office.http.post(f"{page}-ending", data={"ended_on": "2025-08-31", "reason": "stopped"})
    assert ended.status_code == 303
    for language, words in (("nl", "het leerbedrijf stopt"), ("en", "no longer takes part")):
        assert words in (await office.http.get(f"{page}?lang={language}")).text
    begun = await office.http.post(page, data={"membership_id": "L9", "began_on": "2025-09-01"})
    assert begun.status_code == 303
    assert len(await memberships(office)) == 2
