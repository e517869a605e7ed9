"""From a stored mail (a template and ids) to a letter with names, in the reader's language."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache, lru_cache, partial
from pathlib import Path
from textwrap import fill
from typing import Any, Self

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal
from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, UndefinedError
from markupsafe import Markup
from mjml import mjml2html

from services.notifications.mails.catalogue import UnknownTemplate, kind
from services.notifications.mails.life_words import in_words
from services.notifications.mails.message import one_line
from shared.clock import AMSTERDAM
from shared.web import i18n

_ONE = ("trainee", "company", "school", "mentor", "instructor", "place")
_MANY = ("trainees", "hosts")
_DATES = (
    "starts_on",
    "planned_end",
    "due_on",
    "taken_on",
    "issued_on",
    "valid_until",
    "decided_on",
    "until",
    "appeal_until",
    "ends_on",
    "received_on",
    "resolve_by",
    "lodged_on",
    "valid_from",
    "ended_on",
    "found_on",
    "closed_on",
)
_MOMENTS = ("starts_at", "before")
_TWO_STOPS = re.compile(r"(?<!\.)\.\.(?!\.)")
"""A sentence that ends with a name such as ``Haan Plaatwerk V.O.F.`` has its stop already."""
_PROGRAMME = re.compile(r"^(?P<name>.+)-(?P<level>[1-8])$")


class MailBroken(Exception):
    """The letter cannot be written: a placeholder is missing or the template is not known. Nothing is sent."""


@dataclass(frozen=True)
class Party:
    """A person or place as mails name it. For a company or school, ``name`` is its contact person's."""

    ref: str
    name: str
    organisation: str
    city: str = ""
    email: str | None = None
    language: str = "nl"

    @classmethod
    def of(
        cls, ref: str, name: str, organisation: str | None, city: str | None, email: str | None, language: str
    ) -> Self:
        """From what is kept: each on one line; without an organisation the name stands for it."""
        name = one_line(name)
        return cls(ref, name, one_line(organisation or "") or name, one_line(city or ""), email, language)


@dataclass(frozen=True)
class SchemeWords:
    """The titles of a scheme, by language."""

    title: Mapping[str, str]
    owner: str
    exams: Mapping[str, Mapping[str, str]]
    programmes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Sender:
    """The foundation in whose name a mail goes out."""

    name: str
    address: str
    reply_to: str


@dataclass(frozen=True)
class Stored:
    """A mail as it is kept: ids and small facts, no names. ``attempts`` counts the one that is running."""

    id: str
    template: str
    recipient: str
    cause: str
    subject_ref: str
    scheme: str | None
    correlation: str | None
    data: Mapping[str, Any]
    attempts: int
    message_id: str

    def mentions(self) -> Iterator[str]:
        """The references whose names the letter may use."""
        yield self.recipient
        for name in _ONE:
            if name in self.data:
                yield self.data[name]
        for name in _MANY:
            yield from self.data.get(name, ())
        for item in self.data.get("items", ()):
            yield item["place"]


