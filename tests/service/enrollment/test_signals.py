"""A signal opens once, keeps its day while it holds, and closes when it no longer does."""

from datetime import date

from services.enrollment.domain.signals import Kind, Signal
from services.enrollment.queries import figures
from services.enrollment.store import signals

from . import rows
from .conftest import Enrollment

MONDAY, FRIDAY, SATURDAY = date(2025, 9, 1), date(2025, 9, 5), date(2025, 9, 6)


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


async def test_a_signal_that_no_longer_holds_closes_and_found_again_on_that_day_it_is_the_same_one(
    office: Enrollment,
) -> None:
    assert (await office.give("trainees", rows.trainee("T1"))).status_code == 200
    await look(office, MONDAY, M1={"minutes": 60})

    gone = await look(office, FRIDAY)
    back = await look(office, FRIDAY, M1={"minutes": 40})
    closed = await look(office, FRIDAY)
    later = await look(office, SATURDAY, M1={"minutes": 30})

    assert [(one.about, one.opened_on) for one in gone.closed] == [("M1", MONDAY)]
    assert [(one.opened_on, one.evidence) for one in back.opened] == [(MONDAY, {"minutes": 40})]
    assert [one.about for one in closed.closed] == ["M1"]
    assert [(one.opened_on, one.evidence) for one in later.opened] == [(SATURDAY, {"minutes": 30})]
    assert await office.count("signal") == 2


async def test_the_service_tells_how_much_its_clock_has_still_to_look_at(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"))
    await office.day_comes("2025-09-01")
    assert await to_look_at(office) == 0

    await office.give("complaints", rows.complaint("K1"))
    assert await to_look_at(office) == 2  # whose risk to judge, which visits to plan
    await office.day_comes("2025-09-01")  # the same day: the clock stands still

    assert await to_look_at(office) == 0


async def to_look_at(office: Enrollment) -> int:
    async with office.db.read() as tx:
        told = await figures.status(tx)
    return int(told["schedule"]["to_look_at"])
