"""`keur verify`: everything issued is checked again, by the service that issued it and by what others know of it."""

from __future__ import annotations

import json
from argparse import Namespace
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from deploy.cli import client, show
from deploy.cli.errors import GOOD, PROBLEM, WrongUse
from deploy.cli.files import known
from deploy.cli.words import _

FIXED = ("trainee_id", "check_code", "scheme", "scheme_version", "programme", "issued_on", "document_sha256")
"""What of a certificate never changes: a correction is a new version."""


def verify(given: Namespace) -> int:
    """Status 1 on a violation, each of which is named."""
    exported = read_export(Path(given.export)) if given.export else None
    with show.working(_("Alles wordt nagekeken …")):
        own = client.get("certification", "/certification/api/verify", patience=600)
        certificates = list(known("certificates"))
        entries = {entry["number"]: entry for entry in known("register")}
        told = {
            event["data"]["number"]
            for event in client.all_items("ops", "/ops/api/events", type="certification.certificate-issued.v1")
        }
    violations = list(own.get("violations") or own.get("problems") or [])
    violations += compared(certificates, entries, told)
    if exported is not None:
        violations += changed(exported, certificates)
    answer = {**own, "certificates": len(certificates), "violations": violations, "holds": not violations}
    if given.json:
        show.as_json(answer)
    else:
        for violation in violations:
            words = violation if isinstance(violation, str) else json.dumps(violation, ensure_ascii=False)
            show.line(words, show.RED)
        good = _("{n} certificaten nagekeken: alles klopt.")
        bad = _("{n} certificaten nagekeken: {wrong} kloppen niet.")
        show.line((bad if violations else good).format(n=len(certificates), wrong=len(violations)))
    return PROBLEM if violations else GOOD


def compared(
    certificates: Iterable[Mapping[str, Any]], register: Mapping[str, Mapping[str, Any]], told: set[str]
) -> list[str]:
    """What does not agree between the certificates, the register and the journal of events."""
    found = []
    holders: dict[tuple[str, str], str] = {}
    numbers = set()
    for certificate in certificates:
        number, holder = certificate["number"], (certificate["trainee_id"], certificate["scheme"])
        numbers.add(number)
        if holder in holders:
            found.append(f"two-certificates: {certificate['trainee_id']} has {holders[holder]} and {number}")
        holders[holder] = number
        entry = register.get(number)
        if entry is None:
            found.append(f"not-in-register: {number}")
        elif entry.get("status") != certificate.get("status"):
            found.append(
                f"status-differs: {number} is {certificate.get('status')}, the register says {entry['status']}"
            )
        if number not in told:
            found.append(f"not-told: the journal has no certificate-issued for {number}")
    found += [f"only-in-register: {number}" for number in sorted(set(register) - numbers)]
    found += [f"told-but-not-there: {number}" for number in sorted(told - numbers)]
    return found


def changed(exported: Iterable[Mapping[str, Any]], certificates: Iterable[Mapping[str, Any]]) -> list[str]:
    """What an earlier export says and is not so any more: a certificate that is gone, or a fact that never changes."""
    now = {certificate["number"]: certificate for certificate in certificates}
    found = []
    for before in exported:
        after = now.get(before["number"])
        if after is None:
            found.append(f"gone: {before['number']}")
            continue
        found += [
            f"changed: {before['number']} {name} was {before[name]!r} and is {after.get(name)!r}"
            for name in FIXED
            if name in before and before[name] != after.get(name)
        ]
    return found


def read_export(path: Path) -> list[dict[str, Any]]:
    """The lines of `keur export certificates`. Raises WrongUse for anything else."""
    try:
        rows = [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
    except (OSError, ValueError) as error:
        raise WrongUse(_("{file} is niet te lezen: {why}").format(file=path, why=error)) from None
    if not all(isinstance(row, dict) and "number" in row for row in rows):
        raise WrongUse(_("{file} is geen export van certificaten.").format(file=path))
    return rows
