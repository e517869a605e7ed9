"""`keur verify`: everything issued is checked again, by the service that issued it and by what others know of it."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from deploy.cli import client, show
from deploy.cli.errors import GOOD, PROBLEM, WrongUse
from deploy.cli.files import known
from deploy.cli.words import _

Violation = dict[str, str]

FIXED = ("trainee_id", "check_code", "scheme", "scheme_version", "issued_on")
"""What of a certificate never changes."""
OF_A_VERSION = ("programme", "valid_until", "document_sha256")
"""What stays as long as the version does."""
MAKE_A_VERSION = ("issued", "corrected", "scope-reduced", "recertified", "reissued")
"""The leaves of the log that begin a version. Made out again, with a new key perhaps, it says the same as before."""


def verify(given: Namespace) -> int:
    """Status 1 on a violation, each of which is named."""
    exported = read_export(Path(given.export)) if given.export else None
    with show.working(_("Alles wordt nagekeken …")):
        own = client.get("certification", "/certification/api/verify", patience=600)
        certificates = list(known("certificates"))
        entries = {entry["number"]: entry for entry in known("register") if not entry.get("imported")}
        told = {
            event["data"]["number"]
            for event in client.all_items("ops", "/ops/api/events", type="certification.certificate-issued.v1")
        }
    violations: list[Violation] = list(own["violations"])
    violations += compared(certificates, entries, told)
    if exported is not None:
        violations += changed(exported, certificates, known("log"))
    answer = {**own, "certificates": len(certificates), "violations": violations, "holds": not violations}
    if given.json:
        show.as_json(answer)
    else:
        for each in violations:
            show.line("{check}: {about}: {message}".format(**each), show.RED)
        good = _("{n} certificaten nagekeken: alles klopt.")
        bad = _("{n} certificaten nagekeken: {wrong} kloppen niet.")
        show.line((bad if violations else good).format(n=len(certificates), wrong=len(violations)))
    return PROBLEM if violations else GOOD


def compared(
    certificates: Iterable[Mapping[str, Any]], register: Mapping[str, Mapping[str, Any]], told: set[str]
) -> list[Violation]:
    """What does not agree between the certificates, the register and the journal of events."""
    found = []
    holders: dict[tuple[str, str], str] = {}
    numbers = set()
    for certificate in certificates:
        number, holder = certificate["number"], (certificate["trainee_id"], certificate["scheme"])
        numbers.add(number)
        if certificate.get("status") != "withdrawn":  # a new one may take the place of what was withdrawn
            if holder in holders:
                found.append(violation("one-certificate", number, f"{holder[0]} has {holders[holder]} as well"))
            holders[holder] = number
        entry = register.get(number)
        if entry is None:
            found.append(violation("register", number, "is not in the register"))
        elif entry.get("status") != certificate.get("status"):
            found.append(violation("register", number, f"is {certificate.get('status')}, there {entry.get('status')}"))
        if number not in told:
            found.append(violation("journal", number, "was issued and not told"))
    found += [
        violation("register", number, "is there and was not issued") for number in sorted(set(register) - numbers)
    ]
    found += [violation("journal", number, "was told and not issued") for number in sorted(told - numbers)]
    return found


def changed(
    exported: Iterable[Mapping[str, Any]],
    certificates: Iterable[Mapping[str, Any]],
    leaves: Iterable[Mapping[str, Any]],
) -> list[Violation]:
    """What an earlier export says and is not so: a certificate that is gone, a fact that never changes, or a version
    that the log knows otherwise. ``leaves`` is the log in its order."""
    now = {certificate["number"]: certificate for certificate in certificates}
    versions: dict[str, list[Mapping[str, Any]]] = {}
    for leaf in leaves:
        if leaf["kind"] in MAKE_A_VERSION:
            versions.setdefault(leaf["number"], []).append(leaf)
    found = []
    for before in exported:
        number = before["number"]
        after = now.get(number)
        if after is None:
            found.append(violation("export", number, "is gone"))
        else:
            found += [violation("export", number, said) for said in _otherwise(before, after, versions.get(number, []))]
    return found


def _otherwise(
    before: Mapping[str, Any], after: Mapping[str, Any], versions: Sequence[Mapping[str, Any]]
) -> Iterator[str]:
    was, is_now = int(before.get("version") or 1), int(after.get("version") or 1)
    since = {leaf["kind"] for leaf in versions[was:]}
    stays = set(FIXED) | (set(OF_A_VERSION) if was >= is_now else set())
    if since <= {"reissued"}:
        stays |= {"programme", "valid_until"}
    for name in (*FIXED, *OF_A_VERSION):
        if name in stays and name in before and before[name] != after.get(name):
            yield f"{name} was {before[name]!r} and is {after.get(name)!r}"
    if was > is_now:
        yield f"was version {was} and is version {is_now}"
    elif "document_sha256" in before and (
        was > len(versions) or versions[was - 1]["document_sha256"] != before["document_sha256"]
    ):
        yield f"the log knows no version {was} with document {before['document_sha256']}"
    if before.get("status") == "withdrawn" and after.get("status") != "withdrawn":
        yield f"was withdrawn and is {after.get('status')}"


def violation(check: str, about: str, message: str) -> Violation:
    """As certification names its own: a name that stays, a number or key, a sentence."""
    return {"check": check, "about": about, "message": message}


def read_export(path: Path) -> list[dict[str, Any]]:
    """The lines of `keur export certificates`. Raises WrongUse for anything else."""
    try:
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    except OSError as error:
        raise WrongUse(_("{file} is niet te lezen: {why}").format(file=path, why=error.strerror)) from None
    except ValueError:
        raise WrongUse(_("{file} is geen export van certificaten.").format(file=path)) from None
    if not all(isinstance(row, dict) and "number" in row for row in rows):
        raise WrongUse(_("{file} is geen export van certificaten.").format(file=path))
    return rows
