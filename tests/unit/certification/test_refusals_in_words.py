"""What refuses a result, an old certificate, a scheme or a look-up, met and read in Dutch and in English."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from services.certification.api.entries import UnknownKind, _found
from services.certification.commands.schemes import check_scheme
from services.certification.domain.history import Imported, may_be_imported, taken
from services.certification.domain.results import Results, unknown_exam
from services.certification.domain.rules import Refused
from services.certification.domain.scheme_file import read_scheme
from services.certification.pages.credential import NoSuchStatusList
from services.certification.pages.paper import NoSuchCertificate
from services.certification.pages.register import day_asked
from tests.unit.certification.builders import entry, scheme

SMITH = scheme()
TODAY = date(2026, 7, 3)
WELDERS = "scheme: welder"
OTHER = "  w: {level: 2, eqf: 2, months: 24, targets: [T1]}"


def sat(*entries: Any) -> None:
    results = Results(SMITH.scheme)
    for one in entries:
        results.take(one)


def old(**more: Any) -> Imported:
    given: dict[str, Any] = {
        "number": "A1", "holder": "A", "birth_date": None, "programme": "p", "scheme": "s",
        "issued_on": date(1998, 1, 1), "valid_until": None, "status": "valid",
    }  # fmt: skip
    return Imported(**{**given, **more})


def imported(**more: Any) -> None:
    may_be_imported(old(**more), [SMITH.scheme], today=TODAY)


def number_taken() -> None:
    raise taken(old())


def exam_unknown() -> None:
    raise unknown_exam("x", ["theory"])


MET: list[tuple[Callable[[], object], str, str]] = [
    (lambda: sat(entry(attempt=2)), "poging 1 ontbreekt nog", "attempt 1 is still missing"),
    (lambda: sat(entry(score=3), entry(score=9, result_id="R2")), "poging 1 staat al onder T1-theory-1",
     "attempt 1 stands under T1-theory-1 already"),
    (lambda: sat(entry(score=3), entry(attempt=2, taken_on=date(2026, 1, 1))),
     "een poging kan niet vóór de vorige of na de volgende liggen",
     "an attempt cannot lie before the one before it or after the one after it"),
    (lambda: sat(entry(score=8), entry(attempt=2)), "het examen is al gehaald in poging 1",
     "the exam was passed already in attempt 1"),
    (lambda: sat(entry("forging", score=3), entry("forging", 2, 4), entry("forging", 3, 9)),
     "het schema staat zoveel pogingen niet toe", "the scheme does not allow that many attempts"),
    (lambda: sat(entry(score=11)), "de score ligt buiten de schaal van dit examen",
     "the score lies outside the scale of this exam"),
    (lambda: sat(entry(score=3), entry("forging", result_id="T1-theory-1")),
     "T1-theory-1 staat voor T1, theory, poging 1", "T1-theory-1 stands for T1, theory, attempt 1"),
    (exam_unknown, "dit examen staat in geen enkel schema dat hier geldt", "no scheme that holds here has this exam"),
    (lambda: imported(issued_on=date(2027, 1, 1)), "de dag van afgifte ligt in de toekomst",
     "the day of issue lies in the future"),
    (lambda: imported(valid_until=date(1997, 1, 1)), "de laatste dag ligt vóór de dag van afgifte",
     "the last day lies before the day of issue"),
    (lambda: imported(number="SM-2027-00001"), "schema smith geeft dit nummer zelf nog uit",
     "scheme smith will give out this number itself"),
    (number_taken, "onder dit nummer staat al een ander certificaat", "another certificate stands under this number"),
    (lambda: check_scheme(scheme(scheme=WELDERS), [SMITH]), "opleiding smith-2 hoort bij schema smith",
     "programme smith-2 belongs to scheme smith"),
    (lambda: check_scheme(scheme(**{"scheme": WELDERS, "smith-2": OTHER}), [SMITH]), "schema smith nummert al zo",
     "scheme smith numbers this way already"),
    (lambda: check_scheme(scheme(decision_mode="decision_mode: reviewed"), [SMITH]),
     "versie 2026.1 is al gepubliceerd met een andere inhoud", "version 2026.1 was published with other content"),
    (lambda: read_scheme("- 1"), "regel 1: het bestand bevat geen schema", "line 1: the file holds no scheme"),
    (lambda: day_asked("soon"), "Dit is geen bestaande dag.", "This is no existing day."),
    (lambda: _found(None, "X"), "Onder dit kenmerk is niets bekend.", "Nothing is known under this key."),
]  # fmt: skip


@pytest.mark.parametrize(("meet", "nl", "en"), MET, ids=[en for _, _, en in MET])
def test_it_is_refused_in_both_languages(meet: Callable[[], object], nl: str, en: str) -> None:
    with pytest.raises(Refused) as caught:
        meet()

    assert (caught.value.said("nl")[0], caught.value.said("en")[0]) == (nl, en)


def test_what_is_not_there_is_said_with_404() -> None:
    for refusal, nl, en in (
        (NoSuchStatusList(9), "Er is geen statuslijst 9.", "There is no status list 9."),
        (UnknownKind("x"), "Dit soort bestand wordt hier niet opgenomen.", "This kind of file is not taken here."),
        (NoSuchCertificate("X"), "Geen certificaat heeft nummer X.", "No certificate has number X."),
    ):
        assert (refusal.status, refusal.said("nl")[0], refusal.said("en")[0]) == (404, nl, en)
