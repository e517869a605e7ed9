"""The operators' desk from a terminal: queues, and the journal of events with its traces."""

from __future__ import annotations

import time
from argparse import Namespace
from typing import Any
from urllib.parse import quote

from deploy.cli import client, show
from deploy.cli.errors import GOOD, PROBLEM, WrongUse
from deploy.cli.system import paused_words
from deploy.cli.words import _

WATCH_EVERY = 2.0
FOLLOW_EVERY = 1.0


def queues(given: Namespace) -> int:
    """Status 1 when an inbox has no reader, messages are parked, or events go unheard."""
    while True:
        told = look()
        if given.watch and show.on_terminal():
            print("\x1b[H\x1b[2J", end="")
        show.as_json(told) if given.json else _print_queues(told)
        show.flush()
        if not given.watch:
            return PROBLEM if problems(told) else GOOD
        time.sleep(WATCH_EVERY)


def look() -> dict[str, Any]:
    """Queues, outboxes and mail side by side, as ops sees them now."""
    seen = client.get("ops", "/ops/api/overview", patience=5)
    found = seen["queues"]
    mail = (seen["services"].get("notifications") or {}).get("mail") or {}
    return {
        "broker": seen["broker"],
        "queues": found,
        "retry": {name: queue["ready"] for name, queue in found.items() if ".retry." in name},
        "unrouted": (found.get("keur.unrouted") or {}).get("ready"),
        "parked": sum(queue["parked"] or 0 for queue in found.values()),
        "outbox": {name: told.get("outbox") for name, told in seen["services"].items()},
        "mail": {name: mail.get(name) for name in ("due", "sending", "in_doubt", "failed")},
        "paused": {name: told.get("paused") for name, told in seen["services"].items() if told.get("paused")},
    }


def problems(told: dict[str, Any]) -> list[str]:
    """What an operator should look at, in words."""
    found = [] if told["broker"] else [_("de berichtenmakelaar antwoordt niet")]
    for name, queue in told["queues"].items():
        if name.endswith(".inbox") and queue["consumers"] == 0 and name.split(".")[1] not in told["paused"]:
            found.append(_("niemand leest {queue}").format(queue=name))
    found += [paused_words(service, pause) for service, pause in told["paused"].items()]
    if told["parked"]:
        found.append(_("{n} geparkeerd: keur dead list").format(n=told["parked"]))
    if told["unrouted"]:
        found.append(_("{n} gebeurtenissen waar niemand naar luistert").format(n=told["unrouted"]))
    return found


def _print_queues(told: dict[str, Any]) -> None:
    rows = []
    for name, queue in told["queues"].items():
        if ".retry." not in name or queue["ready"]:
            service = name.split(".")[1]
            outbox = (told["outbox"].get(service) or {}) if name.endswith(".inbox") else {}
            figures = (queue["ready"], queue["unacked"], queue["consumers"], queue["in_rate"], queue["out_rate"])
            rows.append((name, *figures, queue["parked"], outbox.get("pending"), outbox.get("oldest_age_s")))
    headings = (_("wachtrij"), _("klaar"), _("in handen"), _("lezers"), _("in/s"), _("uit/s"), _("geparkeerd"))
    show.table((*headings, "outbox", _("oudste s")), rows)
    mail = told["mail"]
    if mail["due"] is not None:
        words = _("Mail: {due} te versturen, {sending} bezig, {in_doubt} onzeker, {failed} mislukt.")
        show.line(words.format(**mail))
        if mail["in_doubt"]:
            words = _("Onzeker: misschien al verstuurd; gaat vanzelf nog eens, met hetzelfde Message-ID. Zie {page}")
            show.line(words.format(page=client.base("notifications") + "/notifications/messages?state=in_doubt"))
        if mail["failed"]:
            words = _("Mislukt: neem de oorzaak weg en verstuur opnieuw, op {page}")
            show.line(words.format(page=client.base("notifications") + "/notifications/messages?state=failed"))
    for problem in problems(told):
        show.line(problem, show.RED)


def tail(given: Namespace) -> int:
    """The last events, oldest first; with `--follow` until Ctrl-C."""
    if given.lines < 0 or given.lines > 1000:
        raise WrongUse(_("--lines: 0 tot 1000"))
    chosen = {"type": given.type, "subject": given.subject}
    newest = client.get("ops", "/ops/api/events", newest=True, limit=max(given.lines, 1), **chosen)["items"]
    items = newest[::-1][len(newest) - given.lines if given.lines < len(newest) else 0 :] if given.lines else []
    if given.json and not given.follow:
        show.as_json(items)
        return GOOD
    _print_events(items, given.json)
    after = newest[0]["position"] if newest else 0
    while given.follow:
        show.flush()
        time.sleep(FOLLOW_EVERY)
        items = client.get("ops", "/ops/api/events", after=after, limit=1000, **chosen)["items"]
        _print_events(items, given.json)
        after = items[-1]["position"] if items else after
    return GOOD


def _print_events(items: list[dict[str, Any]], as_json: bool) -> None:
    if as_json:
        show.as_lines(items)
        return
    for item in items:
        show.line(
            f"{item['position']:>7}  {item['time'][:19]}  {item['type']:<46}  {item['subject']:<28}  {item['id']}"
        )


def show_event(given: Namespace) -> int:
    with client.unless_known(_("De laatste gebeurtenissen: keur events tail --json")):
        told = client.get("ops", f"/ops/api/events/{quote(given.id, safe='')}")
    if given.json:
        show.as_json(told)
        return GOOD
    for name, value in told.items():
        if name != "data":
            show.line(f"{name:<14} {', '.join(value) if isinstance(value, list) else value}")
    for name, value in told["data"].items():
        show.line(f"  {name:<20} {value}")
    return GOOD


STAGES = {
    "happened": "gebeurde",
    "decided": "besliste",
    "told": "vertelde",
    "came_back": "kwam terug",
    "stuck": "bleef steken",
}


def trace(given: Namespace) -> int:
    """What happened → who decided → who was told → what came back; status 1 when it is unknown or stuck."""
    if "/" not in given.subject:
        raise WrongUse(_("Geef soort en nummer, zoals trainee/T20240001."))
    told = client.get("ops", "/ops/api/trace", subject=given.subject)
    stuck = [message for message in told["failed"] if message["state"] == "parked"]
    if given.json:
        show.as_json(told)
    else:
        for step in told["steps"]:
            _print_step(step)
        for message in stuck:
            words = _("{service} kon {type} niet verwerken: {error} (keur dead show {id})")
            show.line(words.format(**{**message, "type": message["event_type"]}), show.RED)
        if not told["steps"]:
            show.note(_("Van {subject} is niets bekend.").format(subject=given.subject))
    return PROBLEM if stuck or not told["steps"] else GOOD


def _print_step(step: dict[str, Any]) -> None:
    facts = step["data"]
    chosen = ("recipient", "template", "exam", "score", "outcome", "mode", "number", "due_on", "held_on", "missing")
    more = " ".join(f"{name}={_short(facts[name])}" for name in chosen if facts.get(name) not in (None, ""))
    indent = "  " * min(step["depth"], 8)
    show.line(f"{step['time'][:19]}  {_(STAGES[step['stage']]):<12}  {indent}{step['type']}  {more}".rstrip())


def _short(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)
