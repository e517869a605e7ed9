"""A session is moved and cancelled by page with a reason; licences of the mark and cases of wrong use are told."""

from datetime import date
from decimal import Decimal

from services.certification.commands import sessions as commands
from services.certification.commands.calendar import follow_calendar
from services.certification.store.audit import By
from shared import clock
from shared.events.certification import ExamMoved
from tests.unit.certification.builders import scheme

from .conftest import Certification, Web
from .test_exams import plan, session

HTML = {"accept": "text/html"}
NORMS = "norms: {licence_reminder_days: 60}"


async def test_by_page_a_session_is_moved_and_cancelled_and_the_reason_stays_here(
    certification: Certification, web: Web
) -> None:
    await certification.hear_of_nobody("T1")
    await plan(certification, session("X1"), "T1")
    page = "/certification/exams/X1"
    new = {"starts_at": "2026-09-08T10:30", "place": "Hal 7"}

    silent = await web.office.post(f"{page}/move", data=new, headers=HTML)
    moved = await web.office.post(f"{page}/move", data={**new, "reason": "examiner ill"}, headers=HTML)
    shown = await web.office.get(f"{page}?lang=en", headers=HTML)
    mute = await web.office.post(f"{page}/cancel", data={"why": " "}, headers=HTML)
    cancelled = await web.office.post(f"{page}/cancel", data={"why": "hall burnt down"}, headers=HTML)
    over = await web.office.post(f"{page}/move", data={**new, "reason": "x"}, headers=HTML)

    answers = (silent, moved, mute, cancelled, over)
    assert [one.status_code for one in answers] == [422, 303, 422, 303, 422]
    assert "examiner ill" in shown.text
    (event,) = await certification.told("exam-moved")
    assert isinstance(event, ExamMoved)
    assert (event.place, event.starts_at.isoformat()) == ("Hal 7", "2026-09-08T10:30:00+02:00")
    assert all("ill" not in one.model_dump_json() for one in await certification.told("exam-moved", "exam-cancelled"))
    assert "this session was cancelled already" in over.text


async def test_what_candidates_bring_goes_with_the_invitation(certification: Certification) -> None:
    brings = scheme(
        version='version: "2026.2"',
        theory="  theory: {title: {nl: Theorie}, scale: [1, 10], pass_mark: 5.5, bring: {nl: een pen}}",
    )
    assert brings.scheme.exams["theory"].bring is not None
    assert brings.scheme.exams["theory"].pass_mark == Decimal("5.5")
    told = commands._bring({("smith", "2026.2"): brings}, session("X1"))

    assert told == {"nl": "een pen"}


async def test_a_licence_and_a_case_are_told_and_a_licence_that_ends_soon_once(
    certification: Certification, web: Web
) -> None:
    await certification.publish(
        scheme(
            version='version: "2026.2"',
            valid_from="valid_from: 2026-02-01",
            decision_mode=f"decision_mode: automatic\n{NORMS}",
        )
    )
    api = "/certification/api/mark-use"
    days = {"valid_from": "2026-07-01", "valid_until": "2026-12-31"}
    about = {"company_id": "C1", "scheme": "smith"}
    await web.office.post(f"{api}/licences", json={**about, **days, "conditions": "on vans only"})
    case = await web.office.post(f"{api}/cases", json={**about, "found_on": "2026-07-02", "what": "on a pie"})
    for kind in ("licence_ended", "closed"):
        await web.office.post(f"{api}/cases/{case.json()['case_id']}/steps", json={"kind": kind, "words": "seen"})
    await web.office.post(f"{api}/licences", json={**about, **days, "conditions": "once more"})

    for day in (date(2026, 11, 1), date(2026, 11, 2), date(2026, 11, 3)):
        async with certification.db.transaction() as tx:
            await follow_calendar(tx, today=day, now=clock.now(), by=By("schedule"))

    told = await certification.told()
    names = [type(one).__name__ for one in told]
    assert [one for one in names if one.startswith(("Mark", "Misuse"))] == [
        "MarkLicenceGranted", "MisuseCaseOpened", "MarkLicenceEnded", "MisuseCaseClosed", "MarkLicenceGranted",
        "MarkLicenceEnding",
    ]  # fmt: skip
    assert all("pie" not in one.model_dump_json() and "vans" not in one.model_dump_json() for one in told)
