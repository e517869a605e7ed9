"""The check of everything issued goes through the log, the proofs and the papers, and runs by itself every night."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from services.certification.commands.papers import Press, paper_of
from services.certification.commands.signing import Signer, published_key, sign_some
from services.certification.commands.verification import verified_on, verify_for_the_day
from services.certification.credential.keys import make_issuing_key
from services.certification.log.heads import head_now
from services.certification.paper.keys import make_paper_keys
from services.certification.settings import CertificationSettings
from services.certification.workers import WORKERS
from tests.conftest import Servers

from .conftest import SUMMER, Certification, Web
from .test_verify import behind_its_back

SECOND = "SM-2026-00002"
DAY = date(2026, 7, 3)


@pytest.fixture
async def signer(certification: Certification, tmp_path: Path) -> Any:
    make_issuing_key(tmp_path)
    yield Signer.of(
        CertificationSettings(
            service="certification", home=tmp_path, amqp_url="amqp://x", database_url=certification.db.url
        )
    )
    WORKERS.close()


async def issued(certification: Certification, signer: Signer) -> None:
    """Four certificates with their credentials; heads at three and at four."""
    for trainee_id in ("T1", "T2", "T3"):
        await certification.certify(trainee_id)
    await sign_some(certification.db, signer, now=SUMMER, limit=10)
    await head_now(certification.db, signer.keys, signer.base_url, now=SUMMER)
    await certification.certify("T4")
    await sign_some(certification.db, signer, now=SUMMER, limit=10)
    await head_now(certification.db, signer.keys, signer.base_url, now=SUMMER, holding=3)


async def checked(certification: Certification, signer: Signer) -> dict[str, Any]:
    known = await published_key(certification.db, signer)
    return await verify_for_the_day(certification.db, known, day=DAY, now=SUMMER)


async def test_what_holds_is_told_in_counts_once_a_day(certification: Certification, signer: Signer) -> None:
    await issued(certification, signer)
    assert not await verified_on(certification.db, DAY)

    report = await checked(certification, signer)
    await checked(certification, signer)

    assert report["ok"], report["violations"]
    assert report["checked"]["leaves"] == 4
    assert report["checked"]["heads"] == 2
    assert await verified_on(certification.db, DAY)
    (told,) = await certification.told("register-verified", "register-verification-failed")
    assert told.model_dump(exclude={"verification_id", "register_sha256"}) == {
        "day": DAY,
        "certificates": 4,
        "log_entries": 4,
    }


BYTE = "set_byte(%s, 8, 255 - get_byte(%s, 8))"
"""Another byte than the one that was there, whichever that was."""


@pytest.mark.parametrize(
    ("sql", "about", "check"),
    [
        ("update log_entry set kind = 'imported' where position = 1", SECOND, "log"),
        ("update log_entry set at = at + interval '1 microsecond' where position = 1", SECOND, "log"),
        ("update log_entry set document_sha256 = repeat('0', 64) where position = 1", SECOND, "log"),
        ("update log_entry set number = 'SM-2026-00009' where position = 1", SECOND, "log"),
        (
            "update log_entry set leaf_sha256 = " + BYTE % ("leaf_sha256", "leaf_sha256") + " where position = 1",
            SECOND,
            "log",
        ),
        ("delete from log_entry where position = 3", "4", "log-head"),
        ("delete from log_entry where position = 1", SECOND, "log"),
        ("update log_node set sha256 = " + BYTE % ("sha256", "sha256") + " where level = 1", "node 1/0", "log"),
        ("update log_head set root = " + BYTE % ("root", "root") + " where size = 3", "3", "log-head"),
        ("update log_head set signature = " + BYTE % ("signature", "signature") + " where size = 3", "3", "log-head"),
        ("update log_head set made_at = made_at + interval '1 second' where size = 3", "3", "log-head"),
        ("update log_counter set size = 9", "counter", "log"),
        (
            "update signing set credential = replace(credential::text, 'Brien', 'Brian')::json where number = '{0}'",
            SECOND,
            "credential-proof",
        ),
        (
            "update signing set proof = replace(proof::text, 'Z\"', '0\"')::json where number = '{0}'",
            SECOND,
            "credential-proof",
        ),
        ("update status_entry set place = (place + 1) % 131072 where number = '{0}'", SECOND, "credential"),
        ("update status_entry set withdrawn_at = now() where number = '{0}'", SECOND, "life"),
    ],
)
async def test_one_altered_byte_is_found_and_named(
    certification: Certification, signer: Signer, servers: Servers, sql: str, about: str, check: str
) -> None:
    await issued(certification, signer)
    await behind_its_back(servers, certification.db.url, sql.format(SECOND) if "{0}" in sql else sql)

    report = await checked(certification, signer)
    assert (about, check) in {(one["about"], one["check"]) for one in report["violations"]}
    (told,) = await certification.told("register-verified", "register-verification-failed")
    assert told.TYPE == "certification.register-verification-failed.v1"
    assert "SM-2026" not in told.model_dump_json()


async def test_an_altered_byte_of_a_paper_is_found(
    certification: Certification, signer: Signer, servers: Servers, tmp_path: Path
) -> None:
    make_paper_keys(tmp_path)
    await issued(certification, signer)
    assert await paper_of(certification.db, Press.of(signer.settings), SECOND, language="nl", now=SUMMER)
    assert (await checked(certification, signer))["checked"]["papers"] == 1

    await behind_its_back(servers, certification.db.url, "update paper set pdf = " + BYTE % ("pdf", "pdf"))

    report = await checked(certification, signer)
    assert [(one["about"], one["check"]) for one in report["violations"]] == [(SECOND, "paper")]


async def test_keys_that_are_not_published_prove_nothing(
    certification: Certification, signer: Signer, web: Web
) -> None:
    await issued(certification, signer)

    report = await verify_for_the_day(certification.db, lambda method: None, day=DAY, now=SUMMER)

    assert {one["check"] for one in report["violations"]} == {"credential-proof", "log-head"}
