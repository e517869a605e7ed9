"""`keur replay`: one service is offered its events once more, from the journal and from who told private ones."""

from __future__ import annotations

import time
from argparse import Namespace
from typing import Any

from deploy.cli import client, show
from deploy.cli.errors import GOOD, PROBLEM, CommandFailed, WrongUse
from deploy.cli.system import asked
from deploy.cli.words import _

LOOK_EVERY = 0.3
STILL_WAITING_AFTER = 120.0


class ServiceSilent(CommandFailed):
    """The service has to say what it listens to, and does not answer."""


def replay(given: Namespace) -> int:
    """People first, then what happened to them; status 1 when messages were parked on the way."""
    if not given.service:
        raise WrongUse(_("Voor welke dienst? --service DIENST"))
    first = getattr(given, "from")
    ready = asked(given.service, "/readyz", False)
    if not ready or not ready.get("hears"):
        raise ServiceSilent(_("{service} antwoordt niet.").format(service=given.service), _("Kijk met: keur status"))
    parked = _parked(given.service)
    private = _private(given, ready["hears"])
    wanted = {"service": given.service, "first": first, "again": given.again, "reason": given.reason}
    began = client.post("ops", "/ops/api/replays", {**wanted, "types": ready["hears"], "dry_run": given.dry_run})
    told = {"service": given.service, "again": given.again, "private": private, "journal": began["total"]}
    if not given.dry_run:
        sent = _followed(began["id"], given.json)
        told |= {"id": began["id"], "sent": sent["sent"], "state": sent["state"]}
        told["waiting"] = _worked_off(given.service, given.json)
        told["parked"] = max(0, _parked(given.service) - parked)
    if given.json:
        show.as_json(told)
    else:
        _print(told, given.dry_run)
    return PROBLEM if told.get("parked") else GOOD


def _private(given: Namespace, hears: list[str]) -> dict[str, dict[str, int]]:
    """What tellers of personal data still keep, by teller; sent unless it is a dry run."""
    from shared.events import ALL

    found = {}
    for teller in ("enrollment", "certification"):
        types = [kind for kind in hears if kind.startswith(f"{teller}.") and kind in ALL and ALL[kind].PRIVATE]
        if types:
            asks = {"to": given.service, "types": types, "again": given.again, "dry_run": given.dry_run}
            found[teller] = client.post(teller, f"/{teller}/api/bus/replay", {**asks, "reason": given.reason})
    return found


def _followed(id: str, quiet: bool) -> dict[str, Any]:
    while True:
        told: dict[str, Any] = client.get("ops", f"/ops/api/replays/{id}")
        _progress(_("{n} van {total} aangeboden").format(n=told["sent"], total=told["total"]), quiet)
        if told["state"] != "running":
            return told
        time.sleep(LOOK_EVERY)


def _worked_off(service: str, quiet: bool) -> int:
    """Waits until the inbox queue is empty; how many still wait when that takes too long, or the consumer rests."""
    deadline = time.monotonic() + STILL_WAITING_AFTER
    while True:
        queue = client.get("ops", "/ops/api/queues")["queues"].get(f"keur.{service}.inbox") or {}
        ready = asked(service, "/readyz", False) or {}
        left = int(queue.get("ready") or 0) + int((ready.get("counters") or {}).get("in_flight") or 0)
        _progress(_("{n} wachten nog").format(n=left), quiet)
        if not left or ready.get("paused") or time.monotonic() > deadline:
            if not quiet and show.on_terminal():
                print("\r\x1b[K", end="")
            return left
        time.sleep(LOOK_EVERY)


def _progress(words: str, quiet: bool) -> None:
    if not quiet and show.on_terminal():
        print(f"\r\x1b[K{words}", end="", flush=True)


def _parked(service: str) -> int:
    queues = client.get("ops", "/ops/api/queues")["queues"]
    return int((queues.get(f"keur.{service}.inbox") or {}).get("parked") or 0)


def _print(told: dict[str, Any], dry_run: bool) -> None:
    kept = sum(each["kept"] for each in told["private"].values())
    forgotten = sum(each["forgotten"] for each in told["private"].values())
    if dry_run:
        show.line(_("{n} gebeurtenissen uit het logboek, {kept} besloten").format(n=told["journal"], kept=kept))
    else:
        words = _("{n} gebeurtenissen uit het logboek aangeboden, {kept} besloten; {parked} geparkeerd")
        show.line(words.format(n=told["sent"], kept=kept, parked=told["parked"]))
        if told["waiting"]:
            show.line(_("{n} wachten nog").format(n=told["waiting"]), show.YELLOW)
    if forgotten:
        words = _("Van {n} besloten gebeurtenissen is de inhoud al vergeten (na een dag); die gaan niet mee.")
        show.note(words.format(n=forgotten))
