"""That a certificate is in the log, asked in one question: the same as the long way, whatever the log's length."""

from datetime import UTC, datetime

from services.certification.log import Kind, LogEntry, append, merkle, tree
from services.certification.log.heads import latest
from services.certification.log.proofs import known_proof, proofs
from shared.db import Tx

from .conftest import Certification

NOON = datetime(2026, 7, 3, 12, 0, tzinfo=UTC)
LENGTHS = (1, 2, 3, 5, 6, 7, 8, 9, 12, 15, 21)
SIGN = """
insert into log_head (size, root, made_at, method, signed, signature)
values ($1, $2, $3, 'did:web:x#k', 'text', 'signature'::bytea)
"""


async def test_every_leaf_has_the_same_path_asked_in_one_question_as_by_its_ranges(
    certification: Certification,
) -> None:
    written = 0
    async with certification.db.transaction() as tx:
        for length in LENGTHS:
            await append(tx, [LogEntry(f"A-{n % 13}", Kind.SUSPENDED, NOON, f"{n}") for n in range(written, length)])
            written = length
            size, root = await tree.extend(tx)
            await tx.execute(SIGN, size, root, NOON)

            for number in {f"A-{n % 13}" for n in range(length)}:
                await _is_right(tx, number, root)


async def _is_right(tx: Tx, number: str, root: bytes) -> None:
    head = await latest(tx)
    assert head is not None
    told = await known_proof(tx, number)

    assert told == await proofs(tx, number, await tree.leaves_of(tx, number), head)
    for leaf in told["leaves"]:
        hashed, path = bytes.fromhex(leaf["leaf_sha256"]), [bytes.fromhex(one) for one in leaf["path"]]
        assert merkle.root_of_inclusion(hashed, leaf["position"], head.size, path) == root


async def test_a_leaf_that_no_head_holds_has_no_proof_yet(certification: Certification) -> None:
    async with certification.db.transaction() as tx:
        await append(tx, [LogEntry("A-1", Kind.ISSUED, NOON, "1")])
        assert await known_proof(tx, "A-1") is None
        size, root = await tree.extend(tx)
        await tx.execute(SIGN, size, root, NOON)
        await append(tx, [LogEntry("A-2", Kind.ISSUED, NOON, "2"), LogEntry("A-1", Kind.WITHDRAWN, NOON, "1")])

        assert await known_proof(tx, "A-2") is None
        told = await known_proof(tx, "A-1")

    assert told is not None
    assert [leaf["kind"] for leaf in told["leaves"]] == ["issued"]
