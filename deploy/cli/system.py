"""Running the system: up, down, doctor, logs, demo, test and check are others' work; status asks everything at once."""

from __future__ import annotations

import time
from argparse import Namespace
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from deploy.cli import client, show
from deploy.cli.errors import GOOD, NOT_REACHABLE, PROBLEM, CommandFailed
from deploy.cli.words import _

SERVICES = ("enrollment", "certification", "notifications", "ops")
PATIENCE = 1.3
"""Seconds for each answer: `status` ends within two, whatever is away."""
SECOND_LOOK = 0.25
BUDGET = 1.9


def demo(given: Namespace) -> int:
    """Plays the year; status 0 only if the account adds up."""
    from deploy import demo as told

    return int(told.play(fast=given.fast, exit_=given.exit))


def up(given: Namespace) -> int:
    from deploy.local import commands

    return commands.up(detach=given.detach)


def down(_given: Namespace) -> int:
    from deploy.local import commands

    return commands.down()


def doctor(given: Namespace) -> int:
    from deploy.local import commands

    return commands.doctor(as_json=given.json)


def logs(given: Namespace) -> int:
    from deploy.local import commands

    return commands.logs(given.service, lines=given.lines, follow=given.follow, as_json=given.json)


def test(given: Namespace) -> int:
    from deploy.local import checks

    chosen = [f"--{name}" for name in ("browser", "slow", "chaos") if getattr(given, name)]
    for name in ("seed", "seconds"):
        if value := getattr(given, name):
            chosen += [f"--{name}", value]
    return int(checks.test([*chosen, *given.rest]))


def check(_given: Namespace) -> int:
    from deploy.local import checks

    return int(checks.check())


def crashpoints(given: Namespace) -> int:
    """The named points of KEUR_CRASH_AT, and where each is."""
    from shared.bus.crashpoints import POINTS

    if given.json:
        show.as_json([{"point": name, "where": where} for name, where in POINTS.items()])
    else:
        show.table((_("punt"), _("waar")), list(POINTS.items()))
    return GOOD


def status(given: Namespace) -> int:
    """Status 0 when every service is ready, 1 when some are not, 3 when none answers."""
    told = look()
    if given.json:
        show.as_json(told)
    else:
        _print(told)
    if not any(service["pid"] for service in told["services"].values()):
        if not given.json:
            show.note("→ " + _("Start het systeem: keur up --detach"))
        return NOT_REACHABLE
    return GOOD if all(service["ready"] for service in told["services"].values()) else PROBLEM


def look() -> dict[str, Any]:
    """The state of everything; `quiet` only when two looks in a row see nothing pending and no counter moved."""
    started = time.monotonic()
    first = _snapshot()
    quiet = False
    if _still(first) and time.monotonic() - started + SECOND_LOOK + PATIENCE / 2 < BUDGET:
        time.sleep(SECOND_LOOK)
        second = _snapshot()
        quiet = _still(second) and _counters(first) == _counters(second)
        first = second
    return _told(first, quiet)


def _snapshot() -> dict[str, Any]:
    with ThreadPoolExecutor(len(SERVICES) + 1) as pool:
        queues = pool.submit(asked, "ops", "/ops/api/queues", True)
        answers = dict(zip(SERVICES, pool.map(_ready, SERVICES), strict=True))
    return {"services": answers, "queues": queues.result() or {}}


def _ready(service: str) -> dict[str, Any]:
    return asked(service, "/readyz", False) or {"ready": False}


def asked(service: str, path: str, signed: bool) -> dict[str, Any] | None:
    """The JSON of an answer whatever its status (a service that is not ready says so with 503); none without one."""
    import json

    try:
        _status, body = client.ask(service, "GET", path, patience=PATIENCE, public=not signed)
        told = json.loads(body)
    except (CommandFailed, ValueError):
        return None
    return told if isinstance(told, dict) else None


def _still(seen: dict[str, Any]) -> bool:
    """Nothing waits: in an outbox, a queue, a service's hands or a retry tier, for a clock or a signature, as mail."""
    services, queues = seen["services"].values(), seen["queues"]
    if not queues.get("broker") or not all(told.get("ready") for told in services):
        return False
    if any(queue["ready"] is None or queue["ready"] for name, queue in queues["queues"].items() if _moves(name)):
        return False
    for told in services:
        mail, counters, failed = told.get("mail") or {}, told.get("counters") or {}, told.get("failed") or {}
        schedule, signing = told.get("schedule") or {}, told.get("signing") or {}
        waiting = (
            (told.get("outbox") or {}).get("pending"), counters.get("in_flight"), mail.get("due"), mail.get("sending"),
            mail.get("in_doubt"), failed.get("redriving"), schedule.get("to_look_at"),
            signing.get("waiting"),
        )  # fmt: skip
        if any(waiting):
            return False
    return True


