"""Certificates as an employer checks them, and schemes as files."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from deploy.cli import client, show
from deploy.cli.client import Refused
from deploy.cli.errors import GOOD, PROBLEM, WrongUse
from deploy.cli.words import _


def show_certificate(given: Namespace) -> int:
    """Status 1 when no certificate has this number."""
    try:
        told = client.get("certification", f"/certification/api/certificates/{quote(given.number, safe='')}")
    except Refused as refused:
        if refused.http_status != 404:
            raise
        show.note(_("Er is geen certificaat {number}.").format(number=given.number), show.RED)
        show.note("→ " + _("Alle certificaten: keur export certificates"))
        return PROBLEM
    if given.pdf:
        _write_pdf(told["number"], Path(given.pdf), given.lang)
    told["history"] = client.get(
        "certification", f"/certification/api/certificates/{quote(told['number'], safe='')}/history"
    )["steps"]
    if given.json:
        show.as_json(told)
        return GOOD
    _print({name: value for name, value in told.items() if name != "history"})
    for step in told["history"]:
        show.line(f"{step['decided_at'][:19]} {step['kind']} {step['reason_code']} {step['decided_by']}")
    return GOOD


def _write_pdf(number: str, file: Path, language: str) -> None:
    """The signed paper as a file. Raises Refused with the service's own words, or WrongUse."""
    path = f"/certification/certificates/{quote(number, safe='')}/certificate.pdf"
    status, body = client.ask("certification", "GET", path, query={"lang": language})
    if status != 200:
        client.answered("certification", status, body)
    try:
        file.write_bytes(body)
    except OSError as error:
        raise WrongUse(_("{file} is niet te schrijven: {why}").format(file=file, why=error.strerror)) from None
    show.note(_("Geschreven: {file}").format(file=file))


def verify_certificate(given: Namespace) -> int:
    """The public check with number and code: status 1 when they do not match or the certificate is not valid."""
    path = f"/certification/register/{quote(given.number, safe='')}"
    status, body = client.ask("certification", "GET", path, query={"code": given.code, "on": given.on}, public=True)
    if status == 404:
        show.note(_("Nummer en controlecode horen niet bij elkaar, of het certificaat bestaat niet."), show.RED)
        return PROBLEM
    told = client.answered("certification", status, body)
    if given.json:
        show.as_json(told)
    else:
        _print(told)
    stood = told.get("on") or told
    return GOOD if stood["status"] == "valid" else PROBLEM


def check_file(given: Namespace) -> int:
    """The public check of a PDF or credential: status 1 when it is not what was issued here, or is not valid now."""
    try:
        told = client.send_file("certification", "/certification/register/file", Path(given.file), public=True)[1]
    except Refused as refused:
        if refused.http_status != 413:
            raise
        told = {"verdict": "not_genuine"}
    if given.json:
        show.as_json(told)
        return _of_file(told)
    said = {
        "genuine": _("Dit bestand is hier uitgegeven en niet veranderd."),
        "superseded": _("Dit bestand is hier uitgegeven; er is een nieuwere versie van."),
        "altered_paper": _(
            "Dit PDF-bestand is niet zoals het hier gemaakt is. Het bewijs erin is van het certificaat hieronder."
        ),
        "not_genuine": _("Dit bestand is hier niet zo uitgegeven."),
    }[told["verdict"]]
    show.note(said, "" if told["verdict"] == "genuine" else show.RED)
    _print({name: value for name, value in told.items() if name != "verdict"})
    return _of_file(told)


def _of_file(told: dict[str, Any]) -> int:
    return GOOD if (told["verdict"], told.get("status")) == ("genuine", "valid") else PROBLEM


def _print(told: dict[str, Any]) -> None:
    for name, value in told.items():
        shown = f"{value['day']}: {value['status']}" if name == "on" and isinstance(value, dict) else value
        show.line(f"{name:<16} {'–' if value is None else shown}")


def validate_scheme(given: Namespace) -> int:
    return _scheme(given, check=True)


def publish_scheme(given: Namespace) -> int:
    return _scheme(given, check=False)


def _scheme(given: Namespace, *, check: bool) -> int:
    """Status 1 with every fault and its line when the scheme is refused."""
    try:
        told = client.send_file("certification", "/certification/api/schemes", Path(given.file), check=check)[1]
    except Refused as refused:
        errors = refused.problem.get("errors") or []
        if given.json:
            show.as_json({"file": given.file, "errors": errors or [{"message": refused.message}]})
            return PROBLEM
        for error in errors:
            place = error.get("line") or error.get("field") or ""
            right = " " + _("(toegestaan: {allowed})").format(allowed=error["allowed"]) if error.get("allowed") else ""
            words = f"{error.get('path', '')} {error['message']}".strip()
            show.line(f"{given.file}:{place}: {words}{right}", show.RED)
        if not errors:
            raise
        return PROBLEM
    if given.json:
        show.as_json(told)
    else:
        words = _("{scheme} {version} is in orde") if check else _("{scheme} {version} is gepubliceerd")
        show.line(words.format(**told))
    return GOOD


def what_if(given: Namespace) -> int:
    """What the version would change for everybody in the file; nothing is published. Status 1 when somebody loses."""
    try:
        told = client.send_file("certification", "/certification/api/schemes/what-if", Path(given.file))[1]
    except Refused as refused:
        if not refused.problem.get("errors"):
            raise
        return _faults(given, refused)
    losing = told["loses"] + told["decided_loses"]
    if given.json:
        show.as_json(told)
        return PROBLEM if losing else GOOD
    show.line(_("{scheme} {version}: {looked_at} mensen in het dossier").format(**told))
    show.line(_("op weg: {gains} erbij, {loses} eraf, {same} gelijk").format(**told))
    show.line(_("al besloten (het certificaat blijft): {decided_gains} erbij, {decided_loses} eraf").format(**told))
    for one in told["effects"]:
        show.line(f"{one['trainee_id']:<16} {one['effect']:<6} {one['under']:<8} {one['goes_over']}")
        for shift in one["because"]:
            show.line(f"    {shift['title']}: {shift['before'] or '–'} → {shift['after'] or '–'}")
    return PROBLEM if losing else GOOD


def _faults(given: Namespace, refused: Refused) -> int:
    """Each fault of a file with its line."""
    errors = refused.problem["errors"]
    if given.json:
        show.as_json({"file": given.file, "errors": errors})
        return PROBLEM
    for error in errors:
        place = error.get("line") or error.get("field") or ""
        words = f"{error.get('path', '')} {error['message']}".strip()
        show.line(f"{given.file}:{place}: {words}", show.RED)
    return PROBLEM
