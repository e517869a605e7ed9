"""Foreign software accepts what a retired key signed, and refuses what a stolen one signed."""

import asyncio
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.certification.commands.key_reissues import Round, go_on
from services.certification.commands.signing import Signer
from services.certification.credential.keys import IssuingKeys, make_issuing_key
from services.certification.credential.proof import make_proof
from services.certification.credential.rdf import SHIPPED
from services.certification.settings import CertificationSettings
from shared.web.session import SessionKeys
from tests.service.certification.conftest import SUMMER, Certification, Web

from .conftest import asked
from .forging import BASE, LIST

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
CONTEXTS = Path(__file__).resolve().parents[2] / "services" / "certification" / "credential" / "contexts"
API = "/certification/api/signing-keys/changes"


async def replaced(certification: Certification, web: Web, home: Path, **why: Any) -> None:
    def person(name: str) -> dict[str, str]:
        token = SessionKeys(home).sign(subject=f"office/{name}", scopes=["office"], via="token", seconds=600)
        return {"Authorization": f"Bearer {token}", "Idempotency-Key": f"{name} {why}"}

    made = await web.stranger.post(API, json={"words": "afgesproken", **why}, headers=person("anna"))
    change_id = made.json()["change_id"]
    approved = await web.stranger.post(f"{API}/{change_id}/approve", json={}, headers=person("bram"))
    assert approved.status_code == 201, approved.text
    settings = CertificationSettings(
        service="certification", home=home, amqp_url="amqp://x", database_url=certification.db.url, issuer_url=BASE
    )
    clock = web.office._transport.app.state.ctx.clock  # type: ignore[attr-defined]
    while await go_on(certification.db, Signer.of(settings), clock=clock) != Round():
        pass


async def documents(web: Web) -> dict[str, Any]:
    """All that a verifier may load now."""
    did = (await web.stranger.get("/.well-known/did.json")).json()
    listed = (await web.stranger.get("/certification/status/1")).json()
    known = {url: json.loads((CONTEXTS / name).read_text("utf-8")) for url, name in SHIPPED.items()}
    methods = {
        one["id"]: {"@context": "https://w3id.org/security/multikey/v1", **one} for one in did["verificationMethod"]
    }
    return {**known, did["id"]: did, LIST: listed, **methods}


async def test_digital_bazaar_follows_the_keys(
    certification: Certification, web: Web, tmp_path: Path, npm: Path
) -> None:
    make_issuing_key(tmp_path)
    rows = await certification.certify("T1", "T2")

    async def credential(row: dict[str, Any]) -> dict[str, Any]:
        url = f"/certification/register/{row['number']}/credential.json?code={row['check_code']}"
        return dict((await web.stranger.get(url)).json())

    old = await credential(rows[0])
    await replaced(certification, web, tmp_path, reason="routine")
    rows = await certification.certify("T3")
    stolen, retired = await credential(rows[-1]), await documents(web)
    private = IssuingKeys.of(tmp_path)
    forged = {name: value for name, value in stolen.items() if name != "proof"}
    method = stolen["proof"][0]["verificationMethod"]
    late = make_proof(forged, private.private(private.active.id), method=method, created=SUMMER + timedelta(minutes=30))
    await replaced(certification, web, tmp_path, reason="compromised", since=SUMMER.isoformat())
    again, revoked = await credential(rows[-1]), await documents(web)
    cases = {
        "old after a change": {"credential": old, "documents": retired},
        "new after a change": {"credential": stolen, "documents": retired},
        "old after a theft of another key": {"credential": old, "documents": revoked},
        "made out again": {"credential": again, "documents": revoked},
        "stolen": {"credential": stolen, "documents": revoked},
        "forged after the theft": {"credential": {**forged, "proof": late}, "documents": revoked},
        "stolen, by an old status list": {"credential": stolen, "documents": {**revoked, LIST: retired[LIST]}},
    }
    question = {"now": "2026-07-03T10:00:00Z", "documents": {}, "cases": cases}

    told = await asyncio.to_thread(asked, npm, "verify.mjs", question)

    good = {"old after a change", "new after a change", "old after a theft of another key", "made out again"}
    assert {name for name, found in told.items() if found["verified"]} == good, told
    assert len(told) == len(cases)
