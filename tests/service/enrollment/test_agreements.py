"""Training agreements: sent to their parties, signed by link or on paper, amended, reminded, and no start without."""

from typing import Any

from shared.events.enrollment import ActionLinkMade, AgreementCompleted, AgreementSent, AgreementSigned

from . import rows
from .conftest import Enrollment

MINOR = {"birth_date": "2009-05-01", "guardian_email": "ouder@thuis.example"}
STRICT: dict[str, Any] = {"norms": {"mentor_max_trainees": 3, "agreement_grace_days": 0, "agreement_reminder_days": 7}}
LENIENT: dict[str, Any] = {"norms": {"mentor_max_trainees": 3, "agreement_grace_days": 14}}


async def links(office: Enrollment) -> dict[str, str]:
    """The newest path that each party got."""
    made = await office.told("action-link-made")
    found = [one for one in made if isinstance(one, ActionLinkMade) and one.purpose == "agreement-sign"]
    return {one.person: "/enrollment/" + one.url.partition("/enrollment/")[2] for one in found}


async def sheets(office: Enrollment, key: str = "T1") -> list[dict[str, Any]]:
    answer = await office.http.get("/enrollment/api/agreements", params={"trainee_id": key})
    return list(answer.json()["items"])


async def placement(office: Enrollment) -> str:
    async with office.db.read() as tx:
        return str(await tx.fetchval("select state from placement where trainee_id = 'T1' and state <> 'ended'"))


async def sign_all(office: Enrollment) -> None:
    for path in (await links(office)).values():
        await office.http.post(path)


