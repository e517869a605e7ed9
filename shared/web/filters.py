"""How dates, numbers and states are written in both languages; times are told in Amsterdam's."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from babel import dates, numbers
from markupsafe import Markup, escape

from shared.clock import AMSTERDAM
from shared.web import i18n

NOTHING = "\N{EN DASH}"
CELL = re.compile(r"<(td|th)(?=[ >])")


def _local(value: date | datetime | str) -> date | datetime:
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if len(value) > 10 else date.fromisoformat(value)
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(AMSTERDAM)
    return value


def _time_tag(value: date | datetime, text: str) -> Markup:
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat(), text)


def day(value: date | datetime | str | None) -> str | Markup:
    """3 maart 2027; a moment as its day in Amsterdam; a dash for none."""
    if not value:
        return NOTHING
    local = _local(value)
    return _time_tag(local, dates.format_date(local, "d MMMM y", i18n.locale()))


def short_day(value: date | datetime | str | None) -> str | Markup:
    """3 mrt 2027, for tables."""
    if not value:
        return NOTHING
    local = _local(value)
    return _time_tag(local, dates.format_date(local, "d MMM y", i18n.locale()).replace(".", ""))


def moment(value: datetime | str | None) -> str | Markup:
    """3 maart 2027, 14:05."""
    if not value:
        return NOTHING
    local = _local(value)
    if not isinstance(local, datetime):
        return day(local)
    written = dates.format_datetime(local, "d MMMM y, HH:mm", tzinfo=AMSTERDAM, locale=i18n.locale())
    return _time_tag(local, written)


def number(value: int | float | Decimal | None) -> str:
    """12.345 in Dutch, 12,345 in English."""
    return NOTHING if value is None else numbers.format_decimal(value, locale=i18n.locale())


def percent(value: float | None, digits: int = 1) -> str:
    """0.854 as 85,4 % in Dutch and 85.4% in English."""
    if value is None:
        return NOTHING
    pattern = "0." + "0" * digits if digits else "0"
    written = numbers.format_decimal(value * 100, pattern, locale=i18n.locale())
    return f"{written}%" if i18n.language() == "en" else f"{written} %"


def age(seconds: float | None) -> str:
    """How long, roughly, in the largest unit that fits: 40 s, 3 min, 2 h, 5 d."""
    if seconds is None:
        return NOTHING
    for size, unit in ((86400, "d"), (3600, "h" if i18n.language() == "en" else "u"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{max(0, round(seconds))} s"


def labelled(cells: Markup, headings: Sequence[str | Mapping[str, Any]]) -> Markup:
    """A row's cells, each with the name of its column, for screens that show a row as a block."""
    names = iter(headings)

    def named(cell: re.Match[str]) -> str:
        heading = next(names, "")
        return f'<{cell[1]} data-label="{escape(heading["text"] if isinstance(heading, Mapping) else heading)}"'

    return Markup(CELL.sub(named, cells))  # noqa: S704 - what came in was markup, what is added is escaped


ALL: dict[str, Callable[..., Any]] = {
    "labelled": labelled,
    "day": day,
    "short_day": short_day,
    "moment": moment,
    "number": number,
    "percent": percent,
    "age": age,
}
