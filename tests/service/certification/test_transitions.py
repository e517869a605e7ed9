"""From one version to the next: who stays, moves or chooses; and what a version would change before it is published."""

from datetime import date
from typing import Any

import pytest

from services.certification.commands import transitions
from services.certification.domain.rules import Refused
from services.certification.domain.scheme_file import SchemeNotValid
from services.certification.domain.transitions import (
    ChoiceTooLate,
    DecidedUnderAnotherVersion,
    NoChoiceHere,
    NotALaterVersion,
    ProgrammeNotInVersion,
)
from shared import clock
from shared.events.certification import SchemeVersionRetired
from tests.unit.certification.builders import entry, scheme, scheme_text

from .conftest import OFFICE, Certification, Web, enrolled, named, passes

TODAY = date(2026, 7, 3)
WITHOUT_FORGING = {"forging": "  bending: {title: {nl: Buigen, en: Bending}, scale: [1.0, 10.0], pass_mark: 6.0}"}


def later(transition: str = "", version: str = "2026.5", **lines: str) -> Any:
    given = f'version: "{version}"' + (f"\ntransition: {transition}" if transition else "")
    return scheme(version=given, valid_from="valid_from: 2026-06-01", **lines)


async def follow(certification: Certification, today: date = TODAY) -> int:
    async with certification.db.transaction() as tx:
        return await transitions.follow(tx, now=clock.now(), today=today)


async def choose(certification: Certification, version: str, today: date = TODAY, trainee_id: str = "T1") -> bool:
    async with certification.db.transaction() as tx:
        return await transitions.choose_version(tx, trainee_id, version, now=clock.now(), today=today, by=OFFICE)


async def under(certification: Certification) -> list[tuple[str, str, str]]:
    rows = await certification.rows("select trainee_id, scheme_version, state from candidate order by trainee_id")
    return [(row["trainee_id"], row["scheme_version"], row["state"]) for row in rows]


async def test_who_started_before_moves_on_the_day_and_is_assessed_anew(certification: Certification) -> None:
    await certification.certify("T0")
    await certification.hear(enrolled(), named())
    await certification.enter(entry("theory"))
    await certification.hears_itself()
    await certification.publish(later("{who_started_before: moves, on: 2026-08-01}", **WITHOUT_FORGING))

    assert await follow(certification, date(2026, 7, 31)) == 0
    assert await follow(certification, date(2026, 8, 1)) == 1

    assert await under(certification) == [("T0", "2026.1", "granted"), ("T1", "2026.5", "assessing")]
    assert await certification.value("select missing from candidate where trainee_id = 'T1'") == ["bending"]
    (retired,) = await certification.told("scheme-version-retired")
    assert isinstance(retired, SchemeVersionRetired)
    assert (retired.version, retired.because) == ("2026.1", "moved")
    assert await follow(certification, date(2026, 8, 2)) == 0
    assert len(await certification.told("scheme-version-retired")) == 1


async def test_moving_to_a_version_whose_requirements_are_all_met_certifies(certification: Certification) -> None:
    await certification.hear(enrolled(), named())
    await certification.enter(entry("theory", score=7))
    await certification.hears_itself()
    easier = later(
        "{who_started_before: moves, on: 2026-07-03}",
        forging="  theory_only: {title: {nl: X, en: X}, scale: [0, 10], pass_mark: 5}",
    )
    only_theory = type(easier).from_content({**easier.content, "exams": {"theory": easier.content["exams"]["theory"]}})
    await certification.publish(only_theory)

    await follow(certification)

    assert await certification.value("select scheme_version from certificate") == "2026.5"


async def test_who_stays_finishes_under_the_old_version_and_then_it_is_retired(certification: Certification) -> None:
    await certification.hear(enrolled(), named())
    await certification.publish(later("{who_started_before: stays}"))

    assert await follow(certification) == 0
    assert await certification.told("scheme-version-retired") == []
    await certification.enter(*passes())
    await certification.hears_itself()
    await follow(certification)

    (retired,) = await certification.told("scheme-version-retired")
    assert isinstance(retired, SchemeVersionRetired)
    assert retired.because == "finished"


async def test_a_choice_is_made_once_and_in_time(certification: Certification) -> None:
    await certification.hear(enrolled(), named())
    await certification.publish(later("{who_started_before: chooses, on: 2026-07-10}"))

    assert await choose(certification, "2026.5")
    assert not await choose(certification, "2026.5")

    assert await under(certification) == [("T1", "2026.5", "assessing")]


