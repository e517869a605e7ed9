"""The same things given by several at the same moment: one gives them, for the others nothing changes."""

import asyncio
from collections import Counter

from . import rows
from .conftest import Enrollment

AT_ONCE = 6


async def test_the_same_trainees_from_several_files_at_once_are_enrolled_once(office: Enrollment) -> None:
    file = [rows.trainee("T1"), rows.trainee("T2", mentor_id="M2")]

    answers = await asyncio.gather(*(office.give("trainees", *file) for _ in range(AT_ONCE)))

    assert [answer.status_code for answer in answers] == [200] * AT_ONCE
    taken = Counter((answer.json()["new"], answer.json()["unchanged"]) for answer in answers)
    assert taken == {(2, 0): 1, (0, 2): AT_ONCE - 1}
    assert len(await office.told("trainee-enrolled")) == 2


async def test_the_same_trainee_by_several_requests_at_once_is_new_once(office: Enrollment) -> None:
    answers = await asyncio.gather(*(office.post("trainees", rows.trainee("T1")) for _ in range(AT_ONCE)))

    assert Counter(answer.status_code for answer in answers) == {201: 1, 200: AT_ONCE - 1}
    assert len(await office.told("trainee-enrolled")) == 1


async def test_the_same_visit_and_complaint_at_once_are_told_once(office: Enrollment) -> None:
    await office.give("trainees", rows.trainee("T1"))

    for kind, row, told in (
        ("visits", rows.visit("V1"), "visit-completed"),
        ("complaints", rows.complaint("K1"), "complaint-received"),
    ):
        answers = await asyncio.gather(*(office.give(kind, row) for _ in range(AT_ONCE)))

        assert Counter((answer.status_code, answer.json()["new"]) for answer in answers) == {
            (200, 1): 1,
            (200, 0): AT_ONCE - 1,
        }
        assert len(await office.told(told)) == 1
