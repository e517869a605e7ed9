"""Paper is set from data: any name, the same bytes each time, keys for the owner only."""

import io
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypdf
import pytest

from services.certification.domain.scheme_file import SchemeNotValid
from services.certification.paper.content import content_of, register_url
from services.certification.paper.keys import make_paper_keys
from services.certification.paper.typeset import PaperCannotBeSet, set_paper

from .builders import scheme_text

AT = datetime(2026, 7, 3, 9, 0, tzinfo=UTC)
LOOK = """\
look:
  colour: "#225522"
  logo: '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><circle cx="5" cy="5" r="4"/></svg>'
  signatures:
    - {name: Anneke de Smid, role: {nl: voorzitter, en: chair}}
"""


def document(**more: Any) -> dict[str, Any]:
    return {
        "number": "SM-2026-00001",
        "holder": "Åsa O'Brien",
        "scheme": "smith",
        "scheme_version": "2026.1",
        "title": {"nl": "Meestersmid", "en": "Master smith"},
        "owner": "Stichting Smeden",
        "programme": "smith-2",
        "level": 2,
        "eqf": 2,
        "results": [{"exam": "theory", "taken_on": "2026-05-07", "score": "7.5"}],
        "issued_on": "2026-07-03",
        "valid_until": None,
        **more,
    }


def paper(language: str = "nl", text: str = "", **more: Any) -> bytes:
    from services.certification.domain.scheme_file import read_scheme

    content = content_of(
        document(**more),
        read_scheme(scheme_text() + text).content,
        check_code="ABCDE23456",
        base_url="https://register.example",
        language=language,  # type: ignore[arg-type]
    )
    return set_paper(content, '{"a": "credential"}', at=AT)


def words(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages).split())


def test_the_same_certificate_gives_the_same_bytes_and_another_gives_others() -> None:
    assert paper() == paper()
    assert paper() != paper(holder="Another")


@pytest.mark.parametrize(
    "name",
    [
        "Nguyễn Thị Ánh Tuyết",
        "Łukasz Żółć-Ørsted ğşİ Čapek Ţepeş",
        "D'Artagnan \"de Lange\" van 't Hof",
        "#let x = 1 $x^2$ \\ *b* _c_ @d <e> // f /* g */ [h] {i} `j` ~ -- ...",
        "Maria " + "van der " * 14,
    ],
)
def test_a_name_stands_on_the_paper_as_it_is_written(name: str) -> None:
    assert " ".join(name.split()) in words(paper(holder=name))


def test_an_arabic_name_is_set_from_the_shipped_font() -> None:
    pdf = paper(holder="محمد بن عبد الله")

    assert b"NotoNaskhArabic" in pdf


def test_a_name_of_120_letters_without_a_space_stays_on_the_sheet() -> None:
    pages = pypdf.PdfReader(io.BytesIO(paper(holder="W" * 120))).pages

    assert len(pages) == 2
    assert "".join(pages[0].extract_text().split()).count("W") >= 120


def test_a_sign_that_no_font_has_is_an_error_and_not_an_empty_box() -> None:
    with pytest.raises(PaperCannotBeSet, match="李"):
        paper(holder="李小龙")


def test_the_paper_speaks_the_language_asked_for_and_says_when_it_ends() -> None:
    dutch, english = words(paper("nl", valid_until="2029-07-03")), words(paper("en"))

    assert "3 juli 2029" in dutch
    assert "7,5" in dutch
    assert "3 July 2026" in english
    assert "does not expire" in english
    assert "7.5" in english


def test_the_look_of_the_scheme_stands_on_the_paper() -> None:
    said = words(paper("en", LOOK))

    assert "Anneke de Smid" in said
    assert "chair" in said
    assert paper(text=LOOK) != paper(text=LOOK.replace("#225522", "#552222"))
    assert paper(text=LOOK) != paper(text=LOOK.replace('r="4"', 'r="3"'))


@pytest.mark.parametrize(
    "logo",
    [
        "<svg/>",
        "no drawing",
        '<svg viewBox="0 0 1 1"><script>1</script></svg>',
        '<svg viewBox="0 0 1 1"><image href="http://example.org/a.png"/></svg>',
        '<svg viewBox="0 0 1 1"><rect onclick="x()"/></svg>',
        '<svg viewBox="0 0 1 1"><rect fill="url(http://example.org/a)"/></svg>',
        '<!DOCTYPE svg [<!ENTITY a "aaaa">]><svg viewBox="0 0 1 1"/>',
        '<svg viewBox="0 0 1 1"><text>a</text></svg>',
    ],
)
def test_a_logo_that_is_no_plain_drawing_is_refused_with_its_line(logo: str) -> None:
    with pytest.raises(SchemeNotValid) as refused:
        scheme_read(f"look:\n  logo: '{logo}'\n")

    (fault,) = refused.value.faults
    assert fault.path == "look.logo"
    assert fault.in_language("nl")["message"] == "is geen eenvoudige tekening in SVG"
    assert fault.in_language("en")["message"] == "is no plain drawing in SVG"


def test_a_colour_that_is_none_is_refused_in_both_languages() -> None:
    with pytest.raises(SchemeNotValid) as refused:
        scheme_read("look: {colour: blue}\n")

    (fault,) = refused.value.faults
    assert (fault.path, fault.value) == ("look.colour", "blue")
    assert fault.in_language("nl")["allowed"] == 'een kleur zoals "#17324d"'
    assert fault.in_language("en")["allowed"] == 'a colour such as "#17324d"'


def scheme_read(more: str) -> None:
    from services.certification.domain.scheme_file import read_scheme

    read_scheme(scheme_text() + more)


def test_the_code_on_the_paper_leads_to_the_register() -> None:
    assert (
        register_url("https://register.example", "SM-2026-00001", "ABCDE23456")
        == "https://register.example/certification/register/SM-2026-00001?code=ABCDE23456"
    )


def test_the_signers_keys_are_made_once_and_for_the_owner_only(tmp_path: Path) -> None:
    make_paper_keys(tmp_path)
    before = {file.name: file.read_bytes() for file in (tmp_path / "keys").iterdir()}
    make_paper_keys(tmp_path)

    assert before == {file.name: file.read_bytes() for file in (tmp_path / "keys").iterdir()}
    assert sorted(before) == ["paper-ca.key", "paper-ca.pem", "paper-signer.key", "paper-signer.pem"]
    assert {file.stat().st_mode & 0o777 for file in (tmp_path / "keys").iterdir()} == {0o600}
