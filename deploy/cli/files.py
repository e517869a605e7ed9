"""Files in and data out: `import` posts a file and shows every error, `export` writes one object a line."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deploy.cli import client, show
from deploy.cli.errors import GOOD, PROBLEM, WrongUse
from deploy.cli.words import _

SHOWN = 50
"""Errors that a person sees; `--json` gives all."""

SOURCES = {
    "events": ("ops", "/ops/api/events"),
    "certificates": ("certification", "/certification/api/certificates"),
    "log": ("certification", "/certification/api/log"),
    "register": ("certification", "/certification/api/register"),
    "mail": ("notifications", "/notifications/api/mail"),
    "people": ("enrollment", "/enrollment/api/people"),
}


def import_file(given: Namespace) -> int:
    """Status 0 when all was taken (or would be), 1 when something was refused."""
    file = Path(given.file)
    service = "certification" if given.kind in ("results", "history") else "enrollment"
    if given.check and given.partial:
        raise WrongUse(_("--check en --partial gaan niet samen."))
    with show.working(_("{file} wordt nagekeken …").format(file=file.name)):
        status, told = client.send_file(
            service, f"/{service}/api/import/{given.kind}", file, check=given.check, partial=given.partial
        )
    taken = status == 200
    rest = _write_rest(file, told) if given.partial and told["errors"] else None
    if given.json:
        show.as_json(told | ({"rest": str(rest)} if rest else {}))
    else:
        _print(told, taken=taken and not given.check, rest=rest)
    return PROBLEM if told["errors"] or not taken else GOOD


def _write_rest(file: Path, told: dict[str, Any]) -> Path | None:
    """The refused rows, beside the file, to be mended and offered again."""
    rows = set(told.get("refused_rows") or (error["row"] for error in told["errors"] if error["row"] > 1))
    if not rows:
        return None
    from shared.tabular import write_rest

    rest = file.with_name(f"{file.stem}.rest.csv")
    with file.open("rb") as source, rest.open("wb") as target:
        write_rest(source, file.name, rows, target)
    return rest


def _print(told: dict[str, Any], *, taken: bool, rest: Path | None) -> None:
    before = None
    for error in told["errors"][:SHOWN]:
        place = _("rij {row}").format(row=error["row"]) if error["row"] else _("bestand")
        column = f", {error['column']}" if error["column"] else ""
        value = f" {error['value']!r}" if error["value"] is not None else ""
        new = error["allowed"] and error["allowed"] != before
        right = " " + _("(toegestaan: {allowed})").format(allowed=error["allowed"]) if new else ""
        before = error["allowed"]  # the same is said once, in the first line that needs it
        show.line(f"{told['file']}, {place}{column}:{value} {error['message']}{right}", show.RED)
    if len(told["errors"]) > SHOWN:
        show.line(_("… en nog {n}; alle met --json").format(n=len(told["errors"]) - SHOWN))
    for note in told.get("notes", [])[:SHOWN]:
        place = _("rij {row}").format(row=note["row"])
        show.line(f"{told['file']}, {place}, {note['column']}: {note['value']!r} {note['message']}")
    rows = _("1 rij") if told["rows"] == 1 else _("{rows} rijen").format(rows=told["rows"])
    counts = _("{new} nieuw, {changed} gewijzigd, {unchanged} ongewijzigd, {refused} geweigerd")
    show.line(f"{rows}: {counts.format(**told)}")
    if rest:
        show.line(_("De geweigerde rijen staan in {rest}").format(rest=rest))
    if not taken and told["errors"]:
        show.line(_("Er is niets opgenomen."))


def export(given: Namespace) -> int:
    """One object a line, or with `--json` one array."""
    items = known(given.kind, given.after)
    if given.json and not given.jsonl:
        show.as_json(list(items))
    else:
        show.as_lines(items)
    return GOOD


def known(kind: str, after: str = "") -> Iterator[dict[str, Any]]:
    """Everything of a kind, in the order in which the service gives it."""
    service, path = SOURCES[kind]
    if kind == "events" and after and not after.isdigit():
        raise WrongUse(_("--after is hier een volgnummer, zoals 120."))
    yield from client.all_items(service, path, after=after)
