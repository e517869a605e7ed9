"""Companies are accredited for the years of the scheme, assessed again, reminded once, and lose it with a reason."""

from typing import Any

from shared.events.enrollment import CompanyAccreditationGranted, CompanyAccreditationWithdrawn

from . import rows
from .conftest import Enrollment

YEARS: dict[str, Any] = {"norms": {"accreditation_years": 4, "accreditation_reminder_days": 90}}


async def test_a_company_is_accredited_for_the_years_of_the_scheme_and_again_after_another_look(
    office: Enrollment,
) -> None:
    await office.publish(**YEARS)
    await office.give("companies", rows.company("C9", accredited_until=None))
    given = {"accreditation_id": "A1", "company_id": "C9", "findings": "Goede werkplaats"}

    first, again = await office.post("accreditations", given), await office.post("accreditations", given)
    second = await office.post("accreditations", {"company_id": "C9", "until": "2026-12-31"})

    assert (first.status_code, again.status_code, second.status_code) == (201, 200, 201), first.text
    assert (first.json()["until"], first.json()["reassessed"]) == ("2029-08-31", False)
    told = await office.told("company-accreditation-granted")
    assert [
        (one.until.isoformat(), one.reassessed) for one in told if isinstance(one, CompanyAccreditationGranted)
    ] == [
        ("2029-08-31", False),
        ("2026-12-31", True),
    ]
    assert "werkplaats" not in told[0].model_dump_json()
    company = (await office.http.get("/enrollment/api/companies/C9")).json()
    assert company["accredited_until"] == "2026-12-31"


async def test_nobody_new_is_placed_without_accreditation_and_history_is_taken_as_it_is(office: Enrollment) -> None:
    await office.publish(**YEARS)
    await office.give("companies", rows.company("C1", accredited_until="2025-09-15"))
    later = rows.trainee("T1", starts_on="2025-10-06")

    dutch = await office.post("trainees", later, **{"Accept-Language": "nl"})
    english = await office.post("trainees", later, **{"Accept-Language": "en"})
    in_time = await office.post("trainees", rows.trainee("T2"))
    await office.day_comes("2025-11-24")
    history = await office.give("trainees", rows.trainee("T3", starts_on="2025-10-06", mentor_id="M2"))
    again = await office.give("trainees", rows.trainee("T2", email="nieuw@leerling.example"))

    assert (dutch.status_code, english.status_code) == (422, 422)
    assert english.json()["type"] == "urn:keur:problem:company-not-accredited"
    assert (
        dutch.json()["detail"]
        == "leerbedrijf C1 is op 6 oktober 2025 niet erkend (erkend tot en met 15 september 2025)"
    )
    assert (
        english.json()["detail"]
        == "company C1 is not accredited on 6 October 2025 (accredited until 15 September 2025)"
    )
    assert [one.status_code for one in (in_time, history, again)] == [201, 200, 200], history.text


async def test_where_the_scheme_does_not_accredit_nothing_is_refused(office: Enrollment) -> None:
    await office.give("companies", rows.company("C1", accredited_until=None))

    assert (await office.post("trainees", rows.trainee("T1"))).status_code == 201
    refused = await office.post("accreditations", {"company_id": "C1"}, **{"Accept-Language": "nl"})
    assert refused.json()["type"] == "urn:keur:problem:accreditation-without-end"
    assert refused.json()["detail"] == "het schema zegt niet hoelang een erkenning geldt"


async def test_the_end_is_told_once_for_each_last_day(office: Enrollment) -> None:
    await office.publish(**YEARS)
    await office.give("companies", rows.company("C1", accredited_until="2025-12-31"))
    for day in ("2025-10-01", "2025-10-02", "2025-10-03", "2025-12-30"):
        await office.day_comes(day)
    await office.post("accreditations", {"company_id": "C1", "until": "2026-01-31"})
    await office.day_comes("2025-12-31")

    told = await office.told("company-accreditation-expiring")

    assert [(one.until.isoformat(), one.days_left) for one in told] == [  # type: ignore[attr-defined]
        ("2025-12-31", 90),
        ("2026-01-31", 31),
    ]


async def test_a_withdrawal_has_a_reason_and_who_learns_there_stays(office: Enrollment) -> None:
    await office.publish(**YEARS)
    await office.give("trainees", rows.trainee("T1"))
    given = {"company_id": "C1", "reason": "no-time"}

    first, again = (
        await office.post("accreditation-withdrawals", given),
        await office.post("accreditations", {"company_id": "C1", "accreditation_id": "A2", "granted_on": "2025-09-02"}),
    )
    twice = await office.post("accreditation-withdrawals", given, **{"Accept-Language": "en"})

    assert first.status_code == 201
    assert again.json()["type"] == "urn:keur:problem:day-still-to-come"
    assert twice.json()["type"] == "urn:keur:problem:not-accredited-now"
    assert twice.json()["detail"] == "company C1 has no accreditation now"
    (told,) = await office.told("company-accreditation-withdrawn")
    assert isinstance(told, CompanyAccreditationWithdrawn)
    assert told.reason == "no-time"
    assert (await office.http.get("/enrollment/api/trainees/T1")).json()["state"] == "active"
    assert (await office.post("trainees", rows.trainee("T2"))).status_code == 422


async def test_the_pages_grant_and_withdraw_and_list_what_ends(office: Enrollment) -> None:
    await office.publish(**YEARS)
    await office.give("companies", rows.company("C1", accredited_until="2025-12-31"))
    at = "/enrollment/companies/C1/accreditation"

    listed = (await office.http.get("/enrollment/accreditations?lang=nl")).text
    wrong = await office.http.post(f"{at}?lang=nl", data={"accreditation_id": "A1", "granted_on": "morgen"})
    good = await office.http.post(at, data={"accreditation_id": "A1", "granted_on": "2025-09-01", "findings": "Goed"})
    no_reason = await office.http.post(f"{at}-withdrawal?lang=en", data={"withdrawn_on": "2025-09-01"})
    out = await office.http.post(f"{at}-withdrawal", data={"withdrawn_on": "2025-09-01", "reason": "unsafe"})
    page = (await office.http.get(f"{at}?lang=nl")).text

    assert "Staal C1 B.V." in listed
    assert "Staal C2 B.V." not in listed
    assert (wrong.status_code, no_reason.status_code) == (422, 422)
    assert "Beoordeeld op:" in wrong.text
    assert "Reason of the withdrawal:" in no_reason.text
    assert (good.status_code, out.status_code) == (303, 303)
    assert "onveilig werk of omgang" in page
    assert "niet erkend" in page
