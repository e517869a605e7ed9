"""Reviewed decisions: signed by the uninvolved, refused to everybody else by the database itself."""

from datetime import date

import asyncpg
import pytest

from services.certification.commands import deciding
from services.certification.domain.deciding import (
    AlreadyDecided,
    AssignedToAnother,
    CandidateNotKnown,
    DeciderInvolved,
    HolderNotNamed,
    NotADecider,
    NothingToDecideYet,
    NotOnesOwn,
    NoUninvolvedDecider,
    RefusalNeedsExplanation,
    RulesDecideHere,
)
from services.certification.domain.rules import Refused
from services.certification.queries import verification
from services.certification.store.audit import By
from shared import clock
from shared.events.certification import CertificationRefused, ExaminerConflictDetected
from shared.events.enrollment import (
    AttendanceMeasured,
    PlacementStarted,
    PracticeElsewhereRecorded,
    PracticeElsewhereWithdrawn,
    TargetSignedOff,
)
from tests.unit.certification.builders import entry, scheme
from tests.unit.certification.test_evidence import training_scheme

from .conftest import OFFICE, Certification, Web, enrolled, named, passes

ANNA, BERT = "office/anna", "office/bert"
TODAY = date(2026, 7, 3)
REVIEWED = scheme(version='version: "2026.2"', decision_mode="decision_mode: reviewed\nnorms: {appeal_days: 42}")
Ties = tuple[tuple[str, str], ...]


async def name(certification: Certification, person: str, *ties: tuple[str, str], active: bool = True) -> None:
    async with certification.db.transaction() as tx:
        await deciding.name_decider(tx, person, ties, active=active, now=clock.now(), today=TODAY, by=OFFICE)


async def grant(certification: Certification, person: str = ANNA, trainee_id: str = "T1") -> str:
    async with certification.db.transaction() as tx:
        return await deciding.grant(tx, trainee_id, now=clock.now(), today=TODAY, by=By(person))


async def assign(certification: Certification, person: str | None, trainee_id: str = "T1") -> str:
    async with certification.db.transaction() as tx:
        return await deciding.assign(tx, trainee_id, person, now=clock.now(), today=TODAY, by=OFFICE)


async def refuse(certification: Certification, explanation: str = "Theorie niet in orde", person: str = ANNA) -> None:
    async with certification.db.transaction() as tx:
        await deciding.refuse(
            tx, "T1", "evidence-not-accepted", explanation, now=clock.now(), today=TODAY, by=By(person)
        )


@pytest.fixture
async def eligible(certification: Certification) -> Certification:
    """T1 meets every requirement of a scheme in which a person decides; EX1 examined, I1, M1, C1 and S1 trained."""
    await certification.publish(REVIEWED)
    await certification.hear(enrolled(scheme_version="2026.2"), named())
    await certification.enter(*passes())
    await certification.hears_itself()
    return certification


def in_both(rule: Refused, nl: str, en: str) -> None:
    assert nl in rule.said("nl")[0]
    assert en in rule.said("en")[0]


async def test_an_uninvolved_decider_signs_and_the_certificate_is_issued(eligible: Certification) -> None:
    await name(eligible, ANNA, ("company", "C9"))

    number = await grant(eligible)

    assert number == "SM-2026-00001"
    (row,) = await eligible.rows("select decided_by, mode, outcome from decision")
    assert row == {"decided_by": ANNA, "mode": "reviewed", "outcome": "granted"}
    told = [event.TYPE.split(".")[1] for event in await eligible.told()][-3:]
    assert told == ["certification-decided", "certificate-check-code-made", "certificate-issued"]
    async with eligible.db.read() as tx:
        assert (await verification.verify(tx, lambda method: None))["violations"] == []


@pytest.mark.parametrize(
    ("kind", "key"),
    [("instructor", "I1"), ("mentor", "M1"), ("company", "C1"), ("school", "S1"), ("examiner", "EX1"),
     ("trainee", "T1")],
)  # fmt: skip
async def test_who_trained_mentored_examined_or_is_a_colleague_cannot_decide(
    eligible: Certification, kind: str, key: str
) -> None:
    await name(eligible, ANNA, (kind, key))

    with pytest.raises(DeciderInvolved) as caught:
        await grant(eligible)

    assert caught.value.ties == (f"{kind}/{key}",)
    in_both(
        caught.value,
        f"office/anna is betrokken bij T1 ({kind}/{key}) en beslist daarom niet",
        f"office/anna is involved with T1 ({kind}/{key}) and so does not decide",
    )
    assert await eligible.rows("select * from certificate") == []


