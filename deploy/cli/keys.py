"""Replacing the keys that sign, by two persons: one proposes, another approves with a token of his or her own."""

from __future__ import annotations

import re
from argparse import Namespace
from datetime import datetime
from typing import Any
from urllib.parse import quote

from deploy.cli import client, show
from deploy.cli.client import Refused
from deploy.cli.errors import GOOD, PROBLEM, CommandFailed, WrongUse
from deploy.cli.words import _

PATH = "/certification/api/signing-keys"
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2})?)?([+-]\d{2}:\d{2}|Z)?")


def propose(given: Namespace) -> int:
    """Status 2 without why; 1 when a rule refuses."""
    if not given.words.strip():
        raise WrongUse(_("Schrijf erbij waarom: --words '…'"))
    keys = {"both": ["credential", "paper"]}.get(given.key, [given.key])
    body: dict[str, Any] = {"keys": keys, "reason": given.reason, "words": given.words}
    if given.since:
        body["since"] = _moment(given.since)
    told = _post("changes", body)
    if given.json:
        show.as_json(told)
        return GOOD
    show.line(_("Voorgesteld door {proposed_by}: {change_id}").format(**told))
    if told["since"]:
        show.line(_("Wat sinds {since} is ondertekend wordt opnieuw opgemaakt.").format(**told))
    show.line(_("Iemand anders keurt het goed: keur certificate rotate-key approve {change_id}").format(**told))
    return GOOD


def approve(given: Namespace) -> int:
    """Status 2 without a yes; 1 when a rule refuses, such as when the same person proposed it."""
    change = given.change or _waiting()
    question = _("Voorstel {change} goedkeuren? De oude sleutel ondertekent dan niets meer.").format(change=change)
    if not given.yes and not show.confirmed(question):
        raise WrongUse(_("Niet gedaan."), _("Zonder vraag: --yes"))
    told = _post(f"changes/{quote(change, safe='')}/approve", {})
    if given.json:
        show.as_json(told)
        return GOOD
    show.line(_("Goedgekeurd door {approved_by}; de nieuwe sleutel ondertekent.").format(**told))
    if told["since"]:
        show.line(_("Certificaten worden opnieuw opgemaakt. Hoe ver het is: keur certificate rotate-key list"))
    return GOOD


def withdraw(given: Namespace) -> int:
    change = given.change or _waiting()
    told = _post(f"changes/{quote(change, safe='')}/withdraw", {})
    if given.json:
        show.as_json(told)
    else:
        show.line(_("Voorstel {change_id} is ingetrokken.").format(**told))
    return GOOD


def show_all(given: Namespace) -> int:
    """Every key and every change; status 1 when a certificate could not be made out again."""
    told = client.get("certification", PATH)
    failed = sum(one["failed"] for one in told["changes"])
    if given.json:
        show.as_json(told)
        return PROBLEM if failed else GOOD
    show.table(
        (_("sleutel"), _("soort"), _("stand"), _("van"), _("tot"), _("waarom"), _("wie")),
        [
            (
                _short(one["key_id"]),
                one["kind"],
                one["state"],
                one["began_at"][:16],
                (one["ended_at"] or "–")[:16],
                one["ended_because"] or "–",
                f"{one['proposed_by']}, {one['approved_by']}" if one["made_by"] else "–",
            )
            for one in told["keys"]
        ],
    )
    for one in told["changes"]:
        total = one["done"] + one["waiting"] + one["left_alone"] + one["failed"]
        words = _("{change_id} {state} {reason}: {done} van {total} opnieuw, {waiting} wacht, {failed} mislukt")
        show.line(words.format(**one, total=total), show.RED if one["failed"] else "")
        if one["state"] == "proposed":
            show.line(_("  goedkeuren: keur certificate rotate-key approve {change_id}").format(**one))
    return PROBLEM if failed else GOOD


def drill(given: Namespace) -> int:
    """What would happen if the key were stolen, tried and rolled back. Status 1 when it would not hold."""
    told = client.post("certification", f"{PATH}/drill", {"certificates": given.certificates}, patience=600.0)
    if given.json:
        show.as_json(told)
        return GOOD if told["holds"] else PROBLEM
    if not told["tried"]:
        show.line(_("Er staat nog niets op deze sleutel."))
        return GOOD
    show.line(
        _(
            "{reissued} van {standing} certificaten opnieuw opgemaakt en ondertekend in {seconds} s ({per_second}/s)."
        ).format(**told)
    )
    show.line(
        _("Nieuwe bewijzen geaccepteerd: {new_accepted}; oude geweigerd: {old_refused}. Niets is bewaard.").format(
            **told
        )
    )
    show.line(_("Alles zou ongeveer {all_would_take_s} s duren.").format(**told))
    if told["papers"]:
        show.line(
            _("Een nieuw papier duurt {seconds_per_paper} s; het wordt gemaakt als iemand erom vraagt.").format(**told)
        )
    for number in told["failed"]:
        show.line(_("{number} zou mislukken").format(number=number), show.RED)
    return GOOD if told["holds"] else PROBLEM


def _post(what: str, body: dict[str, Any]) -> dict[str, Any]:
    """Raises CommandFailed with the command that helps."""
    try:
        told: dict[str, Any] = client.post("certification", f"{PATH}/{what}", body)
    except Refused as refused:
        kind = str(refused.problem.get("type", "")).rpartition(":")[2]
        helps = {
            "key-needs-second-person": _(
                "Met het bewijs van een ander: KEUR_TOKEN_FILE=BESTAND keur certificate rotate-key approve"
            ),
            "proposal-waits-already": _("Kijk met: keur certificate rotate-key list"),
            "proposal-decided-already": _("Doe een nieuw voorstel: keur certificate rotate-key propose"),
        }.get(kind)
        if helps is None:
            raise
        raise CommandFailed(refused.message, helps) from None
    return told


def _waiting() -> str:
    told = client.get("certification", PATH)
    for one in told["changes"]:
        if one["state"] == "proposed":
            return str(one["change_id"])
    raise CommandFailed(_("Er wacht geen voorstel."), _("Doe er een: keur certificate rotate-key propose --words '…'"))


def _moment(typed: str) -> str:
    if not _MOMENT.fullmatch(typed):
        raise WrongUse(_("--since {typed}: schrijf een moment als 2027-03-01T14:30").format(typed=typed))
    from shared.clock import AMSTERDAM

    try:
        moment = datetime.fromisoformat(typed.replace("Z", "+00:00"))
    except ValueError:
        raise WrongUse(_("--since {typed}: dat moment bestaat niet").format(typed=typed)) from None
    return (moment if moment.tzinfo else moment.replace(tzinfo=AMSTERDAM)).isoformat()


def _short(key: str) -> str:
    return f"{key[:10]}…{key[-6:]}"