def _moves(queue: str) -> bool:
    """What lies in keur.unrouted lies still: nobody listens to it."""
    return queue != "keur.unrouted"


def _counters(seen: dict[str, Any]) -> list[Any]:
    return [told.get("counters") for told in seen["services"].values()]


def _told(seen: dict[str, Any], quiet: bool) -> dict[str, Any]:
    services, outboxes = {}, {}
    mail = {"due": None, "sending": None, "in_doubt": None, "failed": None}
    to_look_at = to_sign = None
    for name, told in seen["services"].items():
        services[name] = {
            "pid": told.get("pid") or _pid(name),
            "ready": bool(told.get("ready")),
            "since": told.get("since"),
            "version": told.get("version"),
            "last_error": told.get("last_error") if told.get("pid") else "does not answer",
            "checks": told.get("checks") or {},
            "counters": told.get("counters") or {},
            "paused": told.get("paused"),
        }
        outbox = told.get("outbox") or {}
        outboxes[name] = {"pending": outbox.get("pending"), "oldest_age_s": outbox.get("oldest_age_s")}
        if told.get("mail"):
            mail |= told["mail"]
        if told.get("schedule"):
            to_look_at = told["schedule"].get("to_look_at")
        if told.get("signing"):
            to_sign = told["signing"].get("waiting")
    wanted = ("ready", "unacked", "consumers", "parked")
    queues = {name: {key: queue[key] for key in wanted} for name, queue in seen["queues"].get("queues", {}).items()}
    return {
        "services": services,
        "outbox": outboxes,
        "queues": queues,
        "broker": bool(seen["queues"].get("broker")),
        "blocked": next((told["blocked"] for told in seen["services"].values() if told.get("blocked")), None),
        "mail": mail,
        "schedule": {"to_look_at": to_look_at},
        "signing": {"waiting": to_sign},
        "quiet": quiet,
    }


def _pid(service: str) -> int | None:
    """The pid that the supervisor noted, when that process is alive."""
    import os

    try:
        pid = int((client.home() / "run" / f"{service}.pid").read_text("ascii"))
        os.kill(pid, 0)
    except (OSError, ValueError):
        return None
    return pid


def _print(told: dict[str, Any]) -> None:
    rows = []
    for name, service in told["services"].items():
        outbox = told["outbox"][name]
        rows.append(
            (
                name,
                _("gepauzeerd")
                if service["paused"]
                else _("gereed")
                if service["ready"]
                else _("niet gereed")
                if service["pid"]
                else _("draait niet"),
                service["pid"],
                (service["since"] or "")[:19],
                service["version"],
                outbox["pending"],
                service["last_error"] or "",
            )
        )
    headings = (_("dienst"), _("toestand"), "pid", _("sinds"), _("versie"), "outbox", _("laatste fout"))
    show.table(headings, rows)
    for name, service in told["services"].items():
        if service["paused"]:
            show.line(paused_words(name, service["paused"]), show.YELLOW)
    busy = [
        (n, q["ready"], q["unacked"], q["consumers"], q["parked"]) for n, q in told["queues"].items() if _shown(n, q)
    ]
    if busy:
        show.line()
        show.table((_("wachtrij"), _("klaar"), _("in handen"), _("lezers"), _("geparkeerd")), busy)
    mail = told["mail"]
    if told["blocked"]:
        words = _("De berichtenmakelaar neemt nu niets aan: {reason}. Berichten wachten in de outbox.")
        show.line(words.format(reason=told["blocked"]), show.RED)
    if mail["due"] is not None:
        show.line()
        words = _("Mail: {due} te versturen, {sending} bezig, {in_doubt} onzeker, {failed} mislukt.")
        show.line(words.format(**mail))
    if waiting := told["schedule"]["to_look_at"]:
        show.line(_("De klok heeft nog {n} zaken te bekijken.").format(n=waiting))
    if waiting := told["signing"]["waiting"]:
        show.line(_("Te ondertekenen of opnieuw op te maken: {n}.").format(n=waiting))
    if any(service["pid"] for service in told["services"].values()):
        show.line(_("Stil: er wacht niets.") if told["quiet"] else _("Niet stil: er wacht nog iets."))


def paused_words(service: str, pause: dict[str, Any]) -> str:
    """Since when, by whom and why a service reads nothing."""
    words = _("{service} is gepauzeerd sinds {since} door {actor}: {reason} (verder: keur resume {service})")
    return words.format(service=service, since=pause["since"][:19], actor=pause["actor"], reason=pause["reason"])


def _shown(name: str, queue: dict[str, Any]) -> bool:
    return name.endswith(".inbox") or bool(queue["ready"] or queue["parked"])
