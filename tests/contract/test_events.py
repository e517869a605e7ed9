"""What was once told can still be heard: every event against a frozen sample, its schema and its neighbours."""

import json
from copy import deepcopy
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from deploy.events import who
from deploy.events.__main__ import FOLDER, broken_promises, files, out_of_step
from deploy.events.schemas import not_additive, schema_of
from shared.events import ALL
from shared.events.certification import ExamPassed

SAMPLES = Path(__file__).parent / "samples"


def sample(kind: str) -> dict[str, Any]:
    return dict(json.loads((SAMPLES / f"{kind}.json").read_text("utf-8")))


@pytest.mark.parametrize("kind", sorted(ALL))
def test_a_sample_of_the_past_still_parses_and_nothing_of_it_is_lost(kind: str) -> None:
    event = ALL[kind].model_validate_json(json.dumps(sample(kind)))

    again = json.loads(event.model_dump_json())
    assert {name: again.get(name) for name in sample(kind)} == sample(kind)


@pytest.mark.parametrize("kind", sorted(ALL))
def test_a_sample_of_the_past_fits_the_published_schema(kind: str) -> None:
    schema = json.loads((FOLDER / f"{kind}.json").read_text("utf-8"))

    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(sample(kind), schema, cls=jsonschema.Draft202012Validator)


def test_no_sample_is_of_an_event_that_does_not_exist_any_more() -> None:
    assert {path.stem for path in SAMPLES.iterdir()} == set(ALL)


@pytest.mark.parametrize("kind", sorted(ALL))
def test_a_listener_is_not_disturbed_by_a_field_that_it_does_not_know_yet(kind: str) -> None:
    given = {**sample(kind), "added_next_year": {"a": [1]}}

    assert ALL[kind].model_validate_json(json.dumps(given)) == ALL[kind].model_validate_json(json.dumps(sample(kind)))


@pytest.mark.parametrize("kind", sorted(ALL))
def test_an_event_has_a_teller_or_a_stated_reason(kind: str) -> None:
    tellers = who.tellers()[kind]

    assert bool(tellers) != (kind in who.NOBODY_TELLS_YET), f"told by {tellers}: see deploy/events/who.py"


@pytest.mark.parametrize("kind", sorted(ALL))
def test_an_event_has_a_listener_or_a_stated_reason(kind: str) -> None:
    listeners = who.listeners()[kind]

    assert bool(listeners) != (kind in who.NOBODY_LISTENS_YET), f"heard by {listeners}: see deploy/events/who.py"


def test_reasons_are_stated_only_about_events_that_exist() -> None:
    assert {*who.NOBODY_LISTENS_YET, *who.NOBODY_TELLS_YET} <= set(ALL)


def test_only_those_who_hold_the_key_listen_to_private_events() -> None:
    private = [kind for kind, event in ALL.items() if event.PRIVATE]

    assert {service for kind in private for service in who.listeners()[kind]} <= {"certification", "notifications"}


def test_the_published_documents_are_in_step_with_the_code() -> None:
    assert out_of_step(FOLDER, files()) == [], "run `python -m deploy.events`"


def test_the_published_schemas_changed_only_by_adding() -> None:
    assert broken_promises(FOLDER, files()) == []


def test_a_field_with_a_default_may_be_added_and_words_may_change() -> None:
    new = schema_of(ExamPassed)
    new["properties"]["place"] = {"type": "string", "default": ""}
    new["properties"]["exam"]["description"] = "code of the exam"

    assert list(not_additive(schema_of(ExamPassed), new)) == []


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda s: s["properties"].pop("score"), "score was taken away"),
        (lambda s: s["properties"]["score"].update(type="string"), "score takes other values than before"),
        (lambda s: s["properties"]["attempt"].update(minimum=2), "attempt takes other values than before"),
        (lambda s: s["required"].append("place"), "place is required and was not"),
        (lambda s: s.update({"x-private": True}), "private is not what it was"),
        (lambda s: s.update({"x-subject": "exam/{exam}"}), "subject is not what it was"),
    ],
)
def test_what_would_break_a_listener_is_named(change: Any, says: str) -> None:
    new = deepcopy(schema_of(ExamPassed))
    change(new)

    assert says in list(not_additive(schema_of(ExamPassed), new))


def test_a_document_that_is_stale_missing_or_left_over_is_named(tmp_path: Path) -> None:
    (tmp_path / "same.json").write_text("1", "utf-8")
    (tmp_path / "stale.json").write_text("1", "utf-8")
    (tmp_path / "left-over.json").write_text("1", "utf-8")

    wanted = {"same.json": "1", "stale.json": "2", "missing.json": "3"}

    assert out_of_step(tmp_path, wanted) == ["left-over.json", "missing.json", "stale.json"]
