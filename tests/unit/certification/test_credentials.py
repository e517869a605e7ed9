"""The credential: every word is signed, both official schemas take it, and no altered one is accepted."""

import copy
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from jsonschema import Draft201909Validator

from services.certification.credential import multibase
from services.certification.credential.did import did_document, did_of, method_of
from services.certification.credential.document import unsigned
from services.certification.credential.keys import IssuingKeyMissing, IssuingKeys, make_issuing_key
from services.certification.credential.proof import ProofRefused, check_proof, make_proof
from services.certification.credential.rdf import UndefinedTerms, UnknownContext, canonical
from services.certification.credential.status_list import (
    SIZE,
    NotAStatusList,
    bits,
    encode,
    is_set,
    unsigned_list,
)
from services.certification.domain.certificates import issue
from services.certification.domain.decisions import Dossier, Evidence, Granted, decide

from .builders import scheme

BASE = "https://register.example:8443"
NOW = datetime(2026, 7, 3, 9, 0, tzinfo=UTC)
THREE_YEARS = {"decision_mode": "decision_mode: automatic\nvalidity: {years: 3}"}
SCHEMAS = sorted((Path(__file__).parent / "ob3").glob("*.json"))


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> IssuingKeys:
    home = tmp_path_factory.mktemp("home")
    make_issuing_key(home)
    return IssuingKeys.of(home)


def certificate(holder: str = "Åsa O'Brien", **lines: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A certificate's document and the content of its scheme version."""
    version = scheme(**lines)
    results = tuple(
        Evidence(f"T1-{exam}-1", 1, exam, 1, date(2026, 5, 7), Decimal(score), False)
        for exam, score in (("forging", "8"), ("theory", "7.5"))
    )
    dossier = Dossier("T1", "smith-2", results)
    granted = decide(version, dossier)
    assert isinstance(granted, Granted)
    issued = issue(
        version,
        dossier,
        granted,
        certificate_id="01980000-0000-7000-8000-000000000001",
        decision_id="01980000-0000-7000-8000-000000000002",
        holder=holder,
        issued_on=date(2026, 7, 3),
        serial=1,
        choose=Random(1).choice,
    )
    return dict(issued.document), dict(version.content)


def credential(**lines: str) -> dict[str, Any]:
    document, content = certificate(**lines)
    return unsigned(document, content, issued_at=NOW, base_url=BASE, status=(1, 94_567))


def signed(keys: IssuingKeys, given: dict[str, Any] | None = None) -> dict[str, Any]:
    given = given or credential()
    key = keys.active
    proof = make_proof(given, keys.private(key.id), method=method_of(BASE, key.id), created=NOW)
    return {**given, "proof": [proof]}


def published(keys: IssuingKeys) -> Any:
    methods = {one["id"]: one["publicKeyMultibase"] for one in did_document(BASE, keys)["verificationMethod"]}
    return methods.get


def leaves(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(node, dict | list):
        for name, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield from leaves(value, (*path, name))
    else:
        yield path


def changed(given: dict[str, Any], path: tuple[Any, ...]) -> dict[str, Any]:
    made = copy.deepcopy(given)
    node: Any = made
    for step in path[:-1]:
        node = node[step]
    value = node[path[-1]]
    node[path[-1]] = not value if isinstance(value, bool) else f"{value}x"
    return made


LEAVES = [path for path in leaves(credential(**THREE_YEARS)) if path[0] != "@context"]


def test_what_was_signed_is_accepted(keys: IssuingKeys) -> None:
    check_proof(signed(keys), published(keys))


def test_the_same_certificate_key_and_time_give_the_same_proof(keys: IssuingKeys) -> None:
    assert signed(keys) == signed(keys)


@pytest.mark.parametrize("schema", SCHEMAS, ids=lambda path: path.stem)
def test_both_official_schemas_take_it(keys: IssuingKeys, schema: Path) -> None:
    checker = Draft201909Validator(
        json.loads(schema.read_text("utf-8")), format_checker=Draft201909Validator.FORMAT_CHECKER
    )

    assert [error.message for error in checker.iter_errors(signed(keys))] == []


@pytest.mark.parametrize("path", LEAVES, ids=lambda path: ".".join(map(str, path)))
def test_every_leaf_is_signed(keys: IssuingKeys, path: tuple[Any, ...]) -> None:
    whole = credential(**THREE_YEARS)
    altered = changed(whole, path)

    try:
        assert canonical(altered) != canonical(whole)
    except UndefinedTerms:
        assert path[-2] == "type" or path[-1] == "type"
    with pytest.raises(ProofRefused):
        check_proof({**signed(keys, whole), **altered}, published(keys))


@pytest.mark.parametrize("place", [(), ("issuer",), ("credentialSubject",), ("credentialSubject", "achievement")])
def test_a_term_that_no_context_defines_is_neither_signed_nor_accepted(
    keys: IssuingKeys, place: tuple[str, ...]
) -> None:
    good = signed(keys)
    node = good
    for step in place:
        node = node[step]
    node["favouriteColour"] = "red"

    with pytest.raises(ProofRefused, match="UndefinedTerms"):
        check_proof(good, published(keys))
    del good["proof"]
    with pytest.raises(UndefinedTerms, match="favouriteColour"):
        signed(keys, good)


def test_a_type_that_no_context_defines_is_refused(keys: IssuingKeys) -> None:
    with pytest.raises(UndefinedTerms, match="SmithCredential"):
        signed(keys, {**credential(), "type": ["VerifiableCredential", "SmithCredential"]})


def test_no_context_is_ever_fetched(keys: IssuingKeys) -> None:
    with pytest.raises(Exception, match="elsewhere") as caught:
        canonical({**credential(), "@context": ["https://elsewhere.example/v1"]})

    assert isinstance(caught.value, UnknownContext) or isinstance(caught.value.__cause__, UnknownContext)


@pytest.mark.parametrize(
    "alter",
    [
        {"proof": []},
        {"proof": None},
        {"issuer": {"id": "did:web:other.example", "type": ["Profile"], "name": "Other"}},
        {"issuer": "did:web:other.example"},
        {"proof.cryptosuite": "eddsa-jcs-2022"},
        {"proof.proofPurpose": "authentication"},
        {"proof.created": "2026-07-03T09:00:01Z"},
        {"proof.proofValue": "z" + "1" * 88},
        {"proof.proofValue": "no base58"},
        {"proof.verificationMethod": f"{did_of(BASE)}#z6MkElse"},
    ],
    ids=str,
)
def test_an_altered_proof_or_issuer_is_refused(keys: IssuingKeys, alter: dict[str, Any]) -> None:
    given = signed(keys)
    for name, value in alter.items():
        where, _, member = name.rpartition(".")
        (given["proof"][0] if where else given)[member] = value

    with pytest.raises(ProofRefused):
        check_proof(given, published(keys))


def test_a_foreign_key_is_refused(keys: IssuingKeys, tmp_path: Path) -> None:
    make_issuing_key(tmp_path)

    with pytest.raises(ProofRefused, match="publishes no such key"):
        check_proof(signed(IssuingKeys.of(tmp_path)), published(keys))


def test_a_retired_key_still_checks_what_it_signed_and_signs_no_more(tmp_path: Path) -> None:
    make_issuing_key(tmp_path)
    before = signed(IssuingKeys.of(tmp_path))
    index = tmp_path / "keys" / "issuing.json"
    entries = json.loads(index.read_text())
    entries["keys"][0]["retired_at"] = "2026-08-01T00:00:00Z"
    index.write_text(json.dumps(entries))

    retired = IssuingKeys.of(tmp_path)

    check_proof(before, published(retired))
    with pytest.raises(IssuingKeyMissing):
        signed(retired)


def test_the_issuing_key_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    make_issuing_key(tmp_path)
    first = IssuingKeys.of(tmp_path).active
    make_issuing_key(tmp_path)

    assert IssuingKeys.of(tmp_path).active == first
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "keys").iterdir()} == {0o600}


