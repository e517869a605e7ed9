"""How a verb and its arguments are written down; verbs.py and verbs_of_the_mark.py hold them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Argument:
    """As argparse has it; `names` without dashes is given by place."""

    names: tuple[str, ...]
    help: str = ""
    flag: bool = False
    default: Any = None
    type: Callable[[str], Any] = str
    choices: tuple[str, ...] = ()
    count: str = ""
    metavar: str = ""
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Verb:
    """`run` is `module:function` in this package. `passes_on`: what is not known goes on to another program."""

    name: str
    help: str
    run: str = ""
    arguments: tuple[Argument, ...] = ()
    below: tuple[Verb, ...] = ()
    passes_on: bool = False


def option(name: str, help: str, **more: Any) -> Argument:
    return Argument((name,), help, **more)


def flag(name: str, help: str) -> Argument:
    return Argument((name,), help, flag=True)


JSON = flag("--json", "uitvoer als JSON")
YES = flag("--yes", "niet vragen")
