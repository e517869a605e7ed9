"""Checks the log again: every leaf and node from what they say, every head ever signed, the log beside the register.
Checks every paper too: its bytes are those that were signed."""

import asyncio
from typing import Any

from shared.db import Tx

from ..credential.proof import PublicKey
from ..domain.verification import Violation
from ..log.entries import ENTERS, leaf_of
from ..log.heads import Head
from ..log.merkle import Growth, leaf_hash

CHUNK = 2000

_HEADS = "select size, root, made_at, method, signed, signature from log_head order by size, head_id"
_LEAVES = "select position, kind, number, at, document_sha256, leaf_sha256 from log_entry order by position"
_NODES = """
    select n.level, n.place, n.sha256 from unnest($1::int[], $2::bigint[]) as t(level, place)
    join log_node n on (n.level, n.place) = (t.level, t.place)
"""
_WITHOUT_LEAF = """
    select c.number from certificate c
    where not exists (
        select from log_entry l
        where l.number = c.number and l.kind = any($1::text[]) and l.document_sha256 = c.document_sha256
    )
"""
_WITHOUT_CERTIFICATE = """
    select l.number, l.position from log_entry l left join certificate c using (number)
    left join imported_certificate i using (number) where c.number is null and i.number is null
"""
_ENTERED_TWICE = """
    select l.number from log_entry l join certificate c using (number)
    where l.kind in ('issued', 'imported') group by l.number having count(*) > 1
"""
_STEPS = """
    select number, kind, s.number_of, l.number_of as logged from (
        select number, replace(kind, '_', '-') as kind, decided_at as at, count(*) as number_of
        from (select number, kind, decided_at from certificate_step
              union all select number, kind, decided_at from imported_step) as taken group by 1, 2, 3
    ) s full join (
        select number, kind, at, count(*) as number_of from log_entry where kind not in ('issued', 'imported')
        group by 1, 2, 3
    ) l using (number, kind, at)
    where s.number_of is distinct from l.number_of
"""
_PAPERS = """
    select number from paper
    where (pdf is not null) <> (state = 'signed')
       or encode(sha256(pdf), 'hex') <> sha256
       or encode(sha256(substr(pdf, 1, unsigned_size)), 'hex') <> unsigned_sha256
    order by paper_id
"""


async def check(tx: Tx, public_key: PublicKey, violations: list[Violation]) -> dict[str, int]:
    """Adds what does not hold; gives how many leaves, heads and papers were checked."""
    counter: int = await tx.fetchval("select size from log_counter")
    built: int = await tx.fetchval("select size from log_tree")
    heads = [Head(**row) for row in await tx.fetch(_HEADS)]
    violations += [
        Violation("log-head", str(head.size), "the head's signature or text does not hold")
        for head in heads
        if not head.holds(public_key)
    ]
    leaves = await _tree(tx, built, heads, violations)
    if leaves != counter:
        violations.append(Violation("log", "counter", f"the counter says {counter}, there are {leaves} leaves"))
    await _beside_the_register(tx, violations)
    broken = [row["number"] for row in await tx.fetch(_PAPERS)]
    violations += [Violation("paper", one, "its PDF has other bytes than were signed") for one in broken]
    papers: int = await tx.fetchval("select count(*) from paper where state = 'signed'")
    return {"leaves": leaves, "heads": len(heads), "papers": papers}


async def _tree(tx: Tx, built: int, heads: list[Head], violations: list[Violation]) -> int:
    """Grows the tree again from the leaves; each head must be what it was at its size."""
    growth, waiting = Growth(), list(heads)
    _compare(growth, waiting, violations)
    rows: list[Any] = []
    async for row in tx.cursor(_LEAVES, prefetch=CHUNK):
        rows.append(row)
        if len(rows) == CHUNK:
            await _grow(tx, growth, rows, built, waiting, violations)
            rows = []
    await _grow(tx, growth, rows, built, waiting, violations)
    violations += [Violation("log-head", str(head.size), "the log is shorter than this head says") for head in waiting]
    return growth.size


async def _grow(
    tx: Tx, growth: Growth, rows: list[Any], built: int, waiting: list[Head], violations: list[Violation]
) -> None:
    made: dict[tuple[int, int], bytes] = {}
    for row in rows:
        hashed = leaf_hash(leaf_of(row["number"], row["kind"], row["at"], row["document_sha256"]))
        if row["position"] != growth.size:
            violations.append(Violation("log", row["number"], f"position {growth.size} is missing before its leaf"))
        if hashed != row["leaf_sha256"]:
            violations.append(Violation("log", row["number"], f"leaf {row['position']} is not what was logged"))
        found = growth.take([row["leaf_sha256"]])
        if growth.size <= built:
            made |= {(level, place): node for level, place, node in found}
        _compare(growth, waiting, violations)
    kept = await tx.fetch(_NODES, [level for level, _ in made], [place for _, place in made])
    same = {(row["level"], row["place"]) for row in kept if made[row["level"], row["place"]] == row["sha256"]}
    violations += [
        Violation("log", f"node {level}/{place}", "is not what its leaves come to")
        for level, place in made.keys() - same
    ]
    await asyncio.sleep(0)


def _compare(growth: Growth, waiting: list[Head], violations: list[Violation]) -> None:
    while waiting and waiting[0].size == growth.size:
        head = waiting.pop(0)
        if head.root != growth.root:
            violations.append(Violation("log-head", str(head.size), "the log no longer begins as this head says"))


async def _beside_the_register(tx: Tx, violations: list[Violation]) -> None:
    for row in await tx.fetch(_WITHOUT_LEAF, [str(kind) for kind in ENTERS]):
        violations.append(Violation("log", row["number"], "no leaf says that it was issued as it is"))
    for row in await tx.fetch(_WITHOUT_CERTIFICATE):
        violations.append(Violation("log", row["number"], f"leaf {row['position']} is about no certificate"))
    for row in await tx.fetch(_ENTERED_TWICE):
        violations.append(Violation("log", row["number"], "was issued more than once by the log"))
    for row in await tx.fetch(_STEPS):
        violations.append(Violation("log", row["number"], f"its step and its leaf {row['kind']} do not agree"))