async def test_who_mentored_at_a_later_placement_cannot_decide_either(eligible: Certification) -> None:
    await name(eligible, ANNA, ("mentor", "M7"))
    await eligible.hear(
        PlacementStarted(
            placement_id="P7", trainee_id="T1", company_id="C7", mentor_id="M7", starts_on=TODAY, scheme="smith"
        )
    )

    with pytest.raises(DeciderInvolved):
        await assign(eligible, ANNA)


async def test_the_database_itself_refuses_an_involved_decider_whatever_the_code_does(eligible: Certification) -> None:
    await name(eligible, ANNA, ("mentor", "M1"))

    with pytest.raises(asyncpg.PostgresError) as caught:
        await eligible.rows(
            """
            insert into decision (decision_id, trainee_id, scheme, scheme_version, scheme_sha256, outcome, mode,
                                  evidence, dossier, dossier_sha256, decided_on, decided_at, decided_by)
            select gen_random_uuid(), 'T1', 'smith', '2026.2', '', 'granted', 'reviewed', '{}', '{}', '',
                   '2026-07-03', now(), 'office/anna'
            """
        )

    assert caught.value.sqlstate == "KEUR2"


async def test_on_a_candidate_that_is_not_known_nobody_decides(certification: Certification) -> None:
    await name(certification, ANNA)

    with pytest.raises(CandidateNotKnown) as caught:
        await grant(certification, trainee_id="T9")

    in_both(caught.value, "deze kandidaat is hier niet bekend", "this candidate is not known here")


async def test_the_rules_cannot_grant_where_a_person_decides(eligible: Certification) -> None:
    with pytest.raises(asyncpg.PostgresError) as caught:
        await eligible.rows(
            """
            insert into decision (decision_id, trainee_id, scheme, scheme_version, scheme_sha256, outcome, mode,
                                  evidence, dossier, dossier_sha256, decided_on, decided_at, decided_by)
            select gen_random_uuid(), 'T1', 'smith', '2026.2', '', 'granted', 'automatic', '{}', '{}', '',
                   '2026-07-03', now(), 'rules'
            """
        )

    assert caught.value.sqlstate == "KEUR3"


async def test_only_a_named_decider_decides(eligible: Certification) -> None:
    with pytest.raises(NotADecider) as caught:
        await grant(eligible)
    in_both(caught.value, "office/anna is geen beslisser", "office/anna is no decider")

    await name(eligible, ANNA)
    await name(eligible, ANNA, active=False)
    with pytest.raises(NotADecider):
        await grant(eligible)


async def test_a_tie_that_ended_still_counts_for_who_trained_and_not_for_an_old_employer(
    eligible: Certification,
) -> None:
    await name(eligible, ANNA, ("mentor", "M1"))
    await name(eligible, ANNA)
    await name(eligible, BERT, ("company", "C1"))
    await name(eligible, BERT)
    async with eligible.db.transaction() as tx:
        await tx.execute("update decider_tie set ended_on = '2020-01-01' where person = $1", BERT)

    with pytest.raises(DeciderInvolved):
        await grant(eligible, ANNA)
    assert await grant(eligible, BERT)


async def test_nobody_notes_his_or_her_own_ties(eligible: Certification) -> None:
    with pytest.raises(NotOnesOwn) as caught:
        await name(eligible, OFFICE.actor)

    in_both(
        caught.value,
        "niemand wijst zichzelf aan of noteert de eigen banden",
        "nobody names himself or herself, or notes his or her own ties",
    )


async def test_a_candidate_is_given_to_the_least_busy_uninvolved_decider_and_can_be_handed_on(
    eligible: Certification,
) -> None:
    await name(eligible, ANNA, ("examiner", "EX1"))
    await name(eligible, BERT)
    await name(eligible, "office/cora")

    assert await assign(eligible, None) == BERT
    with pytest.raises(AssignedToAnother) as caught:
        await grant(eligible, "office/cora")
    in_both(caught.value, "deze kandidaat is toegewezen aan office/bert", "this candidate was assigned to office/bert")
    assert await assign(eligible, "office/cora") == "office/cora"
    assert await grant(eligible, "office/cora")

    rows = await eligible.rows("select decider, ended_why from assignment order by assignment_id")
    assert [tuple(row.values()) for row in rows] == [(BERT, "reassigned"), ("office/cora", "decided")]


async def test_without_an_uninvolved_decider_nobody_is_found(eligible: Certification) -> None:
    await name(eligible, ANNA, ("examiner", "EX1"))

    with pytest.raises(NoUninvolvedDecider) as caught:
        await assign(eligible, None)

    in_both(
        caught.value, "elke beslisser is bij deze kandidaat betrokken", "every decider is involved with this candidate"
    )


