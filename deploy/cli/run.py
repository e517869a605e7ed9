"""From what was typed to a function and its status: 0 good, 1 a problem was found, 2 wrong use, 3 not reachable."""

from __future__ import annotations

import argparse
import difflib
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, NoReturn

from deploy.cli import show
from deploy.cli.errors import GOOD, NOT_REACHABLE, PROBLEM, WRONG_USE, CommandFailed
from deploy.cli.grammar import Argument, Verb
from deploy.cli.verbs import VERBS
from deploy.cli.words import ARGPARSE_IN_DUTCH, _, language


class Parser(argparse.ArgumentParser):
    """argparse that says in two lines what is wrong and how it is meant."""

    def error(self, message: str) -> NoReturn:
        show.note(f"{self.prog}: {message}", show.RED)
        show.note(_("Zo is het bedoeld: {usage}").format(usage=self.format_usage().split(": ", 1)[-1].strip()))
        raise SystemExit(WRONG_USE)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """A verb that there is not: the one that is most like it, and where all of them stand."""
        if isinstance(action, argparse._SubParsersAction) and value not in action.choices:
            show.note(_("{verb} is geen werkwoord van keur.").format(verb=f"{self.prog} {value}"), show.RED)
            close = difflib.get_close_matches(str(value), action.choices, 1, 0.5)
            meant = [_("Bedoelt u: {verb}?").format(verb=f"{self.prog} {close[0]}")] if close else []
            all_verbs = _("Alle werkwoorden: {help}").format(help=f"{self.prog} --help")
            show.note("→ " + " ".join([*meant, all_verbs]))
            raise SystemExit(WRONG_USE)
        super()._check_value(action, value)


def main(argv: Sequence[str]) -> int:
    """Runs one verb and gives its status. Never shows a traceback for what a person can mend."""
    parser = build()
    if not argv or argv[0] in ("-h", "--help", "help"):
        show.line(overview())
        return GOOD if argv else WRONG_USE
    try:
        given, rest = parser.parse_known_args(argv)
        if rest and not given.passes_on:
            parser.error(_("niet bekend: {words}").format(words=" ".join(rest)))
        given.rest = rest
        status = function(given.run)(given)
        sys.stdout.flush()
        return status
    except SystemExit as stop:
        return stop.code if isinstance(stop.code, int) else PROBLEM
    except CommandFailed as failure:
        show.note(failure.message, show.RED)
        if failure.remedy:
            show.note(f"→ {failure.remedy}")
        return failure.status
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # whoever read has gone: nothing more to say
        return GOOD
    except KeyboardInterrupt:
        return 130
    except ConnectionError as error:
        show.note(f"{type(error).__name__}: {error}", show.RED)
        show.note("→ " + _("Draait het? Kijk met: keur status"))
        return NOT_REACHABLE
    except OSError as error:  # a full disk, a folder that is not ours: nothing that a traceback would explain
        show.note(": ".join(str(part) for part in (error.filename, error.strerror or error) if part), show.RED)
        return PROBLEM


def function(path: str) -> Callable[[argparse.Namespace], int]:
    """The function of a verb, `module:name` below this package; imported now."""
    module, _sep, name = path.partition(":")
    found: Callable[[argparse.Namespace], int] = getattr(importlib.import_module(f"deploy.cli.{module}"), name)
    return found


def build() -> Parser:
    """The parser of all verbs."""
    if language() == "nl":
        setattr(argparse, "_", lambda text: ARGPARSE_IN_DUTCH.get(text, text))  # noqa: B010 (its own name for gettext)
    parser = Parser(prog="keur", add_help=False)
    _add(parser, VERBS)
    return parser


def _add(parser: argparse.ArgumentParser, verbs: Sequence[Verb]) -> None:
    below = parser.add_subparsers(metavar=_("WERKWOORD"), required=True, parser_class=Parser)
    for verb in verbs:
        words = _(verb.help)
        child = below.add_parser(verb.name, help=words, description=words, allow_abbrev=not verb.passes_on)
        child.set_defaults(run=verb.run, passes_on=verb.passes_on)
        for argument in verb.arguments:
            _add_argument(child, argument)
        if verb.below:
            _add(child, verb.below)


def _add_argument(parser: argparse.ArgumentParser, argument: Argument) -> None:
    settings: dict[str, Any] = {"help": _(argument.help) if argument.help else None}
    if argument.flag:
        settings["action"] = "store_true"
    else:
        settings |= {"default": argument.default, "type": argument.type, "metavar": _(argument.metavar) or None}
        if argument.choices:
            settings["choices"] = argument.choices
        if argument.count:
            settings["nargs"] = argument.count
        if argument.repeated:
            settings["action"] = "append"
    if not argument.names[0].startswith("-"):
        settings.pop("metavar", None) if argument.choices else None
    parser.add_argument(*argument.names, **settings)


WIDEST = max(len(f"{verb.name} {each.name}") for verb in VERBS for each in verb.below)


def overview() -> str:
    """Every verb with a line, for `keur --help`."""
    lines = [_("keur WERKWOORD …: het keurmerk draaien, vullen en nakijken"), ""]
    for verb in VERBS:
        lines.append(f"  {verb.name:<12} {_(verb.help)}")
        lines += [f"    {verb.name + ' ' + each.name:<{WIDEST}} {_(each.help)}" for each in verb.below]
    lines += ["", _("Meer over een werkwoord: keur WERKWOORD --help. Alles wat leest kent --json.")]
    lines.append(_("Uitkomst: 0 goed, 1 er is iets mis, 2 verkeerd gebruikt, 3 niet bereikbaar."))
    return "\n".join(lines)
