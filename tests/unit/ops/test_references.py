from hypothesis import given
from hypothesis import strategies as st

from services.ops.domain.references import MAX_REFS, causes, references


def test_an_event_refers_to_its_subject_and_to_every_id_it_names() -> None:
    data = {"trainee_id": "T1", "company_id": "C1", "mentor_id": None, "scheme": "smo", "school_id": 7}

    assert references("trainee/T1", data) == ["trainee/T1", "company/C1"]


def test_lists_of_ids_count_one_by_one() -> None:
    assert references("company/C1", {"trainee_ids": ["T1", "T2"], "mentor_ids": []}) == [
        "company/C1",
        "trainee/T1",
        "trainee/T2",
    ]


def test_a_place_takes_its_kind_from_the_event() -> None:
    assert references("school/S1", {"place_kind": "school", "place_id": "S1"}) == ["school/S1"]


def test_a_mail_refers_to_whom_and_what_it_is_about() -> None:
    data = {"mail_id": "m", "recipient": "mentor/M1", "about": "trainee/T1", "template": "a/b/c"}

    assert references("mail/m", data) == ["mail/m", "mentor/M1", "trainee/T1"]


def test_a_certificate_is_known_by_its_number_too() -> None:
    assert "certificate/SMO-2026-00001" in references("trainee/T1", {"certificate_id": "x", "number": "SMO-2026-00001"})


def test_an_event_comes_from_what_was_being_handled_and_from_what_a_mail_names() -> None:
    assert causes("a", {"cause": "b"}) == ["a", "b"]
    assert causes("a", {"cause": "a"}) == ["a"]
    assert causes(None, {}) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
)
NAMES = st.sampled_from(["trainee_id", "trainee_ids", "place_id", "place_kind", "recipient", "number", "cause", "x"])


@given(st.text(min_size=1, max_size=30), st.dictionaries(NAMES, JSON))
def test_whatever_an_event_holds_its_references_are_texts_without_doubles(
    subject: str, data: dict[str, object]
) -> None:
    found = references(subject, data)

    assert found[0] == subject
    assert len(found) == len(set(found)) <= MAX_REFS
    assert all(isinstance(ref, str) for ref in [*found, *causes(None, data)])
