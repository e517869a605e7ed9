"""`keur dead edit`: a failed message is changed, shown as a diff, held against its contract, and sent back."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
from argparse import Namespace
from pathlib import Path
from typing import Any
from urllib.parse import quote

from deploy.cli import client, outcomes, show
from deploy.cli.errors import GOOD, PROBLEM, WrongUse
from deploy.cli.words import _


def edit(given: Namespace) -> int:
    """From --data, --set, or the editor of the terminal; asks, unless `--yes`. Status 1 when it was parked again."""
    path = f"/ops/api/failed/{quote(given.id, safe='')}"
    message = client.get("ops", path)
    if message["sealed"]:
        raise WrongUse(_("Dit bericht is verzegeld: persoonsgegevens zijn hier niet te lezen en niet te veranderen."))
    data = changed(given, message)
    would = client.post("ops", f"{path}/edit", {"data": data, "reason": given.reason, "dry_run": True})
    if given.dry_run:
        show.as_json(would) if given.json else _print_diff(would["diff"])
        return GOOD
    if len(given.reason.strip()) < 3:
        raise WrongUse(_("Veranderen heeft een reden nodig: --reason '…'"))
    if not given.json:
        _print_diff(would["diff"])
    if not given.yes and not show.confirmed(_("Zo opnieuw aanbieden aan {service}?").format(service=would["service"])):
        raise WrongUse(_("Niet gedaan."), _("Zonder vraag: --yes"))
    told = client.post("ops", f"{path}/edit", {"data": data, "reason": given.reason})
    found = outcomes.awaited([told["id"]], seconds=given.wait, quiet=given.json)
    if given.json:
        show.as_json({**told, "outcome": found[0]["outcome"] if found else None})
    else:
        outcomes.printed(found)
    return PROBLEM if outcomes.counted(found)["parked again"] else GOOD


def changed(given: Namespace, message: dict[str, Any]) -> dict[str, Any]:
    """The new body. Raises WrongUse when it is no JSON object, or nobody says what to change."""
    if given.data:
        return _object(Path(given.data).read_text("utf-8") if given.data != "-" else sys.stdin.read(), given.data)
    before = message["data"] if isinstance(message["data"], dict) else {}
    if given.set:
        return {**before, **dict(_pair(each) for each in given.set)}
    if not (sys.stdin.isatty() and show.on_terminal()):
        raise WrongUse(_("Wat verandert er? Geef --set VELD=WAARDE of --data BESTAND."))
    return _object(_in_editor(json.dumps(before, indent=2, ensure_ascii=False)), _("de inhoud"))


def _pair(text: str) -> tuple[str, Any]:
    name, sep, value = text.partition("=")
    if not sep or not name:
        raise WrongUse(_("--set {pair}: schrijf VELD=WAARDE").format(pair=text))
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _object(text: str, where: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError as error:
        raise WrongUse(_("{file} is niet te lezen: {why}").format(file=where, why=error)) from None
    if not isinstance(found, dict):
        raise WrongUse(_("{file} is geen JSON-object.").format(file=where))
    return found


def _in_editor(text: str) -> str:
    editor = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    with tempfile.NamedTemporaryFile("w+", suffix=".json", encoding="utf-8") as file:
        file.write(text + "\n")
        file.flush()
        if subprocess.run([*editor, file.name], check=False).returncode != 0:
            raise WrongUse(_("Niet gedaan."))
        return Path(file.name).read_text("utf-8")


def _print_diff(lines: list[str]) -> None:
    for line in lines:
        show.line(line, {"+": show.GREEN, "-": show.RED}.get(line[:1], ""))
