"""Appeals from a terminal: what waits, lodged for whoever asked the office, decided by somebody who had no part."""

from __future__ import annotations

from argparse import Namespace
from urllib.parse import quote

from deploy.cli import client, show
from deploy.cli.errors import GOOD, WrongUse
from deploy.cli.words import _


def list_appeals(given: Namespace) -> int:
    """Those that wait, the first due first; with ``--all`` the others too."""
    found = list(client.all_items("certification", "/certification/api/appeals"))
    if not given.all:
        found = [one for one in found if one["outcome"] is None]
    found.sort(key=lambda one: (one["outcome"] is not None, one["decide_by"] or "9999", one["lodged_on"]))
    if given.json:
        show.as_json(found)
        return GOOD
    for one in found:
        about = one["number"] or one["trainee_id"]
        term = one["outcome"] or _("beslissen uiterlijk {day}").format(day=one["decide_by"] or "–")
        show.line(f"{one['appeal_id']}  {about:<16} {one['against']:<14} {one['lodged_on']}  {term}")
    if not found:
        show.line(_("Er wacht geen beroep."))
    return GOOD


def lodge(given: Namespace) -> int:
    """Status 2 without grounds or without knowing against what; 1 when a rule refuses."""
    if not given.reason.strip():
        raise WrongUse(_("Dit heeft een reden nodig: --reason '…'"))
    if bool(given.trainee) == bool(given.certificate):
        raise WrongUse(_("Tegen wat? Geef --trainee LEERLING of --certificate NUMMER, één van beide."))
    about = f"candidates/{quote(given.trainee, safe='')}" if given.trainee else _certificate(given.certificate)
    body = {"grounds": given.reason} | ({"late_reason": given.late} if given.late else {})
    told = client.post("certification", f"/certification/api/{about}/appeals", body)
    if given.json:
        show.as_json(told)
        return GOOD
    show.line(_("Beroep {id} is ingesteld.").format(id=told["appeal_id"]))
    if told.get("decide_by"):
        show.line(_("Er moet uiterlijk {day} beslist zijn.").format(day=told["decide_by"]))
    return GOOD


def decide(given: Namespace) -> int:
    """Status 2 without a reason or a yes; 1 when a rule refuses, such as for who had a part."""
    if not given.reason.strip():
        raise WrongUse(_("Dit heeft een reden nodig: --reason '…'"))
    question = _("Beroep {id} gegrond verklaren?") if given.outcome == "upheld" else _("Beroep {id} afwijzen?")
    if not given.yes and not show.confirmed(question.format(id=given.id)):
        raise WrongUse(_("Niet gedaan."), _("Zonder vraag: --yes"))
    body = {"outcome": given.outcome, "reason": given.reason}
    told = client.post("certification", f"/certification/api/appeals/{quote(given.id, safe='')}/decision", body)
    if given.json:
        show.as_json(told)
        return GOOD
    show.line(_("Op beroep {id} is beslist.").format(id=told["appeal_id"]))
    if told.get("new_number"):
        show.line(_("Er is een nieuw certificaat: {number}.").format(number=told["new_number"]))
    return GOOD


def _certificate(number: str) -> str:
    return f"certificates/{quote(number, safe='')}"
