"""The level of risk follows the open signals, by the scheme's rule, and a change of it is told once."""

from datetime import date

from services.enrollment.domain.signals import Kind
from services.enrollment.store import signals
from shared.events.enrollment import RiskLevelChanged

from . import rows
from .conftest import Enrollment

RULE = {"risk": {"raised_from": 1, "high_from": 3, "complaint": 2, "no_placement": 2}}


async def see(office: Enrollment, kind: Kind, *keys: str, **evidence: object) -> None:
    """A signal of this kind is open for these trainees, and for no other of T1 and T2; then the clock is followed."""
    async with office.db.transaction() as tx:
        await signals.set_found(tx, kind, ["T1", "T2"], {(key, ""): evidence for key in keys}, on=office.clock.today())
    await office.weeks_pass(0)


async def levels(office: Enrollment) -> dict[str, tuple[str, int, list[str]]]:
    async with office.db.read() as tx:
        found = await tx.fetch("select trainee_id, level, points, causes from risk order by 1")
    return {row["trainee_id"]: (row["level"], row["points"], row["causes"]) for row in found}


async def test_a_level_rises_and_falls_with_the_signals_and_each_change_is_told_once(office: Enrollment) -> None:
    await office.publish(**RULE)
    await office.give("trainees", rows.trainee("T1"), rows.trainee("T2"))

    await see(office, Kind.MENTOR_TIME, "T1", minutes=40, norm=120)
    await see(office, Kind.MENTOR_TIME, "T1", minutes=30, norm=120)
    assert (await levels(office))["T1"] == ("raised", 1, ["P4"])
    await see(office, Kind.COMPLAINT, "T1")
    assert (await levels(office))["T1"] == ("high", 3, ["P4"])
    await see(office, Kind.COMPLAINT)
    await see(office, Kind.MENTOR_TIME)

    told = await office.told("risk-level-changed")
    assert all(isinstance(one, RiskLevelChanged) for one in told)
    assert [(one.before, one.level, one.points, one.complaint) for one in told] == [  # type: ignore[attr-defined]
        ("low", "raised", 1, False),
        ("raised", "high", 3, True),
        ("high", "raised", 1, False),
        ("raised", "low", 0, False),
    ]
    assert (await levels(office))["T1"] == ("low", 0, [])


async def test_a_scheme_without_the_rule_has_no_levels_and_one_that_gets_it_judges_all(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"))
    await see(office, Kind.NO_PLACEMENT, "T1", since="2025-09-01")
    assert await levels(office) == {}

    await office.publish(**RULE)
    await office.weeks_pass(0)
    assert await levels(office) == {"T1": ("raised", 2, [])}
    await office.publish()
    await office.weeks_pass(0)

    assert await levels(office) == {}


async def test_who_drops_out_has_no_level_and_no_open_signal(office: Enrollment) -> None:
    await office.publish(**RULE)
    await office.give("trainees", rows.trainee("T1"))
    await see(office, Kind.MENTOR, "T1")

    await office.post("drop-outs", {"trainee_id": "T1", "reason": "no-match-with-mentor"})
    await office.weeks_pass(0)

    assert await levels(office) == {}
    async with office.db.read() as tx:
        assert await tx.fetchval("select closed_on from signal") == date(2025, 9, 1)


async def test_open_targets_without_a_plan_are_a_signal_of_their_own(office: Enrollment) -> None:
    needs = {"targets": {"T01": {"equipment": ["press_brake"]}}, "programmes": {"lasser-3": {"targets": ["T01"]}}}
    await office.publish(**RULE, **needs)
    await office.give("trainees", rows.trainee("T1"))
    await office.weeks_pass(0)
    assert await levels(office) == {"T1": ("raised", 1, ["P3"])}

    await office.give("schools", rows.school("S1", equipment=["press_brake"]))
    await office.weeks_pass(0)

    assert await levels(office) == {"T1": ("low", 0, [])}


async def test_the_pages_say_each_signal_in_a_sentence_in_both_languages(office: Enrollment) -> None:
    await office.publish(**RULE)
    await office.give("trainees", rows.trainee("T1", name="Noor Smit"))
    await see(office, Kind.MENTOR_TIME, "T1", minutes=40, norm=120)
    for path in ("risk", "trainees/T1", "risk?level=raised"):
        joined = "&" if "?" in path else "?"
        dutch = (await office.http.get(f"/enrollment/{path}{joined}lang=nl")).text
        english = (await office.http.get(f"/enrollment/{path}{joined}lang=en")).text

        assert "De begeleidingstijd ligt onder de norm (sinds 1 september 2025): norm 120; minuten 40." in dutch, path
        assert "The mentor&#39;s time is below the norm (since 1 September 2025): norm 120; minutes 40." in english
    assert "Noor Smit" not in (await office.http.get("/enrollment/risk?level=high")).text
