"""How the process of a service begins: its code is read as cheaply as can be, for until then nobody is served.

Reading the code is nearly all that a start costs: 1 to 2 s of processor time, more by the clock on a machine that is
full. This module is the first that a process reads, so it imports nothing of ours or of others at its top.
"""

import gc
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module

LEFT_OUT = ("rich", "email_validator")
"""structlog, httpx and FastAPI load these when they are there. We log JSON and describe no e-mail fields in OpenAPI;
who does use one imports it where it does, as ever."""


@contextmanager
def _left_out(names: Sequence[str]) -> Iterator[None]:
    """As if these packages were not installed: Python's own way to say so is None in ``sys.modules``."""
    mine = [name for name in names if name not in sys.modules]
    sys.modules.update(dict.fromkeys(mine))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in mine:
            del sys.modules[name]


def read(service: str) -> None:
    """Imports the service and all that it stands on, without looking for garbage meanwhile: there is none to find.

    ``settle`` switches the search on again.
    """
    gc.disable()
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")  # or it opens the metadata of every package to look
    with _left_out(LEFT_OUT):
        import_module(f"services.{service}.app")


def settle() -> None:
    """Garbage is looked for from now on, but not in what was read, which stays: going through it takes 50 ms a time."""
    gc.freeze()
    gc.enable()


def start(service: str, argv: Sequence[str] | None = None) -> None:
    """``python -m services.<service> [all|web|worker]``."""
    read(service)
    run = import_module("shared.service").run  # not at the top: it imports nearly everything
    run(import_module(f"services.{service}.app").build, service, sys.argv if argv is None else argv)
