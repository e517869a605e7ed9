"""Every mail in both languages, with ordinary, missing, long and hostile data."""

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.notifications.mails import KINDS, MailBroken, Party, one_line
from shared.web import i18n

from .builders import CAUSE, SAMPLES, SCHEME, facts, letter, mail, without

EVERY = sorted(KINDS)
LANGUAGES = ("nl", "en")
MAILS = Path(i18n.ROOT) / "services" / "notifications" / "mails"


def plain(html: str) -> str:
    """What a reader sees of the HTML."""
    seen = re.sub(r"<(style|title)[^>]*>.*?</\1>|<!--.*?-->|<[^>]+>", " ", html, flags=re.DOTALL)
    return " ".join(seen.split())


def test_every_template_file_is_a_kind_of_mail_with_a_sample() -> None:
    assert {path.stem for path in MAILS.glob("*.jinja")} == set(KINDS) == set(SAMPLES)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", EVERY)
def test_a_mail_names_the_sender_the_cause_and_what_to_do(template: str, language: str) -> None:
    written = letter(template, language)

    for part in (written.text, plain(written.html)):
        assert CAUSE in part
        assert "Stichting Metaal Opleidingen" in part
        assert "vragen@smo.example" in part
        assert ("Waarom krijg" if language == "nl" else "Why do I get this?") in part
        assert "1." in part or "<ol" in written.html
    assert 10 <= len(written.subject) <= 120
    assert "\n" not in written.subject


@pytest.mark.parametrize("template", EVERY)
def test_no_dutch_is_left_in_an_english_mail(template: str) -> None:
    english, dutch = letter(template, "en"), letter(template, "nl")

    same = {line.strip() for line in english.text.splitlines()} & {line.strip() for line in dutch.text.splitlines()}
    words = {"de", "het", "een", "je", "u", "van", "met", "op"}
    left = [line for line in same if words & set(re.sub(r"[A-Z]\w+( van den| ten| den)? \w+", "", line).split())]

    assert left == []
    assert english.subject != dutch.subject


@pytest.mark.parametrize("template", EVERY)
def test_both_parts_say_the_same_in_a_row(template: str) -> None:
    written = letter(template)
    seen = plain(written.html)

    for line in written.text.splitlines():
        for words in re.findall(r"[A-Za-zÀ-ÿ]{6,}", line):
            assert words in seen or words in written.html, line


@pytest.mark.parametrize("template", EVERY)
def test_each_placeholder_that_a_mail_cannot_do_without_is_refused_when_missing(template: str) -> None:
    recipient, data = SAMPLES[template]
    with pytest.raises(MailBroken):
        letter(template, known=without(facts(), recipient))
    for name in {"starts_on", "due_on", "score", "number", "days_late", "resits_left", "company", "place"} & set(data):
        if template in ("certificate_issued", "certificate_issued_company") and name == "company":
            continue
        missing: dict[str, Any] = {name: None}
        with pytest.raises(MailBroken):
            letter(template, **missing)


@pytest.mark.parametrize("template", ["mentor_welcome", "trainee_welcome", "guardian_welcome"])
def test_a_school_and_instructor_that_are_not_known_are_left_out(template: str) -> None:
    known = without(without(facts(), "school/S1"), "instructor/I1")

    assert "Vakschool" not in letter(template, known=known).text


def test_a_holders_mail_waits_for_the_check_code() -> None:
    with pytest.raises(MailBroken):
        letter("certificate_issued", known=replace(facts(), check_codes={}))


def test_the_holder_gets_the_code_and_a_link_that_uses_it_and_the_company_does_not() -> None:
    holder, company = letter("certificate_issued"), letter("certificate_issued_company")

    assert "https://keur.example/certification/register/SMO-2028-00042?code=K7QF-2M9D" in holder.text
    assert 'href="https://keur.example/certification/register/SMO-2028-00042?code=K7QF-2M9D"' in holder.html
    assert "K7QF" not in company.text + company.html


@pytest.mark.parametrize(
    ("language", "subject", "todo", "never"),
    [
        (
            "nl",
            "Haal certificaat SMO-2028-00042 opnieuw op",
            ("andere handen", "Het nummer, de controlecode en wat erop staat", "Haal het nieuwe bestand op",
             "Gooi het oude bestand", "wallet", "werkgever"),
            (" u ", " uw ", "beroep", "voorlopig"),
        ),
        (
            "en",
            "Fetch certificate SMO-2028-00042 again",
            ("other hands", "The number, the check code and what it says stayed the same", "Fetch the new file",
             "Throw the old file", "wallet", "employer"),
            ("appeal", "for now"),
        ),
    ],
)  # fmt: skip
def test_after_a_stolen_key_the_holder_hears_what_stays_and_what_to_do(
    language: str, subject: str, todo: tuple[str, ...], never: tuple[str, ...]
) -> None:
    written = letter("certificate_changed", language, change="key_compromised", reason="key_compromised",
                     appeal_until=None)  # fmt: skip

    assert written.subject == subject
    for part in (" ".join(written.text.split()), plain(written.html)):
        assert [words for words in todo if words not in part] == []
        assert [words for words in never if words in part] == []
    assert "https://keur.example/certification/register/SMO-2028-00042" in written.text


