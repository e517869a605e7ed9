"""`keur retention`: what each service forgets by age, and that it does so now."""

from __future__ import annotations

from argparse import Namespace
from typing import Any

from deploy.cli import client, show
from deploy.cli.errors import GOOD
from deploy.cli.verbs import SERVICES
from deploy.cli.words import _


def retention(given: Namespace) -> int:
    """Shows every rule; without `--dry-run` what is past its time goes first."""
    rules: list[dict[str, Any]] = []
    for service in SERVICES:
        path = f"/{service}/api/bus/retention"
        gone = {} if given.dry_run else client.post(service, path, {"reason": given.reason.strip()})["forgotten"]
        for rule in client.get(service, path)["rules"]:
            rules.append({"service": service, **rule, "forgotten": gone.get(rule["rule"])})
    if given.json:
        show.as_json({"dry_run": bool(given.dry_run), "rules": rules})
        return GOOD
    headings = (_("dienst"), _("wat"), _("dagen"), _("bewaard"), _("te oud"), _("vergeten"), _("oudste"))
    names = ("service", "rule", "keep_days", "kept", "due", "forgotten", "oldest")
    show.table(headings, [["" if rule[name] is None else rule[name] for name in names] for rule in rules])
    return GOOD
