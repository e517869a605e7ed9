"""Files of many results: what each chunk costs must not grow with what the chunks before it wrote."""

from datetime import date
from decimal import Decimal

from services.certification.commands.results import record_results
from services.certification.domain.results import Entry
from shared import clock
from shared.db import Tx
from tests.service.certification.conftest import OFFICE, Certification

CHUNK, CHUNKS = 200, 8


def _chunk(number: int) -> list[Entry]:
    first = number * CHUNK
    return [
        Entry(f"M{n}", f"MANY{n}", "theory", 1, date(2026, 6, 2), Decimal("7.5"), False, "EX1")
        for n in range(first, first + CHUNK)
    ]


async def _rows_read_in_order(tx: Tx) -> int:
    """Of candidates and results, by reading the whole table, in this transaction."""
    found: int = await tx.fetchval(
        "select sum(seq_tup_read) from pg_stat_xact_user_tables where relname in ('candidate', 'result')"
    )
    return found


async def test_a_file_of_new_trainees_is_entered_by_key_and_never_reads_a_whole_table(
    certification: Certification,
) -> None:
    await certification.publish()
    for warming_up in range(8):  # as long as the tables are empty, PostgreSQL keeps a plan that reads all of them
        await certification.enter(*_chunk(100 + warming_up)[:1])
    async with certification.db.transaction(plans="anew") as tx:
        for number in range(CHUNKS):
            entered = await record_results(tx, _chunk(number), now=clock.now(), by=OFFICE)
            assert len(entered.new) == CHUNK
        assert await _rows_read_in_order(tx) < CHUNK
