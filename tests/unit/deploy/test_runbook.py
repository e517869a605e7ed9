"""What the runbook names is there: verbs, metrics and files are checked, so that it does not age in silence."""

import re
import shlex
from pathlib import Path

from deploy.cli import run
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


PAGES = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
COMMAND = r"(?:[A-Z_]+=\S+ )*(?:\./)?keur ([a-z]"


def test_every_line_that_a_document_gives_to_type_is_one_that_keur_takes() -> None:
    blocks = "\n".join(
        found for page in PAGES for found in re.findall(r"```\w*\n(.*?)```", page.read_text("utf-8"), re.S)
    )
    lines = re.findall(rf"^{COMMAND}.*?)(?: +#.*)?$", blocks, re.M)

    wrong = []
    for line in lines:
        try:
            given, rest = run.build().parse_known_args(shlex.split(line))
        except SystemExit:
            wrong.append(line)
        else:
            wrong += [line] if rest and not given.passes_on else []
    assert len(lines) > 20
    assert wrong == []


def test_every_command_within_a_sentence_of_the_documents_has_its_verb_and_options() -> None:
    named = [line for page in PAGES for line in re.findall(rf"`{COMMAND}[^`|…]*)`", page.read_text("utf-8"))]

    assert len(named) > 40
    assert [line for line in named if not _is_known(line)] == []


def _is_known(line: str) -> bool:
    verbs, options = VERBS, set[str]()
    for word in line.split():
        if word.startswith("-"):
            if word not in options:
                return False
        elif found := [verb for verb in verbs if verb.name == word]:
            verbs = found[0].below
            options = {name for argument in found[0].arguments for name in argument.names}
        elif verbs:
            return False
    return True


def test_every_test_that_a_document_names_exists() -> None:
    there = {
        name
        for file in (ROOT / "tests").rglob("*.py")
        for name in re.findall(r"def (test_\w+)", file.read_text("utf-8"))
    }
    there |= {file.stem for file in (ROOT / "tests").rglob("test_*.py")}

    missing = []
    for page in [ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "docs" / "decisions").glob("*.md")]:
        named = set(re.findall(r"\btest_\w+", page.read_text("utf-8")))
        missing += [f"{page.name}: {name}" for name in sorted(named - there)]
    assert missing == []


def test_every_heading_that_a_link_points_to_is_there() -> None:
    broken = []
    for page in PAGES:
        for target, anchor in re.findall(r"\]\(([^)#:]*)#([^)]+)\)", page.read_text("utf-8")):
            other = (page.parent / target) if target else page
            titles = re.findall(r"^#+ (.*)$", other.read_text("utf-8"), re.M) if other.suffix == ".md" else []
            if anchor not in {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}:
                broken.append(f"{page.name}: {target}#{anchor}")
    assert broken == []
