"""What decides about visits locks places, many at once and in one order; twice in one transaction would be a circle."""

from collections import Counter
from collections.abc import Iterable

import pytest

from services.enrollment.domain.visits import Place
from services.enrollment.store import visits
from shared.db import Tx

from . import rows
from .conftest import Enrollment


async def test_the_clock_locks_the_places_of_one_thing_in_one_transaction(
    office: Enrollment, monkeypatch: pytest.MonkeyPatch
) -> None:
    await office.give("trainees", rows.trainee("T1"))
    await office.day_comes("2025-11-23")
    by_transaction: Counter[int] = Counter()
    lock = visits.lock_places

    async def noting(tx: Tx, places: Iterable[Place]) -> None:
        wanted = list(places)
        by_transaction[await tx.fetchval("select pg_current_xact_id()::text::bigint")] += bool(wanted)
        await lock(tx, wanted)

    monkeypatch.setattr(visits, "lock_places", noting)
    async with office.ctx.db.transaction() as tx:
        await tx.execute("insert into visit_to_plan (trainee_id) values ('T1')")
    await office.day_comes("2025-11-24")

    assert sum(by_transaction.values()) >= 2  # visits fell due, and a place was planned anew
    assert max(by_transaction.values()) == 1
