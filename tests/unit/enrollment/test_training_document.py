"""docs/training.md explains every signal and figure, and names no norm that a scheme cannot have."""

import re
from pathlib import Path

from services.certification.domain.schemes import Cadence, Norms, WeekPattern
from services.enrollment.domain.figure_words import FIGURES
from services.enrollment.domain.signals import CAUSES, Kind

DOCUMENT = (Path(__file__).parents[3] / "docs" / "training.md").read_text("utf-8")
PARTS = {"norms": Norms, "cadence": Cadence, "week_pattern": WeekPattern}


def test_every_kind_of_signal_has_its_row_with_its_cause() -> None:
    for kind in Kind:
        (row,) = re.findall(rf"^\| `{re.escape(kind)}` \| (.*)$", DOCUMENT, re.MULTILINE)
        assert row.startswith(CAUSES.get(kind, "beside the six")), kind
        assert len(row.split(" | ")) == 4, "cause, when, norm, source"


def test_no_row_stands_there_for_a_signal_that_is_none() -> None:
    rows = re.findall(r"^\| `([a-z-]+)` \| (?:P\d|beside)", DOCUMENT, re.MULTILINE)

    assert set(rows) == set(Kind)


def test_every_figure_is_explained() -> None:
    table = DOCUMENT.partition("## The figures")[2]

    for key in FIGURES:
        assert f"`{key}`" in table, key


def test_the_norms_it_names_are_norms_that_a_scheme_can_have() -> None:
    named = re.findall(r"`(norms|cadence|week_pattern)\.([a-z_]+)`", DOCUMENT)

    assert len(named) > 8
    for part, name in named:
        assert name in PARTS[part].model_fields, f"{part}.{name}"


def test_the_files_it_points_to_are_there() -> None:
    root = Path(__file__).parents[3] / "services" / "enrollment"

    for path in set(re.findall(r"`((?:domain|commands)/[a-z_]+\.py)`", DOCUMENT)):
        assert (root / path).exists(), path