async def test_every_refusal_of_a_choice_says_why_in_both_languages(certification: Certification) -> None:
    await certification.certify("T0")
    await certification.hear(enrolled(), named())
    await certification.publish(later("{who_started_before: chooses, on: 2026-07-10}"))
    await certification.publish(later("{who_started_before: stays}", version="2026.6"))
    other = "{who_started_before: chooses, on: 2026-07-10}"
    smiths = "  smith-3: {level: 2, eqf: 2, months: 24, targets: [T1]}"
    await certification.publish(later(other, version="2026.7", **{"smith-2": smiths}))
    expected: list[tuple[type[Refused], str, date, str, str, str]] = [
        (
            ChoiceTooLate,
            "2026.5",
            date(2026, 7, 11),
            "T1",
            "kiezen kon tot en met 10 juli 2026",
            "one could choose up to and including 10 July 2026",
        ),
        (NoChoiceHere, "2026.6", TODAY, "T1", "versie 2026.6 laat geen keuze", "version 2026.6 leaves no choice"),
        (NotALaterVersion, "2025.1", TODAY, "T1", "2025.1 is niet gepubliceerd", "2025.1 was not published"),
        (
            ProgrammeNotInVersion,
            "2026.7",
            TODAY,
            "T1",
            "versie 2026.7 heeft de opleiding smith-2 niet",
            "version 2026.7 does not have the programme smith-2",
        ),
        (
            DecidedUnderAnotherVersion,
            "2026.5",
            TODAY,
            "T0",
            "over deze kandidaat is al besloten",
            "a decision on this candidate was taken",
        ),
    ]

    for rule, version, day, trainee_id, nl, en in expected:
        with pytest.raises(rule) as caught:
            await choose(certification, version, day, trainee_id)
        assert nl in caught.value.said("nl")[0]
        assert en in caught.value.said("en")[0]


@pytest.mark.parametrize(
    ("transition", "nl", "en"),
    [
        ("{who_started_before: moves}", "ontbreekt", "is missing"),
        ("{who_started_before: stays, on: 2026-08-01}", "hoort hier niet", "does not belong here"),
        ("{who_started_before: moves, on: 2026-05-01}", "vóór de ingangsdatum", "before the day it takes effect"),
        ("{who_started_before: vanish}", "geen van de toegestane waarden", "none of the allowed values"),
    ],
)
def test_a_transition_that_cannot_be_followed_is_refused_with_its_line(transition: str, nl: str, en: str) -> None:
    with pytest.raises(SchemeNotValid) as caught:
        later(transition)

    (fault,) = caught.value.faults
    assert fault.path.startswith("transition")
    assert nl in fault.in_language("nl")["message"]
    assert en in fault.in_language("en")["message"]


async def test_what_if_says_who_gains_and_who_loses_and_why_and_writes_nothing(
    certification: Certification, web: Web
) -> None:
    await certification.certify("T0")
    await certification.hear(enrolled("T1"), enrolled("T2"), named("T1"))
    await certification.enter(entry("theory", score=5), entry("forging", score=8))
    await certification.enter(*passes("T2"))
    await certification.hears_itself()
    before = await certification.rows("select count(*) from outbox"), await under(certification)
    text = scheme_text(
        version='version: "2026.5"\ntransition: {who_started_before: moves, on: 2026-08-01}',
        theory="  theory: {title: {nl: Theorie, en: Theory}, scale: [1.0, 10.0], pass_mark: 5.0, resits: 2}",
        forging="  forging: {title: {nl: Smeden, en: Forging}, scale: [1.0, 10.0], pass_mark: 8.0}",
    )

    answer = await web.office.post(
        "/certification/api/schemes/what-if", content=text, headers={"Accept-Language": "nl"}
    )

    told = answer.json()
    assert {name: told[name] for name in ("looked_at", "gains", "loses", "decided_loses")} == {
        "looked_at": 3,
        "gains": 1,
        "loses": 0,
        "decided_loses": 0,
    }
    (gains,) = told["effects"]
    assert (gains["trainee_id"], gains["effect"], gains["goes_over"]) == ("T1", "gains", "moves")
    assert gains["because"][0]["before"].startswith("hoogste score 5; voldoende vanaf 5,5")
    assert gains["because"][0]["after"] == "gehaald met 5; voldoende vanaf 5"
    assert (await certification.rows("select count(*) from outbox"), await under(certification)) == before
    page = await web.office.get("/certification/what-if", headers={"Accept": "text/html"})
    assert page.status_code == 200


async def test_what_if_over_a_stricter_version_names_who_loses(certification: Certification, web: Web) -> None:
    await certification.certify("T0")
    await certification.publish(scheme(version='version: "2026.2"', decision_mode="decision_mode: reviewed"))
    await certification.hear(enrolled("T1", scheme_version="2026.2"), named())
    await certification.enter(*passes("T1"))
    await certification.hears_itself()
    stricter = scheme_text(
        version='version: "2026.5"',
        forging="  forging: {title: {nl: Smeden, en: Forging}, scale: [1.0, 10.0], pass_mark: 9.0}",
    )

    told = (await web.office.post("/certification/api/schemes/what-if", content=stricter)).json()

    assert (told["loses"], told["decided_loses"], told["gains"]) == (1, 1, 0)
    page = await web.office.post(
        "/certification/what-if", files={"file": ("v.yaml", stricter.encode())}, headers={"Accept": "text/html"}
    )
    assert page.status_code == 200
