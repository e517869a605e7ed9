"""The office's desk in both languages: what was issued, who is not there yet and why, and what waits for somebody."""

import pytest

from tests.unit.certification.builders import entry, scheme

from .conftest import Certification, Web, enrolled, named, passes

HTML = {"accept": "text/html", "accept-language": "nl"}


async def page(web: Web, path: str, **query: str) -> str:
    answer = await web.office.get(f"/certification/{path}", params=query, headers=HTML)
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_certificates_are_found_by_number_key_and_part_of_a_name(certification: Certification, web: Web) -> None:
    await certification.certify("T1", name="Åsa O'Brien")
    await certification.certify("T2", name="Bram de Groot")

    for words in ("sm-2026-00002", "T2", "groot"):
        found = await page(web, "certificates", q=words)
        assert "Bram de Groot" in found
        assert "Brien" not in found


async def test_why_not_yet_names_the_open_exams_by_their_titles(certification: Certification, web: Web) -> None:
    await certification.hear(enrolled(), named())
    await certification.enter(entry("theory", score=7), entry("forging", score=3))
    await certification.hears_itself()

    listed = await page(web, "candidates")
    english = await page(web, "candidates", lang="en")

    assert "Smeden" in listed
    assert "Forging" in english


async def test_a_candidate_shows_each_requirement_with_its_evidence_and_corrections(
    certification: Certification, web: Web
) -> None:
    await certification.certify("T1")
    await certification.enter(entry("theory", score=4))
    await certification.hears_itself()

    shown = await page(web, "candidates/T1")

    assert "T1-forging-1/1" in shown
    assert "verbetert T1-theory-1/1" in shown
    assert "Hier moet iemand naar kijken" in shown
    assert "certificaat SM-2026-00001 uitgegeven" in shown
    assert "uitslag T1-theory-1/2 ingevoerd: Theorie, poging 1, telt, verbetert versie 1" in shown


async def test_a_reviewed_candidate_waits_for_a_decider(certification: Certification, web: Web) -> None:
    await certification.publish(scheme(version='version: "2026.2"', decision_mode="decision_mode: reviewed"))
    await certification.hear(enrolled(scheme_version="2026.2"), named())
    await certification.enter(*passes())
    await certification.hears_itself()

    assert "een beslisser" in await page(web, "candidates", view="eligible")


async def test_results_that_wait_or_were_refused_are_listed_with_why(certification: Certification, web: Web) -> None:
    await certification.enter(entry("theory", score=99, trainee_id="T2"), entry("theory", trainee_id="T8"))
    await certification.hear(enrolled("T2"))

    shown = await page(web, "candidates", view="awaited")

    assert "de score ligt buiten de schaal" in shown
    assert "de leerling is hier nog niet bekend" in shown


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize(
    "path", ["certificates", "candidates", "candidates?view=doubt", "candidates/T1", "schemes", "schemes/smith/2026.1"]
)
async def test_each_page_opens_in_both_languages(
    certification: Certification, web: Web, path: str, language: str
) -> None:
    await certification.certify("T1")

    answer = await web.office.get(f"/certification/{path}", headers={**HTML, "accept-language": language})

    assert answer.status_code == 200
    assert f'<html lang="{language}">' in answer.text


async def test_an_unknown_candidate_is_not_found(web: Web) -> None:
    assert (await web.office.get("/certification/candidates/T404", headers=HTML)).status_code == 404
