"""Dutch and English: the Dutch sentence is the key, the English one stands in ``locale/en.po`` beside the code.

Catalogues are read from .po at start, shared first and then the service's own, so nothing needs compiling.
"""

import gettext
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
LANGUAGES = ("nl", "en")
DEFAULT = "nl"
LANGUAGE_COOKIE = "keur_lang"

_language: ContextVar[str] = ContextVar("keur_language", default=DEFAULT)


def N_(message: str) -> str:
    """Marks a text for translation where it stands; ``translate`` does it where it is shown."""
    return message


def language() -> str:
    """The language of what is being made now: ``nl`` or ``en``."""
    return _language.get()


def locale() -> str:
    """The same as a locale for dates and numbers: a day comes before its month in both."""
    return "en_GB" if language() == "en" else "nl_NL"


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Within this block texts are in that language; an unknown one falls back to Dutch."""
    token = _language.set(language if language in LANGUAGES else DEFAULT)
    try:
        yield
    finally:
        _language.reset(token)


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """All translations into ``language`` that the repository has: shared and of every service."""
    if language == DEFAULT:
        return gettext.NullTranslations()
    merged: gettext.NullTranslations | None = None
    for path in po_files(language):
        with path.open("rb") as file:
            messages = read_po(file, locale=language)
        compiled = io.BytesIO()
        write_mo(compiled, messages)
        compiled.seek(0)
        found = gettext.GNUTranslations(compiled)
        if merged is None:
            merged = found
        else:
            merged.add_fallback(found)
    return merged or gettext.NullTranslations()


def po_files(language: str) -> Sequence[Path]:
    """The catalogues there are, the shared ones first."""
    own = sorted(ROOT.glob(f"shared/*/locale/{language}.po"))
    return [*own, *sorted(ROOT.glob(f"services/*/locale/{language}.po"))]


def translate(message: str) -> str:
    """The message in the language of now; without a translation the Dutch stands."""
    return catalogue(language()).gettext(message)


def ntranslate(one: str, many: str, count: int) -> str:
    """The form of the message that goes with ``count``."""
    return catalogue(language()).ngettext(one, many, count)


def choose(asked: str | None, cookie: str | None, accept: str | None, default: str = DEFAULT) -> str:
    """``?lang=``, else the cookie, else what the browser likes best, else the default."""
    for wish in (asked, cookie):
        if wish in LANGUAGES:
            return wish
    ranked: list[tuple[float, str]] = []
    for part in (accept or "").split(",")[:20]:
        name, _, parameters = part.strip().partition(";")
        try:
            weight = float(parameters.partition("q=")[2] or 1)
        except ValueError:
            continue
        if name[:2].lower() in LANGUAGES and weight > 0:
            ranked.append((weight, name[:2].lower()))
    return max(ranked, key=lambda pair: pair[0])[1] if ranked else default
