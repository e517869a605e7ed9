"""The marks that ship with the product, put through the rules as they stand in the files."""

from collections import defaultdict
from pathlib import Path

import pytest

from services.certification.domain.decisions import Dossier, Granted, decide
from services.certification.domain.results import Result, Results
from services.certification.domain.scheme_file import read_scheme
from services.certification.domain.schemes import SchemeVersion
from services.certification.intake.results import ResultRow
from shared.tabular import Reading

DEMO = Path(__file__).resolve().parents[3] / "deploy" / "demo"


@pytest.mark.parametrize("mark", ["smo", "welders"])
def test_a_shipped_scheme_is_valid(mark: str) -> None:
    version = read_scheme((DEMO / mark / "scheme.yaml").read_text("utf-8"))

    assert SchemeVersion.from_content(version.content) == version


def test_the_two_marks_differ_in_what_they_ask() -> None:
    first, second = (
        read_scheme((DEMO / mark / "scheme.yaml").read_text("utf-8")).scheme for mark in ("smo", "welders")
    )

    assert (first.decision_mode, second.decision_mode) == ("automatic", "reviewed")
    assert first.validity is None
    assert second.validity is not None
    assert second.validity.years == 3
    assert [rule.rule for rule in first.requirements()] == ["all_exams_passed"]


def test_every_sentence_of_why_is_whole() -> None:
    scheme = read_scheme((DEMO / "smo" / "scheme.yaml").read_text("utf-8")).scheme

    assert scheme.why["P6"].nl == "Praktijkbegeleiders verschillend, soms tegen hun zin"
    assert scheme.why["P6"].en == "Mentors differ, some against their will"


def test_the_shipped_results_give_89_certificates() -> None:
    version = read_scheme((DEMO / "smo" / "scheme.yaml").read_text("utf-8"))
    with (DEMO / "smo" / "results.csv").open("rb") as file:
        reading = Reading(file, ResultRow, filename="results.csv")
        rows = reading.all()
    sheets: dict[str, Results] = defaultdict(lambda: Results(version.scheme))
    kept: dict[str, list[Result]] = defaultdict(list)

    for _, row in rows:
        result = sheets[row.trainee_id].take(row.made())
        assert result is not None
        kept[row.trainee_id].append(result)

    decisions = [decide(version, Dossier.of(trainee, "verspaner-3", results)) for trainee, results in kept.items()]
    assert reading.errors == []
    assert len(rows) == 332
    assert sum(isinstance(decision, Granted) for decision in decisions) == 89


@pytest.mark.parametrize("mark", ["smo", "welders"])
def test_whatever_a_page_calls_by_name_has_one_in_both_languages(mark: str) -> None:
    scheme = read_scheme((DEMO / mark / "scheme.yaml").read_text("utf-8")).scheme

    titles = {code: exam.title for code, exam in scheme.exams.items()}
    titles |= {code: target.title for code, target in scheme.targets.items()}
    titles |= {code: programme.title for code, programme in scheme.programmes.items()}
    assert sorted(code for code, text in (titles | scheme.equipment).items() if not (text and text.en)) == []