def test_who_passed_hears_which_exams_remain_and_at_the_end_that_nothing_does() -> None:
    first = letter("exam_passed")
    known = replace(facts(), passed={"trainee/T1": frozenset({"drawing", "practice"})})
    last = letter("exam_passed", known=known)

    assert "Proeve van bekwaamheid" in first.text
    assert "alle examens gehaald" in " ".join(last.text.split())


@pytest.mark.parametrize(("left", "says"), [(2, "nog 2 keer"), (1, "nog 1 keer"), (0, "geen herkansing")])
def test_who_failed_hears_what_is_left(left: int, says: str) -> None:
    assert says in " ".join(letter("exam_failed", resits_left=left).text.split())


def test_a_knock_out_is_explained() -> None:
    assert "telt het cijfer hier niet" in " ".join(letter("exam_failed", knocked_out=True).text.split())


def test_the_host_of_a_visit_does_not_hear_of_complaints() -> None:
    assert "klacht" not in (letter("visit_due_host").text + letter("visit_due_host").html).lower()


def test_numbers_and_dates_are_written_as_the_reader_writes_them() -> None:
    assert "7,25" in letter("exam_passed", "nl").text
    assert "7 april 2027" in letter("exam_passed", "nl").text
    assert "7.25" in letter("exam_passed", "en").text
    assert "7 April 2027" in letter("exam_passed", "en").text


HOSTILE = "{{ 7*7 }}{% raw %}<script>alert(1)</script></mj-text><mj-raw>&amp;\"'"


@pytest.mark.parametrize("template", EVERY)
def test_what_people_typed_is_text_and_never_markup_or_template(template: str) -> None:
    written = letter(template, known=facts(trainee=HOSTILE, mentor=HOSTILE, company=HOSTILE))

    assert "<script" not in written.html
    assert "<mj-" not in written.html
    assert "49" not in written.text.replace("SMO-2028-00042", "")


LONG_NAMES = ["Æ" * 400, "Jan-Willem van der Berg-" * 12, "王小明", "O'Brien", "a" * 300, "Ŝofïe 😀 de Ğraaf"]


@pytest.mark.parametrize("name", LONG_NAMES)
@pytest.mark.parametrize("template", ["mentor_welcome", "certificate_issued_company", "visit_due"])
def test_long_and_foreign_names_stand_whole_in_both_parts(template: str, name: str) -> None:
    written = letter(template, known=facts(trainee=name))

    assert name.split()[0] in written.text
    assert name.replace("'", "&#39;") in written.html or name in written.html


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80), st.sampled_from(EVERY), st.sampled_from(LANGUAGES))
def test_any_name_at_all_gives_a_letter_or_a_refusal(name: str, template: str, language: str) -> None:
    cleaned = one_line(name) or "N."

    written = letter(template, language, facts(language, trainee=cleaned, mentor=cleaned, company=cleaned))

    assert "<" not in cleaned or cleaned not in written.html
    assert len(written.subject.splitlines()) == 1


def test_a_template_that_is_gone_is_refused() -> None:
    from services.notifications.mails import write
    from tests.unit.notifications.builders import REGISTER, SENDER

    with pytest.raises(MailBroken):
        write(replace(mail("visit_due"), template="../settings"), facts(), SENDER, REGISTER, scheme="smo")


def test_the_language_of_one_letter_does_not_leak_into_the_next() -> None:
    letter("visit_due", "en")

    assert i18n.language() == "nl"
    assert letter("visit_due", "nl").language == "nl"


def test_a_party_without_an_organisation_is_called_by_its_name() -> None:
    assert Party.of("company/C9", "Jo\n", None, None, None, "nl").organisation == "Jo"


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("template", SAMPLES)
def test_a_sentence_that_ends_with_a_name_ends_with_one_stop(template: str, language: str) -> None:
    written = letter(template, language)

    assert not re.search(r"B\.V\.\.(?!\.)", written.text + written.html)


def test_a_programme_goes_by_the_schemes_name_in_the_readers_language() -> None:
    titles = {"lasser-3": {"nl": "Lasser", "en": "Welder"}}
    known = replace(facts("en"), schemes={"smo": replace(SCHEME, programmes=titles)})

    assert "Programme: Welder, level 3" in letter("certificate_issued_company", "en", known).text
    assert "Programme: lasser, level 3" in letter("certificate_issued_company", "en").text
