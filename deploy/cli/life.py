"""What the office decides about a certificate from a terminal: each with its reason, and what takes away asks first."""

from __future__ import annotations

import re
from argparse import Namespace
from urllib.parse import quote

from deploy.cli import client, show
from deploy.cli.errors import GOOD, WrongUse
from deploy.cli.words import _

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def suspend(given: Namespace) -> int:
    return _decide(given, "suspend", _("Certificaat {number} schorsen?"), _("Certificaat {number} is geschorst."))


def reinstate(given: Namespace) -> int:
    return _decide(given, "reinstate", "", _("Certificaat {number} geldt weer."))


def withdraw(given: Namespace) -> int:
    question = _("Certificaat {number} intrekken? Dat is voorgoed.")
    return _decide(given, "withdraw", question, _("Certificaat {number} is ingetrokken."))


def reissue(given: Namespace) -> int:
    return _decide(given, "reissue", "", _("Certificaat {number} is opnieuw opgemaakt."))


def _decide(given: Namespace, what: str, question: str, done: str) -> int:
    """Status 2 without a reason or a yes; 1 when a rule refuses."""
    if not given.reason.strip():
        raise WrongUse(_("Dit heeft een reden nodig: --reason '…'"))
    body = {"reason": given.reason, "reason_code": given.because or "other"}
    until = getattr(given, "until", "")
    if until:
        if not _DAY.fullmatch(until):
            raise WrongUse(_("--until {day}: schrijf een dag als 2027-03-01").format(day=until))
        body["until"] = until
    if question and not given.yes and not show.confirmed(question.format(number=given.number)):
        raise WrongUse(_("Niet gedaan."), _("Zonder vraag: --yes"))
    told = client.post("certification", f"/certification/api/certificates/{quote(given.number, safe='')}/{what}", body)
    if given.json:
        show.as_json(told)
        return GOOD
    show.line(done.format(number=told["number"]))
    if told.get("appeal_until"):
        show.line(_("Beroep kan tot en met {day}.").format(day=told["appeal_until"]))
    return GOOD
