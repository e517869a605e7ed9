"""`keur pause` and `keur resume`: a service's consumer rests, and its messages wait in the queue."""

from __future__ import annotations

from argparse import Namespace

from deploy.cli import client, show
from deploy.cli.errors import GOOD, WrongUse
from deploy.cli.words import _


def pause(given: Namespace) -> int:
    """Needs a reason; holds over restarts."""
    if len(given.reason.strip()) < 3:
        raise WrongUse(_("Pauzeren heeft een reden nodig: --reason '…'"))
    done, before = _("{service} leest niet meer; de berichten wachten."), _("{service} was al gepauzeerd.")
    return _asked(given, "pause", done, before)


def resume(given: Namespace) -> int:
    """The consumer goes on with what waited."""
    return _asked(given, "resume", _("{service} leest weer."), _("{service} was niet gepauzeerd."))


def _asked(given: Namespace, what: str, done: str, before: str) -> int:
    told = client.post(given.service, f"/{given.service}/api/bus/{what}", {"reason": given.reason.strip()})
    if given.json:
        show.as_json(told)
    else:
        show.line((done if told["changed"] else before).format(service=given.service))
    return GOOD