async def test_a_refusal_has_a_reason_and_an_appeal_term_and_is_told_without_the_words(
    eligible: Certification,
) -> None:
    await name(eligible, ANNA)
    with pytest.raises(RefusalNeedsExplanation) as caught:
        await refuse(eligible, " ")
    in_both(caught.value, "zeg waarom het certificaat wordt geweigerd", "say why the certificate is refused")

    await refuse(eligible)

    (refused,) = await eligible.told("certification-refused")
    assert isinstance(refused, CertificationRefused)
    assert (refused.reason, refused.appeal_until) == ("evidence-not-accepted", date(2026, 8, 14))
    assert "Theorie" not in refused.model_dump_json()
    assert await eligible.value("select state from candidate") == "refused"
    with pytest.raises(AlreadyDecided) as again:
        await grant(eligible)
    in_both(again.value, "het certificaat is al geweigerd", "the certificate was refused already")


async def test_a_refusal_stands_whatever_results_come_after_it(eligible: Certification) -> None:
    await name(eligible, ANNA)
    await refuse(eligible)

    await eligible.enter(entry("theory", score=9))
    await eligible.hears_itself()

    assert await eligible.value("select state from candidate") == "refused"
    assert await eligible.told("certificate-issued") == []


async def test_where_the_rules_decide_a_person_can_only_refuse(certification: Certification) -> None:
    await name(certification, ANNA)
    await certification.hear(enrolled(), named())

    with pytest.raises(RulesDecideHere) as caught:
        await grant(certification)

    in_both(
        caught.value,
        "volgens dit schema beslissen de regels; een persoon kan alleen weigeren",
        "under this scheme the rules decide; a person can only refuse",
    )
    await refuse(certification)
    assert await certification.value("select state from candidate") == "refused"


async def test_open_requirements_and_a_missing_name_keep_a_decider_from_granting(certification: Certification) -> None:
    await certification.publish(REVIEWED)
    await name(certification, ANNA)
    await certification.hear(enrolled(scheme_version="2026.2"))
    with pytest.raises(NothingToDecideYet) as open_:
        await grant(certification)
    in_both(open_.value, "nog niet vervuld: theory", "not met yet: theory")

    await certification.enter(*passes())
    await certification.hears_itself()
    with pytest.raises(HolderNotNamed) as nameless:
        await grant(certification)
    in_both(nameless.value, "de naam van de houder is nog niet bekend", "the holder's name is not known yet")


async def test_an_examiner_with_the_key_of_the_own_instructor_is_told_once(certification: Certification) -> None:
    await certification.hear(enrolled(), named())

    await certification.enter(entry("theory", examiner="I1"))
    await certification.enter(entry("theory", examiner="I1", score=8))

    (told,) = await certification.told("examiner-conflict-detected")
    assert isinstance(told, ExaminerConflictDetected)
    assert (told.role, told.person, told.ties) == ("examiner", "examiner/I1", ("instructor/I1",))


async def test_ties_that_are_noted_bring_to_light_who_examined_a_colleagues_trainee(eligible: Certification) -> None:
    await name(eligible, ANNA, ("examiner", "EX1"), ("company", "C1"))

    (told,) = await eligible.told("examiner-conflict-detected")
    assert isinstance(told, ExaminerConflictDetected)
    assert (told.person, told.ties) == ("examiner/EX1", ("company/C1",))


async def test_evidence_of_the_training_completes_a_dossier_in_any_order_and_verifies(
    certification: Certification,
) -> None:
    text = training_scheme()
    version = type(text).from_content({**text.content, "version": "2026.3"})
    await certification.publish(version)
    facts = [
        *(TargetSignedOff(trainee_id="T1", target=f"T{n}", signed_on=TODAY, scheme="smith") for n in (1, 2, 3)),
        AttendanceMeasured(trainee_id="T1", expected_days=100, attended_days=86, up_to=TODAY, scheme="smith"),
        PlacementStarted(
            placement_id="P1", trainee_id="T1", company_id="C1", mentor_id="M1", starts_on=date(2025, 9, 1),
            scheme="smith",
        ),
    ]  # fmt: skip
    await certification.hear(facts[0], facts[3], enrolled(scheme_version="2026.3"), named())
    assert await certification.value("select missing from candidate") == ["targets_signed_off", "practice_months"]

    await certification.hear(facts[4], facts[1], facts[1])
    assert await certification.told("certificate-issued") == []
    await certification.hear(facts[2])
    await certification.hear(*facts)

    assert len(await certification.told("certificate-issued")) == 1
    async with certification.db.read() as tx:
        assert (await verification.verify(tx, lambda method: None))["violations"] == []
    async with certification.db.transaction() as tx:
        await tx.execute("alter table attendance_measured disable trigger heard_for_good")
        await tx.execute("update attendance_measured set attended_days = 10")
    async with certification.db.read() as tx:
        found = await verification.verify(tx, lambda method: None)
    assert [(one["check"], one["about"]) for one in found["violations"]] == [("evidence", "T1")]


