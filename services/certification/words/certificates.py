"""States, rules and changes in words of the trade; a scheme's own words in the language of the page."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from shared.web.i18n import N_, language
from shared.web.i18n import translate as _

from . import life as life_words

STATUSES = {
    "valid": (N_("geldig"), "good"),
    "suspended": (N_("geschorst"), "warn"),
    "expired": (N_("verlopen"), "warn"),
    "withdrawn": (N_("ingetrokken"), "bad"),
}
"""Status of a certificate: its word and its tone."""

MEANINGS = {
    "valid": (N_("Dit certificaat is geldig"), N_("De houder voldoet aan wat het keurmerk vraagt.")),
    "suspended": (
        N_("Dit certificaat is geschorst"),
        N_("Het telt nu niet mee. Het keurmerk zoekt iets uit of wacht op iets; daarna geldt het weer of vervalt het."),
    ),
    "expired": (N_("Dit certificaat is verlopen"), N_("De termijn is voorbij en het is niet verlengd.")),
    "withdrawn": (
        N_("Dit certificaat is ingetrokken"),
        N_("Het telt niet meer en komt niet terug."),
    ),
}
"""What the register says about a status: a heading, and what it means for whoever checks."""

WITHHELD = {
    "withdrawn": N_("Er is geen PDF meer: een ingetrokken certificaat wordt niet meer afgedrukt."),
    "key": N_(
        "Er is nu geen PDF: de sleutel waarmee dit certificaat was ondertekend kan in andere handen zijn."
        " Het wordt opnieuw ondertekend. Kijk later nog eens."
    ),
}
"""Why a page offers no paper."""

STATES = {
    "awaited": (N_("nog niet ingeschreven"), "plain"),
    "admitted": (N_("toegelaten"), "plain"),
    "assessing": (N_("nog niet"), "busy"),
    "eligible": (N_("klaar voor besluit"), "warn"),
    "granted": (N_("toegekend"), "good"),
    "refused": (N_("geweigerd"), "bad"),
}

RESULT_STATES = {
    "waiting": (N_("wacht op inschrijving"), "warn"),
    "counted": (N_("telt"), "good"),
    "refused": (N_("geweigerd"), "bad"),
    "replaced": (N_("verbeterd"), "plain"),
}

REFUSALS = {
    "UnknownExam": N_("het schema van deze leerling heeft dit examen niet"),
    "ScoreOffScale": N_("de score ligt buiten de schaal"),
    "AttemptOutOfOrder": N_("een eerdere poging ontbreekt"),
    "AttemptAlreadyTaken": N_("deze poging heeft al een uitslag"),
    "NoResitLeft": N_("het schema staat zoveel pogingen niet toe"),
    "ExamAlreadyPassed": N_("het examen was al gehaald"),
    "AttemptsOutOfTime": N_("de poging ligt vóór de vorige of na de volgende"),
    "ResultBelongsElsewhere": N_("dit kenmerk staat voor een andere uitslag"),
}

RULES = {
    "all_exams_passed": N_("alle examens gehaald"),
    "targets_signed_off": N_("eindtermen afgetekend"),
    "school_attendance": N_("aanwezigheid op school"),
    "practice_months": N_("maanden praktijk"),
}

DOUBTS = {"requirement-lost": N_("Na de uitgifte is een uitslag verbeterd, en daarmee is een eis niet meer vervuld.")}

MODES = {
    "automatic": N_("automatisch, volgens de regels van het schema"),
    "reviewed": N_("door een beslisser"),
}


_RESULT = re.compile(
    r"(?P<exam>\S+) attempt (?P<attempt>\d+) (?P<state>\w+) as (?P<id>\S+?)(, corrects (?P<corrects>\d+))?"
)


def change(code: str, content: Mapping[str, Any]) -> str:
    """A change of the audit log in words; one that is not known here as it was written."""
    first, _space, rest = code.partition(" ")
    if code in DOUBTS:
        return _(DOUBTS[code])
    if first in STATES:
        missing = ", ".join(requirement(one, content) for one in rest.split())
        return f"{_(STATES[first][0])}: {missing}" if missing else _(STATES[first][0])
    if first == "shared":
        return _("certificaat %(number)s gedeeld") % {"number": rest.split()[0]}
    if first == "refusal":
        if rest.startswith("appealed"):
            return _("beroep ingesteld tegen de weigering")
        return _("beroep tegen de weigering gegrond") if "upheld" in rest else _("beroep tegen de weigering ongegrond")
    if first == "appeal":
        said = N_("beroep ingesteld over certificaat %(number)s")
        if not rest.startswith("lodged"):
            said = N_("beroep beslist over certificaat %(number)s")
        return _(said) % {"number": rest.split()[1]}
    if first == "certificate" and (known := code.split()) and known[1] in life_words.KINDS:
        return _("certificaat %(number)s: %(what)s") % {"number": known[2], "what": _(life_words.KINDS[known[1]][0])}
    if first == "issued":
        return _("certificaat %(number)s uitgegeven") % {"number": rest}
    if found := _RESULT.fullmatch(code):
        state, _tone = RESULT_STATES[found["state"]]
        values = {**found.groupdict(), "exam": requirement(found["exam"], content), "state": _(state)}
        said = _("uitslag %(id)s ingevoerd: %(exam)s, poging %(attempt)s, %(state)s") % values
        return (
            said + _(", verbetert versie %(revision)s") % {"revision": found["corrects"]} if found["corrects"] else said
        )
    return code


def text(words: Mapping[str, str] | str | None) -> str:
    """Words of a scheme in the language of the page; Dutch when there are no others."""
    if words is None or isinstance(words, str):
        return words or ""
    return words.get(language()) or words.get("nl") or ""


def programme(code: str, content: Mapping[str, Any]) -> str:
    """A programme by its title and level in the scheme; by its code where the scheme has no words for it."""
    about = content.get("programmes", {}).get(code) or {}
    title = text(about.get("title"))
    if not title:
        return code
    level = about.get("level")
    return _("%(programme)s, niveau %(level)s") % {"programme": title, "level": level} if level else title


def programmes(contents: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Every programme of these schemes by its code; the last that names it wins."""
    return {code: programme(code, content) for content in contents for code in content.get("programmes", {})}


def requirement(code: str, content: Mapping[str, Any]) -> str:
    """An exam by its title in the scheme, a rule by its own words."""
    exam = content.get("exams", {}).get(code)
    if exam:
        return text(exam.get("title")) or code
    return _(RULES[code]) if code in RULES else code


def shown_scheme(content: Mapping[str, Any], programme: str = "") -> dict[str, Any]:
    """What a page says about a mark: its title, who keeps it, why it exists, and what it asks."""
    about = content.get("programmes", {}).get(programme, {})
    validity = content.get("validity") or {}
    return {
        "title": text(content.get("title")),
        "owner": content.get("owner", {}).get("name", ""),
        "region": ", ".join(content.get("owner", {}).get("region", ())),
        "why": [text(words) for words in content.get("why", {}).values()],
        "exams": [text(exam.get("title")) or code for code, exam in content.get("exams", {}).items()],
        "targets": [text(content.get("targets", {}).get(t, {}).get("title")) or t for t in about.get("targets", ())],
        "programme": text(about.get("title")) or programme,
        "level": about.get("level"),
        "eqf": about.get("eqf"),
        "years": validity.get("years"),
    }
