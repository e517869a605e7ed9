"""What stands on the paper, in Dutch or in English, as plain data: the typesetter never takes any of it for code."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal
from urllib.parse import quote

from babel.dates import format_date

Language = Literal["nl", "en"]
LANGUAGES: tuple[Language, ...] = ("nl", "en")
COLOUR, ACCENT = "#17324d", "#b07d2b"
"""Where the scheme names none."""

WORDS: dict[str, tuple[str, str]] = {
    "certificate": ("Certificaat", "Certificate"),
    "declares": ("{owner} verklaart dat", "{owner} declares that"),
    "meets": (
        "heeft voldaan aan alle eisen van het keurmerk",
        "has met every requirement of the quality mark",
    ),
    "programme": ("Opleiding", "Programme"),
    "level": ("Niveau", "Level"),
    "level_is": ("niveau {level} · EQF {eqf}", "level {level} · EQF {eqf}"),
    "scheme": ("Schema", "Scheme"),
    "issued": ("Afgegeven op", "Issued on"),
    "until": ("Geldig tot en met", "Valid until"),
    "forever": ("vervalt niet", "does not expire"),
    "number": ("Nummer", "Number"),
    "code": ("Controlecode", "Check code"),
    "exams": ("Afgelegde examens", "Examinations passed"),
    "exam": ("Examen", "Examination"),
    "taken": ("Gemaakt op", "Taken on"),
    "score": ("Score", "Score"),
    "check": ("Controleer dit certificaat", "Check this certificate"),
    "check_how": (
        "Scan de code, of vul nummer en controlecode in op {register}. Het register zegt of het nu geldt.",
        "Scan the code, or enter number and check code at {register}. The register says whether it is valid now.",
    ),
    "signed": (
        "Dit document is elektronisch ondertekend en mag niet worden gewijzigd. Het bevat het bewijs voor software: "
        "credential.json (Open Badges 3.0).",
        "This document is electronically signed and must not be changed. It holds the proof for software: "
        "credential.json (Open Badges 3.0).",
    ),
    "targets": ("Eindtermen van de opleiding", "Attainment targets of the programme"),
    "targets_of": ("Bijlage bij certificaat {number}", "Annex to certificate {number}"),
    "on_behalf": ("namens {owner}", "on behalf of {owner}"),
    "page": ("blad {n} van {of}", "sheet {n} of {of}"),
}


def register_url(base_url: str, number: str, check_code: str) -> str:
    """Where the code on the paper leads."""
    return f"{base_url}/certification/register/{quote(number, safe='')}?code={quote(check_code, safe='')}"


def content_of(
    document: Mapping[str, Any],
    scheme: Mapping[str, Any],
    *,
    check_code: str,
    base_url: str,
    language: Language,
) -> dict[str, Any]:
    """``document`` is the certificate's, ``scheme`` the content of its scheme version; words in ``language``."""
    column = LANGUAGES.index(language)

    def said(key: str, **values: object) -> str:
        return WORDS[key][column].format(**values)

    look = scheme.get("look") or {}
    programme = scheme.get("programmes", {}).get(document["programme"], {})
    until = document["valid_until"]
    title = _text(programme.get("title"), language) or document["programme"]
    level = said("level_is", level=document["level"], eqf=document["eqf"]) if document.get("level") else ""
    facts = [
        (said("programme"), title),
        (said("level"), level),
        (said("scheme"), f"{document['scheme']} {document['scheme_version']}"),
        (said("issued"), _day(document["issued_on"], language)),
        (said("until"), _day(until, language) if until else said("forever")),
    ]
    return {
        "language": language,
        "colour": look.get("colour") or COLOUR,
        "accent": look.get("accent") or ACCENT,
        "logo": look.get("logo") or "",
        "initials": _initials(document["scheme"]),
        "owner": document["owner"],
        "region": " · ".join(scheme.get("owner", {}).get("region", ())),
        "word": said("certificate"),
        "declares": said("declares", owner=document["owner"]),
        "holder": document["holder"],
        "meets": said("meets"),
        "mark": _text(document["title"], language),
        "facts": [fact for fact in facts if fact[1]],
        "exams_title": said("exams"),
        "exam_heads": [said("exam"), said("taken"), said("score")],
        "exams": [
            [
                _text(scheme.get("exams", {}).get(one["exam"], {}).get("title"), language) or one["exam"],
                _day(one["taken_on"], language),
                one["score"].replace(".", ",") if language == "nl" else one["score"],
            ]
            for one in document["results"]
        ],
        "signatures": _signatures(look.get("signatures", ()), said("on_behalf", owner=document["owner"]), language),
        "number": [said("number"), document["number"]],
        "code": [said("code"), check_code],
        "check": said("check"),
        "check_how": said("check_how", register=f"{base_url}/certification/register"),
        "signed": said("signed"),
        "targets_title": said("targets"),
        "targets_of": said("targets_of", number=document["number"]),
        "targets": [
            [code, _text(scheme.get("targets", {}).get(code, {}).get("title"), language) or code]
            for code in programme.get("targets", ())
        ],
        "page": WORDS["page"][column],
        "url": register_url(base_url, document["number"], check_code),
        "date": [int(part) for part in document["issued_on"].split("-")],
    }


def _signatures(given: Sequence[Mapping[str, Any]], on_behalf: str, language: Language) -> list[list[str]]:
    return [[one["name"], _text(one["role"], language)] for one in given] or [["", on_behalf]]


def _text(words: Mapping[str, str] | None, language: Language) -> str:
    return (words.get(language) or words.get("nl") or "") if words else ""


def _day(day: str, language: Language) -> str:
    return format_date(date.fromisoformat(day), "d MMMM y", locale=language)


def _initials(scheme: str) -> str:
    """What stands for a logo: the scheme's short name."""
    return scheme.partition("-")[0][:5].upper()
