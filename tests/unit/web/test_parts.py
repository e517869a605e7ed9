"""The parts that pages are made of: macros and filters."""

import re
from datetime import UTC, date, datetime

import pytest
from fastapi import FastAPI
from jinja2 import UndefinedError

from shared.web import filters, i18n


def drawn(app: FastAPI, source: str, **context: object) -> str:
    imports = (
        '{% from "macros.html" import page_title, tag, table, summary, figures, timeline, banner, error_summary,'
        " field, select, textarea, pagination, empty_state with context %}"
    )
    drawn: str = app.state.pages.from_string(imports + source).render(context)
    return drawn


def test_user_text_is_never_markup(app: FastAPI) -> None:
    bad = "<script>alert(1)</script>"

    page = drawn(
        app,
        "{{ page_title(t, over=t, under=t) }}{{ tag(t) }}{{ summary([(t, t)]) }}{{ field('n', t, value=t, hint=t) }}"
        "{% call(r) table(t, [t], [t]) %}<td>{{ r }}</td>{% endcall %}"
        "{{ error_summary({'n': t}) }}{{ empty_state(t) }}",
        t=bad,
    )

    assert bad not in page
    assert page.count("&lt;script&gt;") >= 10


def test_an_error_leads_to_its_field_and_the_field_says_it(app: FastAPI) -> None:
    errors = {"name": "Vul een naam in."}

    page = drawn(app, "{{ error_summary(errors) }}{{ field('name', 'Naam', errors=errors, hint='h') }}", errors=errors)

    assert '<a href="#name">Vul een naam in.</a>' in page
    assert 'aria-invalid="true" aria-describedby="name-error name-hint"' in page
    assert '<label for="name">Naam</label>' in page


def test_a_table_without_rows_says_so(app: FastAPI) -> None:
    page = drawn(app, "{% call(r) table('Leerlingen', ['Naam'], []) %}<td></td>{% endcall %}")

    assert "Hier staat nog niets." in page
    assert "<table" not in page


def test_a_name_that_a_template_misspells_is_an_error(app: FastAPI) -> None:
    with pytest.raises(UndefinedError):
        drawn(app, "{{ traine.name }}")


def plain(written: str) -> str:
    return re.sub("<[^>]+>", "", written)


@pytest.mark.parametrize(
    ("language", "day", "moment", "number", "percent"),
    [
        ("nl", "3 maart 2027", "3 maart 2027, 01:30", "12.345", "85,4 %"),
        ("en", "3 March 2027", "3 March 2027, 01:30", "12,345", "85.4%"),
    ],
)
def test_dates_and_numbers_are_written_as_the_language_does_and_times_as_amsterdam_does(
    language: str, day: str, moment: str, number: str, percent: str
) -> None:
    late = datetime(2027, 3, 3, 0, 30, tzinfo=UTC)
    with i18n.speaking(language):
        assert plain(filters.day(date(2027, 3, 3))) == day
        assert plain(filters.moment(late)) == moment
        assert plain(filters.moment(late.isoformat())) == moment
        assert filters.number(12345) == number
        assert filters.percent(0.854) == percent


def test_the_day_of_a_moment_is_amsterdams_also_in_the_night_that_the_clock_changes() -> None:
    assert plain(filters.day(datetime(2027, 6, 30, 22, 30, tzinfo=UTC))) == "1 juli 2027"
    assert plain(filters.moment(datetime(2027, 10, 31, 1, 30, tzinfo=UTC))) == "31 oktober 2027, 02:30"


def test_nothing_is_a_dash() -> None:
    assert {f(None) for f in (filters.day, filters.short_day, filters.moment, filters.number, filters.age)} == {"–"}


@pytest.mark.parametrize(
    ("seconds", "text"), [(0.4, "0 s"), (59, "59 s"), (61, "1 min"), (7300, "2 u"), (200000, "2 d")]
)
def test_an_age_is_told_in_its_largest_unit(seconds: float, text: str) -> None:
    assert filters.age(seconds) == text


def test_from_three_columns_on_each_cell_names_its_column_for_a_phone(app: FastAPI) -> None:
    four = "[_('Naam'), {'text': 'a \"b\"', 'numeric': true}, 'c', 'd']"
    wide = drawn(app, "{% call(r) table('t', " + four + ', [1]) %}<td>{{ r }}</td><td class="num"></td>{% endcall %}')
    three = drawn(app, "{% call(r) table('t', ['a', 'b', 'c'], [1]) %}<td>{{ r }}</td>{% endcall %}")
    narrow = drawn(app, "{% call(r) table('t', ['a', 'b'], [1]) %}<td>{{ r }}</td>{% endcall %}")

    assert '<td data-label="Naam">1</td><td data-label="a &#34;b&#34;" class="num">' in wide
    assert '<td data-label="a">1</td>' in three
    assert "data-label" not in narrow
