"""Everything issued is checked again; whatever somebody changed in the database is named with its certificate."""

from typing import Any

import asyncpg
import pytest

from tests.conftest import Servers

from .conftest import Certification, Web


async def test_what_was_issued_stands_up_to_the_check(certification: Certification, web: Web) -> None:
    await certification.certify("T1", "T2", "T3")

    report = (await web.office.get("/certification/api/verify")).json()

    assert report["ok"] is True
    assert report["violations"] == []
    assert report["register"]["count"] == 3


async def test_an_empty_register_stands_up_too(web: Web) -> None:
    assert (await web.office.get("/certification/api/verify")).json()["ok"] is True


SECOND = "SM-2026-00002"
SCORE = "update decision set dossier = jsonb_set(dossier, '{results,0,score}', '%s') where trainee_id = 'T2'"
HOLDER = "update certificate set document = jsonb_set(document, '{holder}', '\"Somebody Else\"') where serial = 2"
VERSION = 'update scheme_version set content = (content::jsonb || \'{"version": "2026.9"}\')::json'


@pytest.mark.parametrize(
    ("sql", "about", "checks"),
    [
        (HOLDER, SECOND, {"document-hash"}),
        ("update certificate set trainee_id = 'T9' where serial = 2", SECOND, {"document-fields", "decision"}),
        ("update certificate set issued_on = '2026-07-02' where serial = 2", SECOND, {"document-fields"}),
        ("update certificate set number = 'SM-2026-9' where serial = 2", "SM-2026-9", {"document-fields", "number"}),
        ("delete from certificate where serial = 2", "SM-2026-00003", {"numbering"}),
        ("delete from certificate where serial = 2", "T2", {"register"}),
        ("update number_counter set last = 7", "smith 2026", {"numbering"}),
        (SCORE % '"9.9"', SECOND, {"dossier-hash", "evidence"}),
        (SCORE % '"2"', SECOND, {"dossier-hash", "evidence", "decision-again"}),
        ("update decision set evidence = '{}' where trainee_id = 'T2'", SECOND, {"decision-again"}),
        ("update result set score = 9.5 where result_id = 'T2-theory-1'", SECOND, {"evidence"}),
        (VERSION, "smith 2026.1", {"scheme"}),
        ("update candidate set state = 'eligible' where trainee_id = 'T2'", "T2", {"owed"}),
    ],
)
async def test_one_change_in_the_database_is_found_and_named(
    certification: Certification, web: Web, servers: Servers, sql: str, about: str, checks: set[str]
) -> None:
    for trainee_id in ("T1", "T2", "T3"):
        await certification.certify(trainee_id)
    await certification.hear_of_nobody("T9")

    await behind_its_back(servers, certification.db.url, sql)

    report = (await web.office.get("/certification/api/verify")).json()
    assert report["ok"] is False
    assert {v["check"] for v in report["violations"] if v["about"] == about} >= checks


async def behind_its_back(servers: Servers, url: str, sql: str) -> Any:
    """As somebody with every right on the database, past the triggers."""
    admin = servers.home.admin_database_url().rpartition("/")[0] + "/" + url.rpartition("/")[2]
    connection = await asyncpg.connect(admin)
    try:
        async with connection.transaction():
            await connection.execute("set local session_replication_role = replica")
            await connection.execute(sql)
    finally:
        await connection.close()
