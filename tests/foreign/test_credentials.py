"""Digital Bazaar's verifier and Ajv, both from npm, on what Keur issued and on what somebody made of it."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.certification.credential.rdf import SHIPPED

from .conftest import Published, asked
from .forging import BAD, BY_THE_LIST, LIST, SUBJECT, altered, bad_credentials

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
ROOT = Path(__file__).resolve().parents[2]
CONTEXTS = ROOT / "services" / "certification" / "credential" / "contexts"
SCHEMAS = {path.name: path for path in sorted((ROOT / "tests" / "unit" / "certification" / "ob3").glob("*.json"))}


@pytest.fixture(scope="module")
def bad(published: Published) -> dict[str, Any]:
    return bad_credentials(published)


@pytest.fixture(scope="module")
def told(published: Published, bad: dict[str, Any], npm: Path) -> dict[str, Any]:
    """What Digital Bazaar's verifier says of each. It loads what is given to it here, and nothing from a network."""
    did = published.did
    documents = {url: json.loads((CONTEXTS / name).read_text("utf-8")) for url, name in SHIPPED.items()}
    documents |= {did["id"]: did, LIST: published.listed}
    documents |= {
        method["id"]: {"@context": "https://w3id.org/security/multikey/v1", **method}
        for method in did["verificationMethod"]
    }
    good = {"one": {"credential": published.one.credential}, "other": {"credential": published.other.credential}}
    question = {"now": "2026-07-03T10:00:00Z", "documents": documents, "cases": {**good, **bad}}
    return asked(npm, "verify.mjs", question)


@pytest.mark.parametrize("which", ["one", "other"])
def test_digital_bazaars_verifier_accepts_what_was_issued(told: dict[str, Any], which: str) -> None:
    assert told[which]["verified"], told[which]


@pytest.mark.parametrize("name", BAD)
def test_digital_bazaars_verifier_refuses(told: dict[str, Any], name: str) -> None:
    assert told[name]["verified"] is False


@pytest.mark.parametrize("name", [name for name in BAD if name not in BY_THE_LIST])
async def test_the_register_refuses(published: Published, bad: dict[str, Any], name: str) -> None:
    """Those that only the status list tells from good ones are not altered: the register says how they stand."""
    file = json.dumps(bad[name]["credential"]).encode()

    answer = await published.web.stranger.post("/certification/register/file", files={"file": ("x.json", file)})

    assert answer.json() == {"verdict": "not_genuine"}


def breaking(credential: dict[str, Any]) -> dict[str, Any]:
    """What the schemas of Open Badges do not allow, each by what it hurts."""
    two = [credential["credentialStatus"], {**credential["credentialStatus"], "statusPurpose": "suspension"}]
    return {
        "two entries of status": altered(credential, "credentialStatus", to=two),
        "no achievement": altered(credential, SUBJECT, "achievement", to=None),
        "no issuer": {name: value for name, value in credential.items() if name != "issuer"},
        "a date that is none": altered(credential, "validFrom", to="yesterday"),
    }


@pytest.fixture(scope="module")
def held(published: Published, npm: Path) -> dict[str, Any]:
    """What Ajv finds wrong by each schema."""
    schemas = {name: json.loads(path.read_text("utf-8")) for name, path in SCHEMAS.items()}
    cases = {"good": published.one.credential, "other good": published.other.credential}
    return asked(npm, "schemas.mjs", {"schemas": schemas, "cases": cases | breaking(published.one.credential)})


@pytest.mark.parametrize("schema", SCHEMAS)
@pytest.mark.parametrize("case", ["good", "other good"])
def test_by_ajv_a_credential_has_the_form_of_open_badges(held: dict[str, Any], schema: str, case: str) -> None:
    assert held[case][schema] is None


@pytest.mark.parametrize("schema", SCHEMAS)
@pytest.mark.parametrize("case", ["two entries of status", "no achievement", "no issuer", "a date that is none"])
def test_by_ajv_another_form_is_refused(held: dict[str, Any], schema: str, case: str) -> None:
    assert held[case][schema]
