"""The failed messages from a terminal: look at them by cause, send them back, discard them with a reason."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from deploy.cli import client, show
from deploy.cli.errors import GOOD, PROBLEM, WrongUse
from deploy.cli.words import _

FILTERS = ("service", "type", "subject", "error", "older", "newer")
AGE = re.compile(r"[0-9]{1,6}[smhd]")


def filters(given: Namespace) -> dict[str, str]:
    """`--group` and `--filter name=value` as the API takes them."""
    found = {"group": given.group} if given.group else {}
    for pair in given.filter or []:
        name, sep, value = pair.partition("=")
        if not sep or name not in FILTERS or not value:
            raise WrongUse(
                _("--filter {pair}: geef een van {names}").format(pair=pair, names="=, ".join(FILTERS) + "=")
            )
        if name in ("older", "newer") and not AGE.fullmatch(value):
            raise WrongUse(_("--filter {pair}: geef een tijd zoals 45s, 30m, 2h of 3d").format(pair=pair))
        found[name] = value
    return found


def list_failed(given: Namespace) -> int:
    """Status 1 when something is parked."""
    chosen: dict[str, Any] = filters(given)
    items = client.get("ops", "/ops/api/failed", state=given.state, limit=given.limit, **chosen)["items"]
    groups = client.get("ops", "/ops/api/failed/groups")["items"] if given.state == "parked" else []
    shown = {item["group"] for item in items}
    groups = [group for group in groups if group["group"] in shown]
    if given.json:
        show.as_json({"groups": groups, "items": items})
    elif not items:
        show.line(_("Er is niets geparkeerd.") if given.state == "parked" else _("Geen berichten in deze toestand."))
    elif chosen or not groups:
        names = ("id", "service", "event_type", "subject", "error")
        rows = [(*(item[name] for name in names), item["parked_at"][:19], item["times"]) for item in items]
        headings = (_("nummer"), _("dienst"), _("soort"), _("over"), _("fout"), _("geparkeerd"), _("keer"))
        show.table(headings, rows)
    else:
        shown_of_group = ("group", "count", "repeated", "service", "error", "handler")
        rows = [(*(group[name] for name in shown_of_group), group["reason"][:60]) for group in groups]
        headings = (_("oorzaak"), _("aantal"), _("opnieuw mislukt"), _("dienst"), _("fout"), _("onderdeel"), _("reden"))
        show.table(headings, rows)
        show.note(_("De berichten van één oorzaak: keur dead list --group G; opnieuw: keur dead retry --group G"))
    return PROBLEM if items and given.state == "parked" else GOOD


def show_failed(given: Namespace) -> int:
    with client.unless_known(_("Alle nummers: keur dead list --state all --json")):
        told = client.get("ops", f"/ops/api/failed/{quote(given.id, safe='')}")
    if given.json:
        show.as_json(told)
        return GOOD
    hidden = ("data", "text", "base64", "headers", "properties", "actions")
    for name, value in told.items():
        if name not in hidden and value not in (None, ""):
            show.line(f"{name:<16} {value}")
    for action in told["actions"]:
        show.line(f"{action['at'][:19]} {action['actor']} {action['action']} {action['reason']}")
    if told["sealed"]:
        show.line(_("De inhoud is verzegeld: persoonsgegevens, ook hier niet te lezen."))
    elif told["data"] is not None:
        show.as_json(told["data"])
    else:
        show.line(told["text"] or told["base64"] or "")
    return GOOD


def retry(given: Namespace) -> int:
    """Sends messages back to the service that gave up on them, and says what became of each that ended in time; status
    1 when there were none, or some were parked again."""
    decision = _decision(given)
    if not given.dry_run and given.wait > 0:
        return _retried(given, decision)
    words = _("{n} bericht(en) opnieuw aangeboden"), _("{n} bericht(en) zouden opnieuw aangeboden worden")
    return _decide(given, "retry", *words)


def _retried(given: Namespace, decision: dict[str, Any]) -> int:
    from deploy.cli import outcomes

    chosen = {name: value for name, value in decision.items() if name in ("group", *FILTERS)}
    ids = decision.get("ids") or [item["id"] for item in client.all_items("ops", "/ops/api/failed", **chosen)]
    told = _ask_ops("retry", decision)
    found = outcomes.awaited(ids, seconds=given.wait, quiet=given.json) if told["matched"] else []
    counts = outcomes.counted(found)
    if given.json:
        show.as_json({**told, "outcomes": counts, "messages": found})
    else:
        show.line(_("{n} bericht(en) opnieuw aangeboden").format(n=told["matched"]))
        outcomes.printed(found)
    return GOOD if told["matched"] and not counts["parked again"] else PROBLEM


def restore(given: Namespace) -> int:
    return _decide(given, "restore", _("{n} bericht(en) teruggehaald"), _("{n} bericht(en) zouden teruggehaald worden"))


def discard(given: Namespace) -> int:
    """Needs a reason; asks, unless `--yes`."""
    if not given.reason.strip():
        raise WrongUse(_("Weggooien heeft een reden nodig: --reason '…'"))
    if not given.dry_run and not given.yes:
        count = _ask_ops("discard", _decision(given) | {"dry_run": True})["matched"]
        if not show.confirmed(_("{n} bericht(en) wegleggen?").format(n=count)):
            raise WrongUse(_("Niet gedaan."), _("Zonder vraag: --yes"))
    return _decide(given, "discard", _("{n} bericht(en) weggelegd"), _("{n} bericht(en) zouden weggelegd worden"))


def _decide(given: Namespace, action: str, done: str, would: str) -> int:
    told = _ask_ops(action, _decision(given))
    if given.json:
        show.as_json(told)
    else:
        show.line((would if given.dry_run else done).format(n=told["matched"]))
    return GOOD if told["matched"] else PROBLEM


def _decision(given: Namespace) -> dict[str, Any]:
    chosen: dict[str, Any] = filters(given)
    if given.ids:
        if chosen or given.all:
            raise WrongUse(_("Geef nummers, of --group, --filter of --all; niet allebei."))
        chosen["ids"] = [_own_id(id) for id in given.ids]
    elif given.all:
        chosen["all"] = True
    elif not chosen:
        raise WrongUse(_("Over welke berichten? Geef nummers, --group G, --filter … of --all."))
    return chosen | {"reason": given.reason, "dry_run": given.dry_run}


def _own_id(id: str) -> str:
    """The desk's own id: a message may be given by the id that it has on the bus."""
    with client.unless_known(_("Alle nummers: keur dead list --state all --json")):
        return str(client.get("ops", f"/ops/api/failed/{quote(id, safe='')}")["id"])


def _ask_ops(action: str, decision: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = client.post("ops", f"/ops/api/failed/{action}", decision)
    return told


def export(given: Namespace) -> int:
    """Every parked message whole, one object a line (with `--json` one array)."""
    whole = _whole(filters(given))
    if given.json:
        show.as_json(list(whole))
    else:
        show.as_lines(whole)
    return GOOD


def _whole(chosen: dict[str, str]) -> Iterator[dict[str, Any]]:
    for item in client.all_items("ops", "/ops/api/failed", **chosen):
        yield client.get("ops", f"/ops/api/failed/{item['id']}")
