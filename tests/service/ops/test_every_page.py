"""The operators' desk in both languages, walked from link to link with a journal that has something in it."""

import pytest

from tests.service.walking import walked

from .conftest import Desk
from .test_journal import enrolled, passed


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_every_page_can_be_reached_and_is_whole(desk: Desk, language: str) -> None:
    first = await desk.tell(enrolled("T1"))
    await desk.journal(await desk.tell(passed("T1"), cause=first))

    walk = await walked("ops", language, desk.http, ["/ops"])

    assert not walk.faults, "\n".join(walk.faults)
    assert walk.missed(apart=["/ops/failed/"]) == [], "test_failed_messages has the page of a failed message"