@dataclass(frozen=True)
class Facts:
    """What the letters of one batch can use, loaded together."""

    parties: Mapping[str, Party] = field(default_factory=dict)
    check_codes: Mapping[str, str] = field(default_factory=dict)
    schemes: Mapping[str, SchemeWords] = field(default_factory=dict)
    passed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Exam codes that a subject has passed, by ``trainee/…``."""


@dataclass(frozen=True)
class Letter:
    """A written mail, ready to be put into an envelope."""

    to: Party
    subject: str
    text: str
    html: str
    language: str


def write(mail: Stored, facts: Facts, sender: Sender, register_url: str, *, scheme: str) -> Letter:
    """The letter in the recipient's language. Raises ``MailBroken`` when anything it needs is missing.

    ``register_url`` is the public register's address, without a trailing slash; ``scheme`` is whose words are used.
    """
    you = facts.parties.get(mail.recipient)
    if you is None:
        raise MailBroken(f"{mail.template}: the recipient is not known")
    with i18n.speaking(you.language):
        try:
            return _write(mail, facts, sender, register_url, scheme, you)
        except UnknownTemplate:
            raise MailBroken(f"{mail.template}: no such template") from None
        except (UndefinedError, TemplateError, KeyError, ValueError) as error:  # ValueError: MJML cannot be read
            raise MailBroken(f"{mail.template}: {error}") from error


def _write(mail: Stored, facts: Facts, sender: Sender, register_url: str, scheme: str, you: Party) -> Letter:
    formal = kind(mail.template).formal
    given = _placeholders(mail, facts, register_url, scheme) | {"you": you, "sender": sender, "cause": mail.cause}
    plain, rich = _environments()
    template = plain.get_template(f"{mail.template}.jinja")
    context = template.new_context(given)
    subject, why = (one_line("".join(template.blocks[block](context))) for block in ("subject", "why"))
    given |= {
        "subject": subject,
        "why": why,
        "why_title": i18n.translate("Waarom krijgt u dit?" if formal else "Waarom krijg je dit?"),
        "ask": i18n.translate("Antwoord op deze mail of schrijf aan %(address)s.") % {"address": sender.reply_to},
        "lang": i18n.language(),
    }
    text = template.render(given)
    html = mjml2html(rich.get_template(f"{mail.template}.jinja").render(given))
    return Letter(you, subject, text, html, i18n.language())


def _placeholders(mail: Stored, facts: Facts, register_url: str, scheme: str) -> dict[str, Any]:
    """What the template can name. What is not known is left out, so that using it is refused."""
    given: dict[str, Any] = dict(mail.data)
    for name in _ONE:
        if name in given and (party := facts.parties.get(given.pop(name))) is not None:
            given[name] = party
    for name in _MANY:
        if name in given:
            given[name] = [facts.parties[ref] for ref in given[name] if ref in facts.parties]
    for name in _DATES:
        if given.get(name) is not None:
            given[name] = _long_date(given[name], i18n.locale())
    if "items" in given:
        given["items"] = [_item(item, facts) for item in given["items"]]
    words = facts.schemes.get(scheme)
    if "programme" in given:
        given["programme"] = _programme(given["programme"], words.programmes if words else {})
    given["mark"] = _in_language(words.title) if words else scheme.upper()
    if "exam" in given:
        titles = words.exams if words else {}
        passed = facts.passed.get(mail.subject_ref, frozenset()) | {given["exam"]}
        given["remaining"] = [_in_language(title) for code, title in titles.items() if code not in passed]
        given["exam"] = _in_language(titles[given["exam"]]) if given["exam"] in titles else given["exam"]
        if "score" in given:
            given["score"] = _number(given["score"], i18n.locale())
    for name in _MOMENTS:
        if name in given:
            given[name] = _long_moment(given[name], i18n.locale())
    if "bring" in given:
        given["bring"] = _in_language(given["bring"])
    if "change" in given:
        given |= in_words(given)
    if "number" in given:
        given["register_link"] = f"{register_url}/{given['number']}"
        if (code := facts.check_codes.get(given["number"])) is not None and mail.template == "certificate_issued":
            given |= {"check_code": code, "register_link": f"{register_url}/{given['number']}?code={code}"}
    return {name: value for name, value in given.items() if value is not None}


# Thousands of mails name the same few days and scores, and Babel reads its tables for each.
@lru_cache(maxsize=4096)
def _long_date(day: str, locale: str) -> str:
    return format_date(date.fromisoformat(day), "long", locale=locale)


@lru_cache(maxsize=4096)
def _long_moment(moment: str, locale: str) -> str:
    local = datetime.fromisoformat(moment).astimezone(AMSTERDAM)
    return format_datetime(local, "EEEE d MMMM y, HH:mm", tzinfo=AMSTERDAM, locale=locale)


@lru_cache(maxsize=4096)
def _number(number: float, locale: str) -> str:
    return format_decimal(number, locale=locale)


def _item(item: Mapping[str, Any], facts: Facts) -> dict[str, str]:
    """One line of a digest; a place whose name is not known goes by its key, so that the others need not wait."""
    place = facts.parties.get(item["place"])
    day = _long_date(item["due_on"], i18n.locale())
    return {
        "template": item["template"],
        "place": place.organisation if place else item["place"].partition("/")[2],
        "due_on": day,
    }


def _in_language(texts: Mapping[str, str]) -> str:
    return texts.get(i18n.language()) or texts["nl"]


def _programme(code: str, titles: Mapping[str, Mapping[str, str]]) -> str:
    """As the scheme calls it in the reader's language, with the level that the code ends with."""
    found = _PROGRAMME.match(code)
    name = _in_language(titles[code]) if code in titles else found["name"] if found else code
    if found is None:
        return name
    return i18n.translate("%(programme)s, niveau %(level)s") % {"programme": name, "level": found["level"]}


def _whole(value: Any) -> Any:
    """Refuses an empty value that StrictUndefined does not see."""
    if value is None:
        raise UndefinedError("a placeholder is empty")
    return value


# Plain functions: Jinja2's own extension looks each of them up in the context, at half the cost of a letter.
def _translated(text: str, **given: Any) -> str:
    return _TWO_STOPS.sub(".", i18n.translate(text) % given) if given else i18n.translate(text)


def _escaping(text: str, **given: Any) -> str:
    """A sentence of ours is markup; what is filled in is escaped by it."""
    said = Markup(i18n.translate(text))  # noqa: S704
    return Markup(_TWO_STOPS.sub(".", said % given)) if given else said  # noqa: S704


def _counted(sentence: Callable[..., str], one: str, many: str, num: int, **given: Any) -> str:
    return sentence(i18n.ntranslate(one, many, num), num=num, **given)


def _lines(text: str, width: int, indent: int = 0) -> str:
    """Text in lines of at most ``width`` characters where words allow it; those after the first are indented."""
    if len(text) <= width:
        return text
    return fill(text, width, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False)


@cache
def _environments() -> tuple[Environment, Environment]:
    """The text skin and the HTML skin. Templates are our own files; what people typed is only ever a value."""
    made = []
    for skin, escape in (("txt", False), ("mjml", True)):
        environment = Environment(
            loader=FileSystemLoader(Path(__file__).parent),
            autoescape=escape,  # noqa: S701 - off for the text part alone, where there is nothing to escape into
            undefined=StrictUndefined,
            finalize=_whole,
            trim_blocks=not escape,
            auto_reload=False,
            keep_trailing_newline=True,
        )
        environment.filters["lines"] = _lines
        environment.globals |= {
            "_": _escaping if escape else _translated,
            "ngettext": partial(_counted, _escaping if escape else _translated),
            "layout": f"layout.{skin}",
            "ui": environment.get_template(f"parts.{skin}").module,
        }
        made.append(environment)
    return made[0], made[1]
