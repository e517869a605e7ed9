"""Access: a link that signs in once, a token for a program."""

from __future__ import annotations

from argparse import Namespace

from deploy.cli import client, show
from deploy.cli.errors import GOOD
from deploy.cli.words import _


def login_link(given: Namespace) -> int:
    wanted: dict[str, object] = {"scopes": [given.scope]}
    wanted |= {name: getattr(given, name) for name in ("to", "subject") if getattr(given, name)}
    told = client.post("enrollment", "/enrollment/api/login-links", wanted)
    if given.json:
        show.as_json(told)
    else:
        print(told["url"])
        show.note(_("Werkt één keer, tot {moment} (UTC).").format(moment=told["expires_at"][:16].replace("T", " ")))
    return GOOD


def invite(given: Namespace) -> int:
    """The link goes by mail only; with mail captured it lies in the Inbox."""
    wanted = {
        "subject": f"office/{given.name.removeprefix('office/').lower()}",
        "name": given.full_name or given.name.removeprefix("office/").replace("-", " ").title(),
        "email": given.email,
        "language": given.lang,
        "scopes": [given.scope],
    }
    told = client.post("enrollment", "/enrollment/api/invitations", wanted)
    if given.json:
        show.as_json(told)
    else:
        show.line(_("{subject} krijgt een mail met een link om in te loggen.").format(subject=told["subject"]))
        show.note(_("Werkt één keer, tot {moment} (UTC).").format(moment=told["expires_at"][:16].replace("T", " ")))
    return GOOD


def token(given: Namespace) -> int:
    wanted = {"name": given.name, "scope": given.scope, "days": given.days}
    told = client.post("enrollment", "/enrollment/api/tokens", wanted)
    if given.json:
        show.as_json(told)
    else:
        print(told["token"])
        show.note(_("Wordt één keer getoond; geldig tot {moment}.").format(moment=told["expires_at"][:10]))
    return GOOD
