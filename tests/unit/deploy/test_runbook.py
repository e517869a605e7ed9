"""What the runbook names is there: verbs, metrics and files are checked, so that it does not age in silence."""

import re
from pathlib import Path

from deploy.cli.verbs import VERBS
from shared import telemetry

ROOT = Path(__file__).resolve().parents[3]
RUNBOOK = (ROOT / "docs" / "operations.md").read_text("utf-8")


def test_every_metric_in_the_runbook_is_told_by_the_services() -> None:
    told = {sample.name for metric in telemetry.registry.collect() for sample in metric.samples}
    told |= {metric.name for metric in telemetry.registry.collect()}
    told |= {f"{metric.name}_total" for metric in telemetry.registry.collect() if metric.type == "counter"}

    named = set(re.findall(r"`(keur_[a-z_]+)`", RUNBOOK)) - {"keur_admin", "keur_"}

    assert named
    assert named <= told


def test_every_verb_in_the_runbook_exists() -> None:
    verbs = {verb.name for verb in VERBS}
    named = set(re.findall(r"\./keur ((?:dead |user |events )?[a-z-]+)", RUNBOOK))

    assert named
    assert {name for name in named if name not in verbs and name.split()[0] not in verbs} == set()


def test_every_link_of_the_documents_leads_somewhere() -> None:
    broken = []
    for page in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text("utf-8")):
            if "://" not in target and not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert broken == []
