"""What a credential says: the certificate's document in the words of Open Badges 3.0, and not one word more."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from shared.clock import AMSTERDAM
from shared.ids import stable_id

from .did import did_of
from .proof import instant
from .rdf import CREDENTIALS, OPEN_BADGES
from .status_list import entry

EQF = "https://europass.europa.eu/en/description-eight-eqf-levels"
Json = dict[str, Any]


def unsigned(
    certificate: Mapping[str, Any],
    scheme: Mapping[str, Any],
    *,
    issued_at: datetime,
    base_url: str,
    status: tuple[int, int],
) -> Json:
    """The credential without its proof; the same input gives the same credential.

    ``certificate`` is the certificate's document and ``scheme`` the content of its scheme version; ``status`` is the
    status list and the place in it. ``validUntil`` is the last second of the last valid day in Amsterdam.
    """
    until = certificate["valid_until"]
    return {
        "@context": [CREDENTIALS, OPEN_BADGES],
        "id": f"urn:uuid:{_credential_id(certificate)}",
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": certificate["title"]["nl"],
        "issuer": {
            "id": did_of(base_url),
            "type": ["Profile"],
            "name": certificate["owner"],
            "url": base_url,
        },
        "validFrom": instant(issued_at),
        "awardedDate": instant(issued_at),
        **({"validUntil": instant(_end_of(date.fromisoformat(until)))} if until else {}),
        "credentialSubject": _subject(certificate, scheme, base_url),
        "credentialStatus": entry(base_url, *status),
    }


def _credential_id(certificate: Mapping[str, Any]) -> str:
    """Each version of a certificate is a credential of its own."""
    one, version = str(certificate["certificate_id"]), int(certificate.get("version", 1))
    return one if version == 1 else stable_id("credential", one, str(version))


def _subject(certificate: Mapping[str, Any], scheme: Mapping[str, Any], base_url: str) -> Json:
    """The holder by name: an employer compares it with the person before him, and no wallet is asked for."""
    return {
        "type": ["AchievementSubject"],
        "identifier": [
            {
                "type": "IdentityObject",
                "hashed": False,
                "identityHash": certificate["holder"],
                "identityType": "name",
            }
        ],
        "licenseNumber": certificate["number"],
        "result": [
            {
                "type": ["Result"],
                "resultDescription": _exam_id(certificate, one["exam"]),
                "value": one["score"],
            }
            for one in certificate["results"]
        ],
        "achievement": _achievement(certificate, scheme, base_url),
    }


def _achievement(certificate: Mapping[str, Any], scheme: Mapping[str, Any], base_url: str) -> Json:
    """The mark as it was in this version of its scheme: what it asks, at what level."""
    title, programme, version = certificate["title"], certificate["programme"], certificate["scheme_version"]
    scope = ", ".join(certificate.get("scope") or ())
    what = ("achievement", certificate["scheme_sha256"], programme, *([scope] if scope else ()))
    exams = {one["exam"]: scheme["exams"][one["exam"]] for one in certificate["results"]}
    asked_nl = ", ".join(exam["title"]["nl"] for exam in exams.values())
    asked_en = ", ".join(exam["title"].get("en", exam["title"]["nl"]) for exam in exams.values())
    return {
        "id": _of_all(*what),
        "type": ["Achievement"],
        "achievementType": "Certification",
        "name": title["nl"],
        "description": f"{title['nl']}, {programme} / {title.get('en', title['nl'])}, {programme}",
        "criteria": {
            "narrative": f"Schema {certificate['scheme']} {version}: {asked_nl}. / "
            f"Scheme {certificate['scheme']} {version}: {asked_en}."
            + (f" Beperkt tot: {scope}. / Limited to: {scope}." if scope else "")
        },
        "humanCode": programme,
        "version": version,
        "inLanguage": "nl",
        "alignment": _alignment(certificate, base_url),
        "resultDescription": [
            {
                "id": _exam_id(certificate, code),
                "type": ["ResultDescription"],
                "name": exam["title"]["nl"],
                "resultType": "RawScore",
                "valueMin": _number(exam["scale"][0]),
                "valueMax": _number(exam["scale"][1]),
                "requiredValue": _number(exam["pass_mark"]),
            }
            for code, exam in exams.items()
        ],
    }


def _alignment(certificate: Mapping[str, Any], base_url: str) -> list[Json]:
    programme = {
        "type": ["Alignment"],
        "targetName": certificate["programme"],
        "targetCode": certificate["programme"],
        "targetFramework": f"{certificate['owner']}: {certificate['scheme']} {certificate['scheme_version']}",
        "targetUrl": f"{base_url}/certification/register",
    }
    if certificate["eqf"] is None:
        return [programme]
    level = {
        "type": ["Alignment"],
        "targetName": f"EQF level {certificate['eqf']}",
        "targetCode": str(certificate["eqf"]),
        "targetFramework": "European Qualifications Framework",
        "targetUrl": EQF,
    }
    return [level, programme]


def _exam_id(certificate: Mapping[str, Any], exam: str) -> str:
    return _of_all("exam", certificate["scheme_sha256"], exam)


@lru_cache(maxsize=4096)
def _of_all(*parts: str) -> str:
    """What all certificates of a scheme version have in common, so made once."""
    return f"urn:uuid:{stable_id(*parts)}"


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), AMSTERDAM) - timedelta(seconds=1)


def _number(value: object) -> str:
    text = str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text
