"""However the commands follow each other, an enrolment and its placements are only ever in a state that is listed."""

import random
from collections.abc import Awaitable, Callable

import pytest

from services.enrollment.domain.enrolment_states import State

from . import rows
from .conftest import Enrollment

PLACEMENT_STATES = {"proposed", "covered", "signed", "active", "ended"}
GRACE = {"norms": {"mentor_max_trainees": 3, "replacement_placement_days": 5, "agreement_grace_days": 0}}
OVER = (State.COMPLETED, State.DROPPED_OUT)


async def states(office: Enrollment) -> tuple[str, list[str], int, int]:
    """Of the enrolment, of its placements, and how many interruptions and signals are open."""
    async with office.db.read() as tx:
        return (
            str(await tx.fetchval("select state from enrolment where trainee_id = 'T1'")),
            [row["state"] for row in await tx.fetch("select state from placement where trainee_id = 'T1'")],
            int(await tx.fetchval("select count(*) from enrolment_pause where until is null")),
            int(await tx.fetchval("select count(*) from signal where closed_on is null")),
        )


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_no_sequence_of_commands_leaves_the_states_that_are_listed(office: Enrollment, seed: int) -> None:
    chance = random.Random(seed)
    await office.publish(**GRACE)
    await office.give("trainees", rows.trainee("T1"))
    mentors = [("C1", "M1"), ("C1", "M2"), ("C2", "M3")]

    async def place(kind: str) -> object:
        company, mentor = chance.choice(mentors)
        if kind == "file":
            return await office.give("trainees", rows.trainee("T1", company_id=company, mentor_id=mentor))
        return await office.post("replacements", {"trainee_id": "T1", "company_id": company, "mentor_id": mentor})

    async def sign() -> object:
        company = (await office.http.get("/enrollment/api/trainees/T1")).json()["company_id"]
        for party in ("instructor/I1", f"company/{company}", "trainee/T1"):
            await office.post("agreement-signatures", {"trainee_id": "T1", "party": party})
        return await office.post("placement-starts", {"trainee_id": "T1"})

    steps: list[Callable[[], Awaitable[object]]] = [
        lambda: office.post("pauses", {"trainee_id": "T1", "reason": "other"}),
        lambda: office.post("resumptions", {"trainee_id": "T1"}),
        lambda: office.post("placement-endings", {"trainee_id": "T1", "reason": "no-work"}),
        lambda: office.post("agreements", {"trainee_id": "T1"}),
        lambda: place("file"),
        lambda: place("replacement"),
        sign,
        lambda: office.weeks_pass(1),
    ]
    before = State.ENROLLED.value
    for number in range(22):
        last = number == 21
        await (office.post("drop-outs", {"trainee_id": "T1", "reason": "moved"}) if last else chance.choice(steps)())
        state, placements, pauses, signals = await states(office)

        assert state in set(State)
        assert set(placements) <= PLACEMENT_STATES
        assert sum(one != "ended" for one in placements) <= 1
        assert pauses == (state == State.PAUSED)
        if state in OVER:
            assert set(placements) <= {"ended"}
            assert (pauses, signals) == (0, 0)
        assert not (before != State.ENROLLED and state == State.ENROLLED)
        before = state