async def test_practice_gained_elsewhere_completes_a_dossier_unless_it_is_withdrawn_in_whatever_order_that_is_heard(
    certification: Certification,
) -> None:
    text = training_scheme("{rule: practice_months, at_least: 6, elsewhere: 6}")
    await certification.publish(type(text).from_content({**text.content, "version": "2026.3"}))
    await certification.hear(
        *(TargetSignedOff(trainee_id="T1", target=f"T{n}", signed_on=TODAY, scheme="smith") for n in (1, 2, 3)),
        AttendanceMeasured(trainee_id="T1", expected_days=100, attended_days=86, up_to=TODAY, scheme="smith"),
        enrolled(scheme_version="2026.3"),
        named(),
    )
    gained = {"trainee_id": "T1", "starts_on": date(2024, 1, 1), "ends_on": date(2024, 12, 31), "scheme": "smith"}
    wrong, right = (PracticeElsewhereRecorded(**gained, practice_id=key, recorded_on=TODAY) for key in ("X1", "X2"))

    await certification.hear(PracticeElsewhereWithdrawn(**gained, practice_id="X1", withdrawn_on=TODAY))
    await certification.hear(wrong, wrong)
    assert await certification.value("select missing from candidate") == ["practice_months"]
    await certification.hear(right)
    await certification.hear(right)

    assert len(await certification.told("certificate-issued")) == 1
    async with certification.db.read() as tx:
        assert (await verification.verify(tx, lambda method: None))["violations"] == []
    async with certification.db.transaction() as tx:
        await tx.execute("update practice_elsewhere set ends_on = '2024-11-30' where practice_id = 'X2'")
    async with certification.db.read() as tx:
        found = await verification.verify(tx, lambda method: None)
    assert [(one["check"], one["about"]) for one in found["violations"]] == [("evidence", "T1")]


async def test_a_fact_that_no_rule_asks_for_changes_nothing(certification: Certification) -> None:
    await certification.hear(enrolled(), named())

    await certification.hear(TargetSignedOff(trainee_id="T1", target="T1", signed_on=TODAY, scheme="smith"))

    assert await certification.value("select state from candidate") == "admitted"
    assert await certification.told("candidate-not-yet-eligible") == []


async def test_a_decider_who_turns_out_to_be_involved_is_named_by_verify(eligible: Certification) -> None:
    await name(eligible, ANNA)
    await grant(eligible)
    await name(eligible, ANNA, ("mentor", "M1"))

    async with eligible.db.read() as tx:
        found = await verification.verify(tx, lambda method: None)

    assert [(one["check"], one["about"]) for one in found["violations"]] == [("decider", "T1")]


async def test_deciding_by_http_tells_a_conflict_though_it_is_refused(eligible: Certification, web: Web) -> None:
    named_ = {"person": "office/admin", "ties": [{"kind": "mentor", "key": "M1"}]}
    assert (await web.office.post("/certification/api/deciders", json=named_)).status_code == 422
    await name(eligible, "office/admin", ("mentor", "M1"))

    answer = await web.office.post("/certification/api/decisions/T1", json={"outcome": "grant"})

    assert (answer.status_code, answer.json()["type"]) == (409, "urn:keur:problem:decider-involved")
    assert len(await eligible.told("examiner-conflict-detected")) == 1
    page = await web.office.get("/certification/decisions/T1", headers={"Accept": "text/html"})
    assert "is praktijkbegeleider M1" in page.text


async def test_the_assessment_says_why_not_yet_in_both_languages(certification: Certification, web: Web) -> None:
    await certification.hear(enrolled(), named())
    await certification.enter(entry("theory", score=4))
    await certification.hears_itself()

    said = {
        language: (
            await web.office.get("/certification/api/candidates/T1/assessment", headers={"Accept-Language": language})
        ).json()
        for language in ("nl", "en")
    }

    assert said["nl"]["outcome"] == "not-yet"
    assert said["nl"]["lines"][0]["because"] == "hoogste score 4; voldoende vanaf 5,5; pogingen over: 2"
    assert said["en"]["lines"][1]["because"] == "no result yet; pass mark 6"


async def test_a_decision_on_the_page_signs_and_shows_it(eligible: Certification, web: Web) -> None:
    await name(eligible, "office/admin")
    for page in ("/certification/ready", "/certification/ready?view=mine", "/certification/deciders"):
        assert (await web.office.get(page, headers={"Accept": "text/html"})).status_code == 200

    signed = await web.office.post("/certification/decisions/T1", data={"outcome": "grant"})

    assert signed.status_code == 303
    page = await web.office.get("/certification/decisions/T1", headers={"Accept": "text/html"})
    assert "SM-2026-00001" in page.text
