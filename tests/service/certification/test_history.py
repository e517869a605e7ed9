"""Certificates of before: taken over from a file, in register and log, under numbers that are nobody else's."""

import asyncpg
import pytest

from services.certification.queries import verification
from tests.conftest import Servers

from .conftest import Certification, Web
from .test_verify import behind_its_back

HEADER = "number,holder,birth_date,programme,scheme,issued_on,valid_until,status\n"
OLD = "93-0017,Toon van den Bosch,1971-05-04,bankwerker,Eindtermen 1992,1993-06-18,,valid\n"
ENDED = "L-77,Ria Kops,1968-01-02,lasser,Lasregeling 1989,1995-03-01,1998-03-01,valid\n"


async def send(web: Web, *rows: str, language: str = "nl", query: str = "") -> tuple[int, dict]:  # type: ignore[type-arg]
    answer = await web.office.post(
        f"/certification/api/import/history{query}",
        files={"file": ("history.csv", (HEADER + "".join(rows)).encode())},
        headers={"Accept-Language": language},
    )
    return answer.status_code, answer.json()


async def test_an_old_certificate_answers_in_the_register_by_birth_date_and_says_that_it_is_imported(
    certification: Certification, web: Web
) -> None:
    status, told = await send(web, OLD, ENDED)
    assert (status, told["new"]) == (200, 2)
    assert (await send(web, OLD, ENDED))[1]["unchanged"] == 2

    old = (await web.stranger.get("/certification/register/L-77?birth_date=1968-01-02")).json()

    assert {name: old[name] for name in ("holder", "status", "scheme", "imported")} == {
        "holder": "Ria Kops",
        "status": "expired",
        "scheme": "Lasregeling 1989",
        "imported": True,
    }
    assert (await web.stranger.get("/certification/register/L-77?birth_date=1968-01-03")).status_code == 404
    page = await web.stranger.get(
        "/certification/register/L-77?birth_date=1968-01-02", headers={"Accept": "text/html", "Accept-Language": "en"}
    )
    assert "taken over from an older register" in page.text
    code = await certification.value("select check_code from imported_certificate where number = 'L-77'")
    assert (await web.stranger.get(f"/certification/register/L-77/credential.json?code={code}")).status_code == 404
    listed = (await web.office.get("/certification/api/register")).json()["items"]
    assert [row["number"] for row in listed] == ["93-0017", "L-77"]


async def test_imported_certificates_are_in_the_log_take_no_number_and_verify(
    certification: Certification, web: Web
) -> None:
    await send(web, OLD)
    (issued,) = await certification.certify("T1")

    assert issued["number"] == "SM-2026-00001"
    rows = await certification.rows("select kind, number from log_entry order by position")
    assert [tuple(row.values()) for row in rows] == [("imported", "93-0017"), ("issued", "SM-2026-00001")]
    async with certification.db.read() as tx:
        report = await verification.verify(tx, lambda method: None)
    assert (report["violations"], report["checked"]["imported"]) == ([], 1)
    async with certification.db.transaction() as tx:
        await tx.execute("alter table imported_certificate disable trigger imported_for_good")
        await tx.execute("update imported_certificate set holder = 'Iemand Anders'")
    async with certification.db.read() as tx:
        report = await verification.verify(tx, lambda method: None)
    found = [(one["check"], one["about"]) for one in report["violations"]]
    assert found == [("imported", "93-0017"), ("seal", "93-0017")]


@pytest.mark.parametrize(
    ("row", "column", "nl", "en"),
    [
        (OLD.replace("Toon", "Teun"), "number", "al een ander certificaat", "another certificate stands"),
        ("SM-2026-00009,A,,b,c,2026-01-01,,valid\n", "number", "zelf nog uit", "give out this number itself"),
        ("X1,A,,b,c,2026-07-04,,valid\n", "issued_on", "in de toekomst", "in the future"),
        (
            "X1,A,,b,c,1999-01-01,1998-01-01,valid\n",
            "valid_until",
            "vóór de dag van afgifte",
            "before the day of issue",
        ),
    ],
)
async def test_what_cannot_be_history_is_refused_in_both_languages_and_nothing_is_taken(
    certification: Certification, web: Web, row: str, column: str, nl: str, en: str
) -> None:
    await send(web, OLD)

    for language, words in (("nl", nl), ("en", en)):
        status, told = await send(web, ENDED, row, language=language)
        assert status == 422
        (error,) = told["errors"]
        assert (error["column"], words in error["message"]) == (column, True), error
    assert await certification.value("select count(*) from imported_certificate") == 1


