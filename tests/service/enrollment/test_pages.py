"""The pages of the office: found, shown, and a visit recorded by form."""

from . import rows
from .conftest import Enrollment


async def test_every_page_shows_in_both_languages(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"))
    await office.day_comes("2025-11-24")
    for path in ("/", "/trainees", "/trainees/T1", "/companies", "/companies/C1", "/visits", "/visits/new"):
        for language in ("nl", "en"):
            answer = await office.http.get(f"/enrollment{path}", params={"lang": language})

            assert answer.status_code == 200, (path, answer.text)
            assert f'<html lang="{language}">' in answer.text


async def test_a_trainee_is_found_by_the_beginning_of_any_word(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1", name="Zoë van den Berg"), rows.trainee("T2", name="Ali Kaya"))

    for words, found in (("berg", "Zoë"), ("zo be", "Zoë"), ("T2", "Ali"), ("kay' & | !", "Ali")):
        page = (await office.http.get("/enrollment/trainees", params={"q": words})).text

        assert found in page
        assert ("Zoë" in page) != ("Ali" in page)
    nobody = (await office.http.get("/enrollment/trainees", params={"q": "erg", "lang": "en"})).text
    assert "No trainee found." in nobody


async def test_a_visit_is_recorded_by_form_once(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"))
    await office.day_comes("2025-11-24")
    given = {"visit_id": "V1", "place_kind": "company", "place_id": "C1", "held_on": "2025-11-24", "findings": "Goed"}

    first = await office.http.post("/enrollment/visits/new", data=given)
    again = await office.http.post("/enrollment/visits/new", data=given)

    assert (first.status_code, again.status_code) == (303, 303)
    assert len(await office.told("visit-completed")) == 1
    page = (await office.http.get(first.headers["location"] + "&lang=nl")).text
    assert "Het bezoek is vastgelegd" in page
    assert "Goed" in page


async def test_a_form_that_is_not_right_comes_back_with_what_was_typed(office: Enrollment) -> None:
    given = {"visit_id": "V1", "place_kind": "company", "place_id": "C9", "held_on": "morgen", "findings": "Goed"}

    wrong_day = await office.http.post("/enrollment/visits/new?lang=nl", data=given)
    wrong_place = await office.http.post("/enrollment/visits/new?lang=nl", data={**given, "held_on": "2025-11-24"})

    assert (wrong_day.status_code, wrong_place.status_code) == (422, 422)
    assert "Dag van het bezoek: is geen bestaande datum" in wrong_day.text
    assert "Goed" in wrong_day.text
    assert "leerbedrijf C9 is hier niet bekend" in wrong_place.text


async def test_who_is_not_there_is_not_found(office: Enrollment) -> None:
    for path in ("trainees/T9", "companies/C9", "trainees/%27%20or%201"):
        assert (await office.http.get(f"/enrollment/{path}")).status_code in (404, 422)