async def test_each_party_signs_by_a_link_that_works_once_and_the_last_one_completes_it(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1", **MINOR))

    answers = [await office.post("agreements", {"trainee_id": "T1"}) for _ in range(2)]
    paths = await links(office)
    seen = await office.http.get(next(iter(paths.values())), params={"lang": "nl"}, headers={"Authorization": ""})
    before = (await sheets(office))[0]
    done = [await office.http.post(path) for path in paths.values()]
    twice = await office.http.post(paths["company/C1"])

    assert [one.status_code for one in answers] == [201, 200]
    assert list(paths) == ["instructor/I1", "company/C1", "trainee/T1", "guardian/T1"]
    assert "Ik onderteken" in seen.text
    assert "Staal C1 B.V." in seen.text
    assert before["missing"] == list(paths)
    assert [one.status_code for one in done] == [200] * 4
    assert twice.status_code == 410
    sheet = (await sheets(office))[0]
    assert (sheet["agreement_id"], sheet["state"], sheet["missing"]) == ("T1-1/1", "completed", [])
    (sent,) = await office.told("agreement-sent")
    assert isinstance(sent, AgreementSent)
    assert sent.parties == ("school", "company", "trainee", "guardian")
    signed = await office.told("agreement-signed")
    assert [(one.party, one.missing) for one in signed if isinstance(one, AgreementSigned)][-1] == ("guardian", ())
    (completed,) = await office.told("agreement-completed")
    assert isinstance(completed, AgreementCompleted)
    assert (completed.version, completed.amends_id) == (1, None)
    assert "staal.example" not in "".join(one.model_dump_json() for one in [sent, *signed, completed])


async def test_a_change_with_the_same_parties_needs_no_new_signatures_and_another_company_does(
    office: Enrollment,
) -> None:
    await office.give("trainees", rows.trainee("T1"))
    await office.post("agreements", {"trainee_id": "T1"})
    await sign_all(office)
    await office.day_comes("2025-10-06")

    await office.give("trainees", rows.trainee("T1", mentor_id="M2"))
    amended = (await sheets(office))[0]
    await office.give("trainees", rows.trainee("T1", company_id="C2", mentor_id="M3"))
    moved = (await sheets(office))[0]

    assert (amended["agreement_id"], amended["state"], amended["amends"]) == ("T1-2/1", "completed", "T1-1/1")
    assert (moved["agreement_id"], moved["state"], moved["amends"]) == ("T1-3/1", "sent", None)
    assert moved["missing"] == ["instructor/I1", "company/C2", "trainee/T1"]


async def test_where_the_scheme_says_so_no_placement_begins_before_it_is_signed(office: Enrollment) -> None:
    await office.publish(**STRICT)
    await office.give("trainees", rows.trainee("T1"))
    assert await placement(office) == "proposed"
    await office.day_comes("2025-09-02")

    for language, message in (
        (
            "nl",
            "de praktijkovereenkomst van T1 is nog niet door iedereen getekend: "
            "de school, het leerbedrijf, de leerling",
        ),
        ("en", "not everybody has signed the training agreement of T1 yet: the school, the company, the trainee"),
    ):
        refused = await office.post("placement-starts", {"trainee_id": "T1"}, **{"Accept-Language": language})
        assert refused.json()["type"] == "urn:keur:problem:no-start-without-agreement"
        assert refused.json()["detail"] == message
    assert await placement(office) == "proposed"
    assert await office.told("placement-started") == []
    async with office.db.read() as tx:
        assert await tx.fetchval("select evidence from signal where kind = 'agreement' and closed_on is null") == {
            "since": "2025-09-01",
            "missing": ["school", "company", "trainee"],
        }

    await sign_all(office)
    assert await placement(office) == "signed"
    await office.day_comes("2025-09-03")

    assert await placement(office) == "active"
    assert len(await office.told("placement-started")) == 1
    async with office.db.read() as tx:
        assert await tx.fetchval("select count(*) from signal where closed_on is null") == 0


async def test_with_days_of_grace_a_placement_begins_and_is_watched_when_these_are_over(office: Enrollment) -> None:
    await office.publish(**LENIENT)
    await office.give("trainees", rows.trainee("T1"), rows.trainee("T2", starts_on="2025-06-02", mentor_id="M2"))
    await office.day_comes("2025-09-02")
    assert await placement(office) == "active"
    assert [one["state"] for one in await sheets(office)] == ["sent"]
    assert await sheets(office, "T2") == []

    async with office.db.read() as tx:
        assert [row["trainee_id"] for row in await tx.fetch("select trainee_id from signal")] == ["T2"]
    await office.day_comes("2025-09-16")
    async with office.db.read() as tx:
        found = await tx.fetch("select trainee_id from signal where kind = 'agreement' order by 1")
    assert [row["trainee_id"] for row in found] == ["T1", "T2"]


async def test_who_has_not_signed_is_asked_again_three_times(office: Enrollment) -> None:
    await office.publish(**STRICT)
    await office.give("trainees", rows.trainee("T1", starts_on="2025-11-03"))
    await office.day_comes("2025-09-02")
    await office.http.post((await links(office))["company/C1"])
    for day in ("2025-09-08", "2025-09-09", "2025-09-16", "2025-09-23", "2025-09-30", "2025-10-07"):
        await office.day_comes(day)

    made = [one.person for one in await office.told("action-link-made")]  # type: ignore[attr-defined]

    assert (made.count("company/C1"), made.count("trainee/T1"), made.count("instructor/I1")) == (1, 4, 4)


async def test_without_the_rule_nobody_is_asked_and_places_begin_as_ever(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"))
    await office.day_comes("2025-10-06")

    assert await placement(office) == "active"
    assert await office.told("agreement-sent", "action-link-made") == []


async def test_a_signature_on_paper_counts_and_what_cannot_be_is_refused_in_both_languages(
    office: Enrollment,
) -> None:
    await office.give("trainees", rows.trainee("T1"))
    at = "/enrollment/trainees/T1"
    for kind, given, rule in (
        ("agreement-signatures", {"trainee_id": "T1", "party": "company/C1"}, "nothing-to-sign"),
        ("agreements", {"trainee_id": "T9"}, "unknown-trainee"),
    ):
        dutch = await office.post(kind, given, **{"Accept-Language": "nl"})
        english = await office.post(kind, given, **{"Accept-Language": "en"})
        assert english.json()["type"] == f"urn:keur:problem:{rule}"
        assert dutch.json()["detail"] != english.json()["detail"]
    assert (await office.http.post(f"{at}/agreement")).status_code == 303
    other = await office.post("agreement-signatures", {"trainee_id": "T1", "party": "company/C2"})
    assert other.json()["type"] == "urn:keur:problem:not-a-party"

    wrong = await office.http.post(f"{at}/agreement-signature?lang=nl", data={"party": "company/C1", "signed_on": "x"})
    good = await office.http.post(f"{at}/agreement-signature", data={"party": "company/C1", "signed_on": "2025-09-01"})
    page = (await office.http.get(f"{at}?lang=nl")).text

    assert (wrong.status_code, good.status_code) == (422, 303)
    assert "Getekend op:" in wrong.text
    assert (await sheets(office))[0]["signed"] == {"company/C1": "2025-09-01"}
    assert "T1-1/1" in page
    assert (await office.http.post((await links(office))["company/C1"])).status_code == 410


async def test_when_the_place_ends_nobody_can_sign_for_it_any_more(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"))
    await office.post("agreements", {"trainee_id": "T1"})

    await office.post("placement-endings", {"trainee_id": "T1", "reason": "company-stopped"})

    assert (await sheets(office))[0]["state"] == "withdrawn"
    assert (await office.http.post((await links(office))["trainee/T1"])).status_code == 410