async def test_a_number_of_an_earlier_year_may_have_todays_form(certification: Certification, web: Web) -> None:
    assert (await send(web, "SM-1998-00012,A,,b,c,1998-01-01,,valid\n"))[0] == 200


async def test_the_database_keeps_one_certificate_under_a_number(certification: Certification, web: Web) -> None:
    await certification.certify("T1")

    with pytest.raises(asyncpg.UniqueViolationError):
        await certification.rows(
            """
            insert into imported_certificate (number, holder, programme, scheme, issued_on, status, check_code,
                                              document, document_sha256, imported_at, imported_by)
            values ('SM-2026-00001', 'x', 'x', 'x', '1999-01-01', 'valid', 'x', '{}', '', now(), 'x')
            """
        )


async def test_an_old_certificate_is_suspended_and_withdrawn_for_good_and_the_register_says_so(
    certification: Certification, web: Web
) -> None:
    await send(web, OLD)
    number = "93-0017"
    code = await certification.value("select check_code from imported_certificate where number = $1", number)
    api = f"/certification/api/certificates/{number}"

    async def stands() -> str:
        return str((await web.stranger.get(f"/certification/register/{number}?code={code}")).json()["status"])

    assert (await web.office.post(f"{api}/suspend", json={"reason": "seen"})).status_code == 201
    assert await stands() == "suspended"
    assert (await web.office.post(f"{api}/withdraw", json={"reason": "seen"})).status_code == 201
    assert await stands() == "withdrawn"
    back = await web.office.post(f"{api}/reinstate", json={"reason": "seen"})
    dutch = await web.office.post(f"{api}/reissue?lang=nl", json={"reason": "seen"})
    english = await web.office.post(f"{api}/reissue?lang=en", json={"reason": "seen"})

    assert (back.status_code, dutch.status_code) == (409, 409)
    assert dutch.json()["detail"] == f"Certificaat {number} komt uit een ouder register; wat erop staat blijft zo."
    said = f"Certificate {number} comes from an older register; what it says stays as it is."
    assert english.json()["detail"] == said
    kinds = await certification.rows("select kind from log_entry where number = $1 order by position", number)
    assert [row["kind"] for row in kinds] == ["imported", "suspended", "withdrawn"]
    with pytest.raises(asyncpg.RestrictViolationError):
        await certification.rows(
            "insert into imported_step select number, 3, 'reinstated', 'valid', reason, words, words_salt, decided_by,"
            " decided_at, from_on, until_on, previous, hash from imported_step where position = 2"
        )
    async with certification.db.read() as tx:
        found = await verification.verify(tx, lambda method: None)
    assert [one for one in found["violations"] if number in str(one)] == []
    assert found["checked"]["imported_steps"] == 2


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("update imported_step set words = 'nothing happened' where position = 1", "step 1 does not chain"),
        ("update imported_step set decided_by = 'office/other' where position = 2", "step 2 does not chain"),
        ("update imported_step set previous = repeat('0', 64) where position = 2", "step 2 does not chain"),
        ("delete from imported_step where position = 1", "step 1 does not chain"),
        ("update imported_step set state = 'valid' where position = 1", "step 1 does not follow on valid"),
        (
            "update log_entry set document_sha256 = repeat('0', 64) where kind = 'withdrawn'",
            "the log does not have step 2",
        ),
        ("update imported_certificate set number = '93-0018'", "of a certificate that there is not"),
    ],
)
async def test_an_altered_step_of_an_old_certificate_is_found_and_named(
    certification: Certification, web: Web, servers: Servers, sql: str, said: str
) -> None:
    await send(web, OLD)
    for verb in ("suspend", "withdraw"):
        await web.office.post(f"/certification/api/certificates/93-0017/{verb}", json={"reason": "seen"})

    await behind_its_back(servers, certification.db.url, sql)

    async with certification.db.read() as tx:
        report = await verification.verify(tx, lambda method: None)
    found = [one["message"] for one in report["violations"] if (one["check"], one["about"]) == ("imported", "93-0017")]
    assert [message for message in found if said in message], report["violations"]
