"""The short way to canonical n-quads comes to what PyLD comes to, whatever the values are."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyld.jsonld import JsonLdError

from services.certification.credential import document, rdf, status_list
from services.certification.credential.shapes import Shapes

from .builders import scheme

TEXT = st.text(max_size=30) | st.sampled_from(['"', "\\", "a\nb", "_:b0", "<x>", "urn:keur:value:1", "@id", " "])


def credential(**more: Any) -> dict[str, Any]:
    version = scheme()
    given: dict[str, Any] = {
        "certificate_id": "01970000-0000-7000-8000-000000000001",
        "number": "SM-2026-00001",
        "holder": "Åsa O'Brien",
        "scheme": "smith",
        "scheme_version": "2026.1",
        "scheme_sha256": version.sha256,
        "title": {"nl": "Meestersmid"},
        "owner": "Stichting Smeden",
        "programme": "smith-2",
        "eqf": 2,
        "results": [{"exam": "theory", "score": "7"}, {"exam": "forging", "score": "7"}],
        "valid_until": None,
        **more,
    }
    return document.unsigned(
        given,
        version.content,
        issued_at=datetime(2026, 7, 3, tzinfo=UTC),
        base_url="https://register.example",
        status=(1, 5),
    )


def quick(one: dict[str, Any], shapes: Shapes) -> tuple[bytes, bool]:
    """What the short way gives, and whether it was taken."""
    long_way = []

    def whole() -> bytes:
        long_way.append(one)
        return rdf.canonical_by_pyld(one)

    return shapes.canonical(one, rdf._lines, whole), not long_way


@pytest.fixture(scope="module")
def shapes() -> Shapes:
    known = Shapes()
    quick(credential(), known)
    return known


@given(holder=TEXT, programme=TEXT, scores=st.tuples(TEXT, TEXT), owner=TEXT)
@settings(max_examples=40, deadline=None)
def test_other_values_come_to_the_same(
    shapes: Shapes, holder: str, programme: str, scores: tuple[str, str], owner: str
) -> None:
    results = [{"exam": exam, "score": score} for exam, score in zip(("theory", "forging"), scores, strict=True)]
    one = credential(holder=holder, programme=programme, owner=owner, results=results)

    assert quick(one, shapes)[0] == rdf.canonical_by_pyld(one)


def test_a_known_shape_is_taken_the_short_way(shapes: Shapes) -> None:
    one = credential(holder="Nguyễn Thị Ánh", number="SM-2026-00002")

    found, short = quick(one, shapes)

    assert short
    assert found == rdf.canonical_by_pyld(one)


def test_nodes_that_look_the_same_are_left_to_pyld(shapes: Shapes) -> None:
    one = credential(results=[{"exam": "theory", "score": "7"}, {"exam": "theory", "score": "7"}])

    found, short = quick(one, shapes)

    assert not short
    assert found == rdf.canonical_by_pyld(one)


@pytest.mark.parametrize("wrong", ["relative", "with space: a b", "javascript:alert(1)", "xsd:string", "_:b0"])
def test_an_identifier_that_is_no_plain_iri_is_left_to_pyld(shapes: Shapes, wrong: str) -> None:
    one = {**credential(), "id": wrong}

    try:
        found, short = quick(one, shapes)
    except rdf.UndefinedTerms:
        return
    assert not short
    assert found == rdf.canonical_by_pyld(one)


def test_an_undefined_term_is_refused_also_when_the_rest_is_known(shapes: Shapes) -> None:
    rdf.canonical(credential())
    with pytest.raises(rdf.UndefinedTerms, match="salary"):
        rdf.canonical({**credential(), "salary": "10"})


@pytest.mark.parametrize("field", ["type", "@context"])
def test_another_type_or_context_is_another_shape(field: str) -> None:
    other = credential()
    other[field] = [*other[field], "Added" if field == "type" else "https://example.org/unknown"]
    rdf.canonical(credential())

    with pytest.raises((rdf.UndefinedTerms, JsonLdError)):
        rdf.canonical(other)


def test_status_lists_and_proofs_have_shapes_too() -> None:
    shapes = Shapes()
    for n in (1, 2):
        one = status_list.unsigned_list(
            "https://register.example", n, status_list.bits([n]), now=datetime(2026, 7, n, tzinfo=UTC)
        )
        found, short = quick(one, shapes)
        assert found == rdf.canonical_by_pyld(one)
        assert short == (n == 2)


def test_only_the_latest_shapes_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.certification.credential.shapes.MOST_SHAPES", 2)
    known = Shapes()
    for n in range(4):
        one = {
            "@context": [rdf.CREDENTIALS],
            "id": "urn:x:1",
            "type": ["VerifiableCredential"],
            "issuer": ["did:x"] * n,
        }
        quick(one, known)

    assert len(known._known) == 2