def test_without_a_key_the_error_says_what_is_missing(tmp_path: Path) -> None:
    with pytest.raises(IssuingKeyMissing, match=r"issuing\.json"):
        IssuingKeys.of(tmp_path)


def test_a_credential_is_valid_through_the_last_second_of_the_last_day_in_amsterdam() -> None:
    made = credential(**THREE_YEARS)

    assert made["validUntil"] == "2029-07-03T21:59:59Z"


@pytest.mark.parametrize("data", [b"", b"\0", b"\0\0\x01", bytes(range(64)), b"\xff" * 34])
def test_multibase_comes_back_as_it_was(data: bytes) -> None:
    assert multibase.decode(multibase.encode(data)) == data


def test_a_status_list_tells_who_was_withdrawn_and_refuses_one_that_is_too_short() -> None:
    encoded = encode(bits([0, 94_567, SIZE - 1]))

    assert [place for place in (0, 1, 94_567, SIZE - 1) if is_set(encoded, place)] == [0, 94_567, SIZE - 1]
    assert encoded.startswith("uH4sI")
    for bad in (encode(bits([0], SIZE - 8)), "u####", encoded[1:]):
        with pytest.raises(NotAStatusList):
            is_set(bad, 0)
    with pytest.raises(NotAStatusList):
        is_set(encoded, SIZE)


def test_a_status_list_is_signed_like_a_credential(keys: IssuingKeys) -> None:
    check_proof(signed(keys, unsigned_list(BASE, 1, bits([7]), now=NOW)), published(keys))
