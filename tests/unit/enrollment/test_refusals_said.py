"""What each rule of the training says when it is broken, in Dutch and in English."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest

from services.enrollment.accounts import LinkNotUsable
from services.enrollment.action_links import ActionLinkNotUsable
from services.enrollment.domain import (
    accreditation,
    actions,
    agreements,
    applications,
    coverage,
    endings,
    enrolment_states,
    enrolments,
    guidance,
    logbook,
    planner,
    refusals,
    replacements,
    reviews,
)
from services.enrollment.domain.complaints import Case
from services.enrollment.domain.complaints import State as Step
from services.enrollment.domain.coverage import Covered, CoveredBy, Host, Plan
from services.enrollment.domain.curriculum import Target
from services.enrollment.domain.guidance import Around, SignOff
from services.enrollment.domain.mentor_standing import Standing, check_usable
from services.enrollment.domain.mentor_standing import State as Stands
from services.enrollment.domain.mentors import Instructor, Period, too_many
from services.enrollment.domain.planner import Rooms
from services.enrollment.domain.rules import Refused, unknown
from services.enrollment.domain.schemes import Schemes
from services.enrollment.domain.visits import Place, Visit

from .builders import MARK, enrolment, known, mentor

DAY, LAST = date(2025, 9, 1), date(2026, 7, 3)
STAY = Period(DAY, LAST)
GUEST = Place("company", "C2")
BEND = Target("T03", frozenset({"press_brake"}))
AROUND = Around("C1", "S1", ["T01"], {"mentor/M1": "C1", "instructor/I1": "S1"})
CASE = Case("K1", "T1", DAY, minor=True)
IN_HAND = CASE.acknowledged(DAY).taken_in_hand("", DAY)
RESOLVED = IN_HAND.waived("opgelost").resolved("klaar", DAY)
ACTION = actions.Action("A1", "review", "R1", "mentor/M1", "iets", DAY, LAST)
SHEET = agreements.Agreement("T1-1/1", "T1-1", "T1", 1, {}, ("company/C1",), agreements.State.SENT)


def open_target(host: Host | None, period: Period = STAY, target: str = "T03", by: CoveredBy = CoveredBy.OPEN) -> None:
    coverage.check_plan(Plan(target, GUEST, period), {"T03": Covered(BEND, by)}, host, STAY)


def bending(until: date | None = date(2030, 1, 1)) -> Host:
    return Host(GUEST, frozenset({"press_brake"}), "Oss", until)


def plan_twice() -> None:
    choices = [coverage.Choice("T03", GUEST), coverage.Choice("T03", GUEST)]
    own = (Place("company", "C1"), Place("school", "S1"))
    hosts = {GUEST: bending(), **{place: Host(place) for place in own}}
    planner.accept_plans(choices, [BEND], own, STAY, hosts, Rooms({"C2": 3}), today=DAY)


def broken(rule: Refused) -> Callable[[], object]:
    def throws() -> None:
        raise rule

    return throws


def refuses(**given: object) -> Callable[[], object]:
    return lambda: enrolments.accept(enrolment(**given), known(mentors=[mentor(), mentor("M2", company_id="C2")]))


SAID: list[tuple[Callable[[], object], str, str]] = [
    (
        lambda: accreditation.ends_on(DAY, None, None),
        "het schema zegt niet hoelang een erkenning geldt",
        "the scheme does not say how long an accreditation holds",
    ),
    (
        lambda: accreditation.ends_on(DAY, 4, date(2025, 8, 1)),
        "de erkenning eindigt op 1 augustus 2025, voordat zij begint",
        "the accreditation ends on 1 August 2025, before it begins",
    ),
    (
        broken(accreditation.not_accredited_now("C1")),
        "leerbedrijf C1 heeft nu geen erkenning",
        "company C1 has no accreditation now",
    ),
    (
        lambda: actions.assign(
            actions.Asked("mentor/M1", "iets", date(2025, 8, 1)),
            1,
            origin="review",
            origin_id="R1",
            on=DAY,
            trainee_id=None,
            place=None,
            scheme=None,
        ),
        "de actie moet klaar zijn op 1 augustus 2025, voordat zij is afgesproken",
        "the action is due on 1 August 2025, before it was agreed",
    ),
    (
        lambda: ACTION.done(date(2025, 8, 1), "office/x", today=LAST),
        "de actie is afgesproken op 1 september 2025 en kan niet op 1 augustus 2025 gedaan zijn",
        "the action was agreed on 1 September 2025 and cannot have been done on 1 August 2025",
    ),
    (
        broken(actions.no_owner("mentor/M9")),
        "mentor/M9 is hier niet bekend als eigenaar van een actie",
        "mentor/M9 is not known here as the owner of an action",
    ),
    (
        broken(ActionLinkNotUsable()),
        "Deze link kan niet (meer) worden gebruikt.",
        "This link cannot be used (any more).",
    ),
    (
        broken(LinkNotUsable()),
        "Deze inloglink kan niet (meer) worden gebruikt.",
        "This sign-in link cannot be used (any more).",
    ),
    (
        refuses(birth_date=date(2015, 1, 1), guardian_email="a@b.nl"),
        "de leerling is op de eerste dag 10 jaar",
        "the trainee is 10 years old on the first day",
    ),
    (
        refuses(birth_date=date(2009, 1, 1)),
        "de leerling is op de eerste dag minderjarig",
        "the trainee is under age on the first day",
    ),
    (refuses(planned_end=DAY), "de opleiding eindigt voordat zij begint", "the training ends before it starts"),
    (refuses(mentor_id="M2"), "praktijkbegeleider M2 hoort bij leerbedrijf C2", "mentor M2 belongs to company C2"),
    (refuses(instructor_id="I2"), "instructeur I2 hoort bij school S2", "instructor I2 belongs to school S2"),
    (refuses(programme="kok-2"), "het schema kent deze opleiding niet", "the scheme does not know this programme"),
    (
        lambda: enrolments.accept(enrolment(programme="verspaner-3"), known(enrolled=[enrolment()])),
        "de leerling is al ingeschreven met lasser-3",
        "the trainee was enrolled with lasser-3 already",
    ),
    (
        lambda: Schemes([]).for_programme("lasser-3", DAY),
        "er is hier nog geen certificatieschema bekend",
        "no scheme is known here yet",
    ),
    (
        lambda: Schemes([MARK]).for_programme("lasser-3", date(2020, 1, 1)),
        "van het schema met lasser-3 was op 1 januari 2020 nog geen versie van kracht",
        "no version of the scheme with lasser-3 was in force on 1 January 2020",
    ),
    (
        broken(too_many(mentor(), 2, [])),
        "praktijkbegeleider M1 begeleidt in deze periode al 2 leerlingen",
        "mentor M1 already guides 2 trainees in this period",
    ),
    (
        lambda: IN_HAND.put_on_agenda(DAY),
        "de projectcoördinator formuleert het agendapunt; de tekst van de klacht komt nooit op de agenda",
        "the coordinator words the agenda item; the complaint's own text never comes on the agenda",
    ),
    (
        lambda: Case("K1", "T1", DAY, state=Step.RESOLVED).closed(DAY),
        "de klacht is nog niet besproken, en er is geen reden waarom dat niet hoeft",
        "the complaint was not discussed yet, and there is no reason why it need not be",
    ),
    (
        lambda: CASE.closed(DAY),
        "de klacht is ontvangen en kan nu niet gesloten worden",
        "the complaint is received and cannot become closed now",
    ),
    (
        lambda: IN_HAND.waived(" "),
        "geef een reden waarom de klacht niet besproken wordt",
        "give a reason why the complaint is not discussed",
    ),
    (
        lambda: IN_HAND.waived("opgelost").resolved(" ", DAY),
        "schrijf op wat er van de klacht is geworden",
        "write down what came of the complaint",
    ),
    (
        lambda: RESOLVED.appealed("mentor", DAY),
        "alleen wie klaagde kan in beroep gaan, of de ouder of verzorger van een minderjarige",
        "only the one who complained can appeal, or a minor's parent or guardian",
    ),
    (
        lambda: Standing("M1", Stands.ACCEPTED).approved(DAY, "office/x", course_until=None, course_required=True),
        "de cursus is niet geldig op de dag van de goedkeuring",
        "the course is not valid on the day of the approval",
    ),
    (
        lambda: Standing("M1", Stands.APPROVED).answers(True, "", DAY),
        "aan begeleider M1 is nu niets gevraagd",
        "mentor M1 was not asked anything now",
    ),
    (
        lambda: check_usable("M1", Standing("M1", Stands.DECLINED), course_required=False),
        "praktijkbegeleider M1 heeft geen ja gezegd",
        "mentor M1 has not said yes",
    ),
    (
        lambda: check_usable("M1", Standing("M1", Stands.ACCEPTED), course_required=False),
        "praktijkbegeleider M1 is niet (meer) goedgekeurd",
        "mentor M1 is not approved (any more)",
    ),
    (
        lambda: open_target(bending(None)),
        "leerbedrijf C2 is niet erkend tot en met 3 juli 2026",
        "company C2 is not accredited until 3 July 2026",
    ),
    (
        lambda: open_target(Host(GUEST)),
        "C2 heeft voor eindterm T03 niet: press_brake",
        "C2 lacks for target T03: press_brake",
    ),
    (
        lambda: open_target(bending(), Period(DAY, date(2029, 1, 1))),
        "het verblijf valt niet binnen de leerwerkplek",
        "the stay does not lie within the placement",
    ),
    (
        lambda: open_target(bending(), target="T09"),
        "eindterm T09 hoort niet bij de opleiding",
        "target T09 is none of the programme",
    ),
    (
        lambda: open_target(bending(), by=CoveredBy.SCHOOL),
        "eindterm T03 is al te leren op de eigen plek",
        "target T03 can be learned at the trainee's own place already",
    ),
    (
        lambda: coverage.check_all_planned([Covered(BEND, CoveredBy.OPEN)]),
        "niet te leren bij leerbedrijf of school, en zonder plan: T03",
        "to be learned at neither company nor school, and without a plan: T03",
    ),
    (plan_twice, "eindterm T03 heeft twee plannen", "target T03 has two plans"),
    (
        lambda: planner.check_room(Plan("T03", GUEST, STAY), Rooms()),
        "leerbedrijf C2 heeft in deze periode geen plaats en geen begeleider met ruimte",
        "company C2 has no free place and no mentor with room in this period",
    ),
    (
        broken(replacements.no_placement_runs("T1")),
        "T1 heeft nu geen leerwerkplek die begonnen is",
        "T1 has no placement now that has begun",
    ),
    (
        broken(replacements.placement_runs_still("T1", "C1")),
        "T1 heeft een leerwerkplek bij C1",
        "T1 has a placement at C1",
    ),
    (
        broken(replacements.same_place_again("C1", "M1")),
        "de leerwerkplek die eindigde, was ook bij C1 met begeleider M1",
        "the placement that ended was at C1 with mentor M1 too",
    ),
    (
        broken(agreements.no_placement("T1")),
        "T1 heeft geen leerwerkplek die gepland is of loopt",
        "T1 has no placement that is planned or runs",
    ),
    (
        lambda: SHEET.signed_by("company/C2", DAY),
        "company/C2 is geen partij bij T1-1/1",
        "company/C2 is no party to T1-1/1",
    ),
    (
        lambda: agreements.check_party(None, "T1", "company/C1"),
        "van T1 wacht geen praktijkovereenkomst op handtekeningen",
        "no training agreement of T1 waits for signatures",
    ),
    (
        broken(agreements.nothing_to_start("T1")),
        "van T1 wacht geen leerwerkplek waarvan de eerste dag gekomen is",
        "no placement of T1 waits whose first day has come",
    ),
    (
        broken(endings.not_paused("T1")),
        "de opleiding van T1 is niet onderbroken",
        "the training of T1 is not interrupted",
    ),
    (
        lambda: enrolment_states.move(enrolment_states.State.COMPLETED, enrolment_states.State.ACTIVE),
        "wat afgerond is, kan niet in opleiding worden",
        "what is completed cannot become active",
    ),
    (
        lambda: applications.move(applications.State.REJECTED, applications.State.ACCEPTED),
        "wie afgewezen is, kan niet toegelaten worden",
        "what is rejected cannot become accepted",
    ),
    (
        broken(applications.unknown_application("A9")),
        "aanmelding A9 is hier niet bekend",
        "application A9 is not known here",
    ),
    (
        lambda: guidance.check_person("mentor", "M9", AROUND, "mentor_id"),
        "begeleider M9 hoort niet bij leerbedrijf C1",
        "mentor M9 does not belong to company C1",
    ),
    (
        lambda: guidance.check_person("instructor", "I9", AROUND, "instructor_id"),
        "instructeur I9 hoort niet bij school S1",
        "instructor I9 does not belong to school S1",
    ),
    (lambda: guidance.check_past(LAST, DAY, "held_on"), "deze dag moet nog komen", "this day is still to come"),
    (
        lambda: guidance.check_sign_off(
            SignOff("T1", "T01", "mentor", "M1", LAST), AROUND, SignOff("T1", "T01", "mentor", "M2", DAY), LAST
        ),
        "eindterm T01 is al afgetekend op 1 september 2025 door M2",
        "target T01 was signed off on 1 September 2025 by M2",
    ),
    (
        lambda: logbook.check(
            logbook.Entry("E1", "T1", "2025-W40", "school", "T99", "simple", Decimal(1)),
            trainees={"T1"},
            targets={"T01"},
        ),
        "eindterm T99 staat in geen schema",
        "target T99 is in no scheme",
    ),
    (
        lambda: reviews.check_day(LAST, first=DAY, last=LAST, today=DAY),
        "op 3 juli 2026 kan deze bespreking niet gehouden zijn",
        "this review cannot have been held on 3 July 2026",
    ),
    (
        broken(refusals.NoVisitToCome.named("V9")),
        "er is geen bezoek V9 dat nog gehouden moet worden",
        "there is no visit V9 that is still to be held",
    ),
    (
        broken(refusals.TalkInFuture.named(LAST, DAY)),
        "op 3 juli 2026 kan dit gesprek nog niet gehouden zijn",
        "this talk cannot have been held on 3 July 2026 yet",
    ),
    (
        broken(refusals.UnknownPlace.named("school", "S9")),
        "school/S9 is hier niet bekend",
        "school/S9 is not known here",
    ),
    (
        lambda: Visit(GUEST, LAST, "cadence").moved(date(2025, 8, 1), today=DAY),
        "1 augustus 2025 is al geweest",
        "1 August 2025 has gone by",
    ),
    (
        lambda: Visit(GUEST, LAST, "cadence").waived(" "),
        "geef een reden waarom dit bezoek vervalt",
        "give a reason why this visit is waived",
    ),
    (broken(unknown("company_id", "C9")), "leerbedrijf C9 is hier niet bekend", "company C9 is not known here"),
    (broken(unknown("school_id", "S9")), "school S9 is hier niet bekend", "school S9 is not known here"),
    (broken(unknown("mentor_id", "M9")), "praktijkbegeleider M9 is hier niet bekend", "mentor M9 is not known here"),
    (broken(unknown("instructor_id", "I9")), "instructeur I9 is hier niet bekend", "instructor I9 is not known here"),
    (broken(unknown("trainee_id", "T9")), "leerling T9 is hier niet bekend", "trainee T9 is not known here"),
]


@pytest.mark.parametrize(("broken", "nl", "en"), SAID, ids=[one[2][:60] for one in SAID])
def test_a_rule_that_is_broken_says_so_in_both_languages(broken: Callable[[], object], nl: str, en: str) -> None:
    with pytest.raises(Refused) as refusal:
        broken()
    assert (refusal.value.nl, refusal.value.en) == (nl, en)
    assert refusal.value.said("nl")[0] == nl
    assert refusal.value.said("en-GB")[0] == en
    assert (refusal.value.allowed_nl is None) == (refusal.value.allowed_en is None)


def test_who_is_told_what_is_allowed_is_told_it_in_the_same_language() -> None:
    with pytest.raises(Refused) as refusal:
        enrolments.accept(
            enrolment(mentor_id="M9", instructor_id="I1", planned_end=DAY + timedelta(days=1)),
            known(instructors={"I1": Instructor("I1", "S1", "I", "i@s.nl")}),
        )
    assert refusal.value.said("nl") == (
        "praktijkbegeleider M9 is hier niet bekend",
        "een praktijkbegeleider die al is ingevoerd",
    )
    assert refusal.value.said("en") == ("mentor M9 is not known here", "a mentor that was entered before")
