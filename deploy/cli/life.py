"""What the office decides about a certificate from a terminal: each with its reason, and what takes away asks first."""

from __future__ import annotations

import re
from argparse import Namespace
from collections.abc import Mapping
from urllib.parse import quote

from deploy.cli import client, show
from deploy.cli.errors import GOOD, WrongUse
from deploy.cli.words import _

_SCORE = re.compile(r"-?\d+(\.\d{1,2})?")
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


def correct(given: Namespace) -> int:
    """A new version takes the place of this one; what was handed out before does not count any more."""
    more = {name: value for name in ("holder", "programme") if (value := getattr(given, name))}
    if not more:
        raise WrongUse(_("Wat hoort erop te staan? Geef --holder, --programme of beide."))
    question = _("Certificaat {number} verbeteren? De versie van nu geldt dan niet meer.")
    return _decide(given, "correct", question, _("Certificaat {number} is verbeterd."), more)


def reduce_scope(given: Namespace) -> int:
    targets = [code.strip() for code in given.targets.split(",") if code.strip()]
    if not targets:
        raise WrongUse(_("Welke eindtermen blijven? Geef --targets E1,E2."))
    question = _("Certificaat {number} voor minder eindtermen laten gelden?")
    done = _("Certificaat {number} geldt voor minder eindtermen.")
    return _decide(given, "reduce-scope", question, done, {"targets": targets})


def recertify(given: Namespace) -> int:
    """Nothing is taken away, so nothing is asked; the scheme says which exams and months it takes."""
    body: dict[str, object] = {"exams": [_exam(one) for one in given.exam or []]}
    if given.practice_months is not None:
        body["practice_months"] = given.practice_months
    if given.reason.strip():
        body["reason"] = given.reason
    return _told(given, "recertify", body, _("Certificaat {number} is verlengd."))


def expire(given: Namespace) -> int:
    return _told(given, "expire", {}, _("Certificaat {number} is verlopen."))


def share(given: Namespace) -> int:
    """Both links, once: one to give, one to keep."""
    told = client.post("certification", f"/certification/api/certificates/{quote(given.number, safe='')}/share", {})
    if given.json:
        show.as_json(told)
        return GOOD
    show.line(_("Om te geven: {link}").format(link=told["share_url"]))
    show.line(_("Om te bewaren, met wanneer er gekeken is: {link}").format(link=told["manage_url"]))
    show.line(_("Beide werken tot {moment}.").format(moment=told["ends_at"][:16]))
    return GOOD


def _exam(typed: str) -> dict[str, object]:
    exam, _sign, rest = typed.partition("=")
    parts = [part.strip() for part in rest.split(",")]
    if len(parts) != 3 or not exam.strip() or not _SCORE.fullmatch(parts[0]) or not _DAY.fullmatch(parts[1]):
        raise WrongUse(_("--exam {given}: schrijf het als weld_plate=80,2027-10-01,EX1").format(given=typed))
    return {"exam": exam.strip(), "score": parts[0], "taken_on": parts[1], "examiner": parts[2]}


def _decide(given: Namespace, what: str, question: str, done: str, more: Mapping[str, object] | None = None) -> int:
    """Status 2 without a reason or a yes; 1 when a rule refuses."""
    if not given.reason.strip():
        raise WrongUse(_("Dit heeft een reden nodig: --reason '…'"))
    body: dict[str, object] = {"reason": given.reason, "reason_code": given.because or "other", **(more or {})}
    until = getattr(given, "until", "")
    if until:
        if not _DAY.fullmatch(until):
            raise WrongUse(_("--until {day}: schrijf een dag als 2027-03-01").format(day=until))
        body["until"] = until
    if question and not given.yes and not show.confirmed(question.format(number=given.number)):
        raise WrongUse(_("Niet gedaan."), _("Zonder vraag: --yes"))
    return _told(given, what, body, done)


def _told(given: Namespace, what: str, body: Mapping[str, object], done: str) -> int:
    told = client.post("certification", f"/certification/api/certificates/{quote(given.number, safe='')}/{what}", body)
    if given.json:
        show.as_json(told)
        return GOOD
    show.line(done.format(number=told["number"]))
    if told.get("appeal_until"):
        show.line(_("Beroep kan tot en met {day}.").format(day=told["appeal_until"]))
    return GOOD
