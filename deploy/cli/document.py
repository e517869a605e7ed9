"""A report as headings, sentences and tables, and its four ways out: terminal, JSON, CSV and a page to print."""

from __future__ import annotations

import csv
import io
import sys
from argparse import Namespace
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

from deploy.cli import show
from deploy.cli.errors import WrongUse
from deploy.cli.words import _, language

SHEET = Path(__file__).resolve().parents[2] / "shared" / "web" / "static" / "keur.css"

Row = Sequence[object]


@dataclass(frozen=True)
class Section:
    """One table with its heading, what it says in a sentence, and a chart (SVG) of it where there is one."""

    title: str
    headings: Sequence[str]
    rows: Sequence[Row]
    text: str = ""
    chart: str = ""


@dataclass(frozen=True)
class Document:
    """A report. ``told`` is what it was made from, for ``--json``."""

    title: str
    lead: str
    told: Any
    sections: Sequence[Section] = field(default_factory=list)


def give(document: Document, given: Namespace) -> None:
    """Prints the report in the form that was asked for; one form at a time."""
    asked = [name for name in ("json", "csv", "html") if getattr(given, name, False)]
    if len(asked) > 1:
        raise WrongUse(_("Kies één vorm: {forms}").format(forms=", ".join(f"--{name}" for name in asked)))
    match asked:
        case ["json"]:
            show.as_json(document.told)
        case ["csv"]:
            sys.stdout.write(as_csv(document))
        case ["html"]:
            sys.stdout.write(as_html(document))
        case _:
            _print(document)


def _print(document: Document) -> None:
    show.line(document.title, show.BOLD)
    show.line(document.lead)
    for section in document.sections:
        show.line()
        show.line(section.title, show.BOLD)
        if section.text:
            show.line(section.text)
        show.table(section.headings, [list(map(_shown, row)) for row in section.rows])


def as_csv(document: Document) -> str:
    """One file: each table with its heading in the first column, so that a spreadsheet can be filtered on it."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    for section in document.sections:
        writer.writerow([_("onderdeel"), *section.headings])
        writer.writerows([section.title, *map(_harmless, row)] for row in section.rows)
    return text.getvalue()


def as_html(document: Document) -> str:
    """A page that needs nothing beside it: for a screen, for paper, or to send on."""
    return "".join(_page(document))


def _page(document: Document) -> Iterator[str]:
    title = escape(document.title)
    yield f'<!DOCTYPE html>\n<html lang="{language()}">\n<head>\n<meta charset="utf-8">\n'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    yield f'<meta name="color-scheme" content="light dark">\n<title>{title}</title>\n'
    yield f'<style>\n{SHEET.read_text("utf-8")}</style>\n</head>\n<body>\n<main class="wide">\n'
    yield f'<div class="page-title"><p class="over">Keur</p><h1>{title}</h1>'
    yield f'<p class="lead">{escape(document.lead)}</p></div>\n'
    for section in document.sections:
        yield f"<section>\n<h2>{escape(section.title)}</h2>\n"
        if section.text:
            yield f"<p>{escape(section.text)}</p>\n"
        if section.chart:
            yield f'<div class="chart-frame">{section.chart}</div>\n'
        yield f'<div class="table-frame"><table>\n<caption class="unseen">{escape(section.title)}</caption>\n'
        yield "<thead><tr>"
        yield "".join(f'<th scope="col">{escape(heading)}</th>' for heading in section.headings)
        yield "</tr></thead>\n<tbody>\n"
        for row in section.rows:
            yield "<tr>" + "".join(f"<td>{escape(_shown(cell))}</td>" for cell in row) + "</tr>\n"
        if not section.rows:
            yield f'<tr><td colspan="{len(section.headings)}">{escape(_("niets"))}</td></tr>\n'
        yield "</tbody></table></div>\n</section>\n"
    yield "</main>\n</body>\n</html>\n"


def _shown(cell: object) -> str:
    if cell is None:
        return "\N{EN DASH}"
    return f"{cell:.1f}" if isinstance(cell, float) else str(cell)


def _harmless(cell: object) -> str:
    """As text that a spreadsheet takes for text: what begins like a formula gets a quote before it."""
    text = "" if cell is None else str(cell)
    return "'" + text if text[:1] in ("=", "+", "-", "@", "\t", "\r") and not text[1:2].isdigit() else text
