"""The log of everything that happened to certificates: written with what it tells, without gaps, never changed."""

import asyncio
from datetime import UTC, datetime

import asyncpg
import pytest

from services.certification.log import Kind, LogEntry, append
from services.certification.log.merkle import leaf_hash

from .conftest import Certification

NOON = datetime(2026, 7, 3, 12, 0, tzinfo=UTC)


def entry(number: str, kind: Kind = Kind.SUSPENDED) -> LogEntry:
    return LogEntry(number, kind, NOON, "ab")


async def test_whatever_is_issued_has_a_leaf_in_the_order_of_its_number(certification: Certification) -> None:
    issued = await certification.certify("T1", "T2", "T3")

    leaves = await certification.rows("select * from log_entry order by position")

    assert [(one["position"], one["kind"], one["number"]) for one in leaves] == [
        (n, "issued", one["number"]) for n, one in enumerate(issued)
    ]
    for leaf, one in zip(leaves, issued, strict=True):
        said = LogEntry(one["number"], Kind.ISSUED, one["issued_at"], one["document_sha256"])
        assert leaf["leaf_sha256"] == leaf_hash(said.leaf)


async def test_positions_have_no_gap_when_many_write_at_once_and_some_take_it_back(
    certification: Certification,
) -> None:
    async def write(number: int) -> None:
        async with certification.db.transaction() as tx:
            await append(tx, [entry(f"A-{number}"), entry(f"A-{number}", Kind.REINSTATED)])
            if number % 3 == 0:
                raise KeyError(number)

    await asyncio.gather(*(write(number) for number in range(12)), return_exceptions=True)

    leaves = await certification.rows("select position, number, kind from log_entry order by position")
    assert [one["position"] for one in leaves] == list(range(16))
    assert {one["number"] for one in leaves} == {f"A-{n}" for n in range(12) if n % 3}
    for first, second in zip(leaves[::2], leaves[1::2], strict=True):
        assert (first["number"], first["kind"], second["kind"]) == (second["number"], "suspended", "reinstated")


async def test_a_leaf_cannot_be_changed_or_taken_out(certification: Certification) -> None:
    await certification.certify("T1")

    for sql in ("update log_entry set kind = 'withdrawn'", "delete from log_entry"):
        with pytest.raises(asyncpg.RestrictViolationError, match="never changes"):
            await certification.rows(sql)


async def test_certificates_from_before_the_log_get_the_leaves_they_would_have_had(
    certification: Certification,
) -> None:
    await certification.certify("T1", "T2")
    kept = await certification.rows("select * from log_entry order by position")
    migration = (await _migration()).partition("-- What was issued before")[2].partition("update log_counter")[0]

    async with certification.db.transaction() as tx:
        await tx.execute("alter table log_entry disable trigger user; delete from log_entry")
        await tx.execute("--" + migration)

    assert await certification.rows("select * from log_entry order by position") == kept


async def _migration() -> str:
    from pathlib import Path

    import services.certification

    folder = Path(services.certification.__file__).parent / "migrations"
    return await asyncio.to_thread((folder / "0010_log.sql").read_text, "utf-8")
