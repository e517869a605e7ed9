"""The certificate: one document, fixed on the day it is issued."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from .canonical import fingerprint, plain_number
from .decisions import Dossier, Granted
from .numbers import certificate_number, new_check_code
from .schemes import SchemeVersion

DOCUMENT_FORM = "keur-certificate/1"


class Status(StrEnum):
    """What the register answers: ``valid`` until its last day has passed or a person decides otherwise."""

    VALID = "valid"
    SUSPENDED = "suspended"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Certificate:
    """A certificate as it was issued. ``document`` never changes; its hash is ``document_sha256``."""

    certificate_id: str
    number: str
    scheme: str
    scheme_version: str
    year: int
    serial: int
    trainee_id: str
    holder: str
    programme: str
    decision_id: str
    issued_on: date
    valid_until: date | None
    check_code: str
    document: Mapping[str, Any]
    document_sha256: str


def issue(
    version: SchemeVersion,
    dossier: Dossier,
    granted: Granted,
    *,
    certificate_id: str,
    decision_id: str,
    holder: str,
    issued_on: date,
    serial: int,
    choose: Callable[[Sequence[str]], str],
) -> Certificate:
    """Writes the certificate for a granted decision. ``serial`` counts from 1 within the scheme and calendar year."""
    scheme = version.scheme
    number = certificate_number(scheme.number_format, year=issued_on.year, serial=serial)
    valid_until = scheme.validity.until(issued_on) if scheme.validity else None
    programme = scheme.programmes.get(dossier.programme)
    by_id = {one.id: one for one in dossier.results}
    document = {
        "form": DOCUMENT_FORM,
        "certificate_id": certificate_id,
        "number": number,
        "trainee_id": dossier.trainee_id,
        "holder": holder,
        "scheme": scheme.scheme,
        "scheme_version": scheme.version,
        "scheme_sha256": version.sha256,
        "title": scheme.title.model_dump(exclude_none=True),
        "owner": scheme.owner.name,
        "programme": dossier.programme,
        "level": programme.level if programme else None,
        "eqf": programme.eqf if programme else None,
        "results": [
            {
                "id": one.id,
                "exam": one.exam,
                "attempt": one.attempt,
                "taken_on": one.taken_on.isoformat(),
                "score": plain_number(one.score),
            }
            for one in (by_id[id] for id in granted.evidence if id in by_id)
        ],
        "decision_id": decision_id,
        "dossier_sha256": granted.dossier_sha256,
        "issued_on": issued_on.isoformat(),
        "valid_until": valid_until.isoformat() if valid_until else None,
    }
    return Certificate(
        certificate_id,
        number,
        scheme.scheme,
        scheme.version,
        issued_on.year,
        serial,
        dossier.trainee_id,
        holder,
        dossier.programme,
        decision_id,
        issued_on,
        valid_until,
        new_check_code(choose),
        document,
        fingerprint(document),
    )


def status_on(valid_until: date | None, today: date, state: Status = Status.VALID) -> Status:
    """``valid_until`` is the last valid day; None does not expire. ``state`` is what the last step made of it: the
    clock ends what is valid or suspended, and nothing undoes a withdrawal."""
    past = valid_until is not None and today > valid_until
    return Status.EXPIRED if past and state is not Status.WITHDRAWN else state
