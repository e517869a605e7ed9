"""A signal opens once, keeps its day while it holds, and closes when it no longer does."""

from datetime import date

from services.enrollment.domain.signals import Kind, Signal
from services.enrollment.store import signals

from . import rows
from .conftest import Enrollment

MONDAY, FRIDAY = date(2025, 9, 1), date(2025, 9, 5)


async def look(office: Enrollment, on: date, **found: dict[str, object]) -> signals.Changes:
    async with office.db.transaction() as tx:
        return await signals.set_found(
            tx, Kind.MENTOR_TIME, ["T1"], {("T1", about): evidence for about, evidence in found.items()}, on=on
        )


async def test_a_signal_keeps_the_day_it_was_seen_first_and_gets_the_newest_evidence(office: Enrollment) -> None:
    assert (await office.give("trainees", rows.trainee("T1"))).status_code == 200

    first = await look(office, MONDAY, M1={"minutes": 60})
    again = await look(office, FRIDAY, M1={"minutes": 50})

    assert [(one.about, one.opened_on) for one in first.opened] == [("M1", MONDAY)]
    assert (again.opened, again.closed) == ([], [])
    async with office.db.read() as tx:
        found = await signals.open_of(tx, ["T1"])
    assert found == {"T1": [Signal("T1", Kind.MENTOR_TIME, "M1", MONDAY, {"minutes": 50})]}
    assert found["T1"][0].cause == "P4"


async def test_a_signal_that_no_longer_holds_closes_and_can_open_again_on_the_same_day(office: Enrollment) -> None:
    assert (await office.give("trainees", rows.trainee("T1"))).status_code == 200
    await look(office, MONDAY, M1={"minutes": 60})

    gone = await look(office, FRIDAY)
    back = await look(office, FRIDAY, M1={"minutes": 40})
    closed = await look(office, FRIDAY)
    once_more = await look(office, FRIDAY, M1={"minutes": 30})

    assert [one.about for one in gone.closed] == ["M1"]
    assert [one.opened_on for one in back.opened] == [FRIDAY]
    assert [one.about for one in closed.closed] == ["M1"]
    assert [one.evidence for one in once_more.opened] == [{"minutes": 30}]
