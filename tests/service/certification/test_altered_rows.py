"""One altered byte in the database is found by the check of everything issued, and named: every column of every table
that matters, at places drawn by a seed. A column that is not checked stands below with the reason."""

import asyncio
import random
import string
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from services.certification.commands.life import Asked, decide_step
from services.certification.commands.papers import Press, paper_of
from services.certification.commands.signing import Signer, published_key, sign_some, status_list_of
from services.certification.credential.keys import make_issuing_key
from services.certification.credential.proof import PublicKey
from services.certification.domain.life import Kind
from services.certification.log.heads import head_now
from services.certification.paper.keys import make_paper_keys
from services.certification.queries import verification
from services.certification.settings import CertificationSettings
from services.certification.workers import WORKERS
from shared import clock
from shared.db import Database, Tx
from tests.conftest import Servers
from tests.servers import migrations_of

from .conftest import OFFICE, SUMMER, Certification, serving

TABLES = (
    "certificate",
    "certificate_version",
    "certificate_step",
    "certificate_step_words",
    "certificate_status",
    "decision",
    "log_entry",
    "log_node",
    "log_head",
    "number_counter",
    "signing",
    "status_entry",
    "status_list",
    "paper",
    "imported_certificate",
    "imported_step",
    "scheme_version",
)
NOT_CHECKED = {
    "log_head.head_id": "counts the heads, and says nothing",
    "signing.signing_id": "counts the signatures, and says nothing",
    "signing.owed_at": "of the queue: when it was put there",
    "signing.finished_at": "of the queue: the time in the proof is checked",
    "signing.voided_why": "of the queue; none of these was voided",
    "status_list.used": "of the drawing of places: how full the list is",
    "status_list.made_at": "of the drawing of places",
    "status_list.bits_sha256": "another one only makes that the list is signed anew",
    "status_list.signed_at": "the time in the signed list is what counts",
    "paper.paper_id": "counts the papers, and says nothing",
    "paper.signing_id": "which paper is kept for whom: another one is made when none fits",
    "paper.layout": "the same",
    "paper.language": "the same",
    "paper.signer": "the same",
    "paper.begun_at": "of the queue",
    "paper.finished_at": "of the queue",
    "paper.number": "the same as layout",
    "scheme_version.published_at": "the content has a hash, on which every decision rests",
    "scheme_version.published_by": "the same",
    "scheme_version.decision_mode": "the database works it out from the content",
}
"""What no check finds, and why that may be."""
LATER = SUMMER.date() + timedelta(days=60)
OTHERS = (string.digits, "abcdef", string.ascii_lowercase, string.ascii_uppercase)


@dataclass(frozen=True)
class Shelf:
    """A database with something in each table, and somebody who may write everywhere."""

    db: Database
    public_key: PublicKey


@pytest.fixture(scope="module")
async def shelf(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shelf]:
    """Four certificates: corrected, suspended, withdrawn and as it was; one on paper; two imported; two heads."""
    home = tmp_path_factory.mktemp("shelf")
    make_issuing_key(home)
    make_paper_keys(home)
    url = await servers.database("certification", migrations_of("certification"))
    settings = CertificationSettings(service="certification", home=home, amqp_url="amqp://x", database_url=url)
    own = Database(url, name="test")
    admin = Database(servers.home.admin_database_url().rpartition("/")[0] + "/" + url.rpartition("/")[2], name="test")
    await own.open()
    await admin.open()
    clock.use(clock.FixedClock(SUMMER))
    try:
        await _fill(own, settings)
        yield Shelf(admin, await published_key(own, Signer.of(settings)))
    finally:
        await asyncio.to_thread(WORKERS.close)
        clock.use(clock.SystemClock())
        await own.close()
        await admin.close()
        await servers.drop_database(url)


async def _fill(db: Database, settings: CertificationSettings) -> None:
    made, signer = Certification(db), Signer.of(settings)
    await made.publish()
    numbers = [row["number"] for row in await made.certify("T1", "T2", "T3", "T4")]
    await sign_some(db, signer, now=SUMMER, limit=10)
    await head_now(db, signer.keys, signer.base_url, now=SUMMER)
    for number, asked in zip(
        numbers,
        (
            Asked(Kind.CORRECTED, "other", "a slip", holder="Åsa Brien"),
            Asked(Kind.SUSPENDED, "other", "looked into", until=LATER, obligations=("come and tell",)),
            Asked(Kind.WITHDRAWN, "other", "found out"),
        ),
        strict=False,
    ):
        async with db.transaction() as tx:
            await decide_step(tx, number, asked, now=SUMMER, today=SUMMER.date(), by=OFFICE)
    old = "number,holder,birth_date,programme,scheme,issued_on,valid_until,status\n"
    old += "93-0017,Toon van den Bosch,1971-05-04,bankwerker,Eindtermen 1992,1993-06-18,2003-06-18,expired\n"
    old += "93-0018,Ria Kops,1972-05-04,bankwerker,Eindtermen 1992,1993-06-18,,valid\n"
    async with serving(db, settings.home, clock.FixedClock(SUMMER)) as web:
        sent = await web.office.post("/certification/api/import/history", files={"file": ("h.csv", old.encode())})
        assert sent.status_code == 200, sent.text
    for asked in (Asked(Kind.SUSPENDED, "other", "looked into", until=LATER), Asked(Kind.WITHDRAWN, "other", "seen")):
        async with db.transaction() as tx:
            await decide_step(tx, "93-0018", asked, now=SUMMER, today=SUMMER.date(), by=OFFICE)
    await sign_some(db, signer, now=SUMMER, limit=10)
    assert await status_list_of(db, signer, 1, now=SUMMER)
    assert await paper_of(db, Press.of(settings), numbers[3], language="nl", now=SUMMER)
    await head_now(db, signer.keys, signer.base_url, now=SUMMER, holding=5)


async def test_what_was_not_altered_stands_up(shelf: Shelf) -> None:
    async with shelf.db.read() as tx:
        report = await verification.verify(tx, shelf.public_key)

    assert report["violations"] == []
    assert report["checked"]["sealed"] == 4 + 1 + 4 + 2, "certificates, a version, decisions, two imported"
    assert report["checked"]["imported_steps"] == 2


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("table", TABLES)
async def test_one_altered_byte_of_each_column_is_found_and_named(shelf: Shelf, table: str, seed: int) -> None:
    unseen: list[str] = []
    async with shelf.db.read() as tx:
        columns = await _columns(tx, table)
        assert columns
        for column, kind in columns:
            if f"{table}.{column}" in NOT_CHECKED:
                continue
            undo = tx.transaction()
            await undo.start()
            try:
                await _without_constraints(tx, table)
                drawn = random.Random(f"{table}.{column} {seed}")
                named = await _alter(tx, table, column, kind, drawn)
                if named is None:
                    unseen.append(f"{column}: nothing in it to alter")
                    continue
                about = {one["about"] for one in (await verification._verify(tx, shelf.public_key))["violations"]}
                if not about & named:
                    unseen.append(f"{column} of {sorted(named)}: {sorted(about)}")
            finally:
                await undo.rollback()
    assert unseen == []


async def _without_constraints(tx: Tx, table: str) -> None:
    """A disk does not ask triggers and constraints."""
    await tx.execute("set local session_replication_role = replica")
    for row in await tx.fetch(
        "select conname from pg_constraint where conrelid = $1::text::regclass and contype = 'c'", table
    ):
        await tx.execute(f'alter table {table} drop constraint "{row["conname"]}"')


async def _columns(tx: Tx, table: str) -> list[tuple[str, str]]:
    """Those with something in them, with their types as SQL spells them."""
    rows = await tx.fetch(
        """
        select attname as name, format_type(atttypid, atttypmod) as kind from pg_attribute
        where attrelid = $1::text::regclass and attnum > 0 and not attisdropped order by attnum
        """,
        table,
    )
    found = []
    for row in rows:
        if await tx.fetchval(f"select exists (select from {table} where {row['name']} is not null)"):  # noqa: S608
            found.append((row["name"], row["kind"]))
    return found


async def _alter(tx: Tx, table: str, column: str, kind: str, drawn: random.Random) -> set[str] | None:
    """Puts another sign somewhere into one field; gives the names under which that may be told. None when it cannot."""
    rows = await tx.fetch(f"select ctid::text as own_place, t.* from {table} t where {column} is not null")  # noqa: S608
    for row in drawn.sample(rows, len(rows)):
        at = row["own_place"]
        before = await tx.fetchval(f"select {column}::text from {table} where ctid = $1::text::tid", at)  # noqa: S608
        for _ in range(100 if before else 0):
            after = _with_another_sign(before, kind, drawn)
            try:
                async with tx.transaction():
                    now = await tx.fetchval(
                        f"update {table} set {column} = $1::text::{kind} where ctid = $2::text::tid "  # noqa: S608
                        f"returning {column}::text",
                        after,
                        at,
                    )
                    if now == before:
                        raise asyncpg.DataError("it comes to the same")
            except asyncpg.PostgresError:
                continue
            return _names(table, [dict(row), {**row, column: after}])
    return None


def _with_another_sign(before: str, kind: str, drawn: random.Random) -> str:
    if kind == "boolean":
        return "false" if before == "true" else "true"
    at = drawn.randrange(len(before))
    signs = next((signs for signs in OTHERS if before[at] in signs), before[at])
    return before[:at] + drawn.choice(signs) + before[at + 1 :]


def _names(table: str, rows: list[dict[str, Any]]) -> set[str]:
    """The number, holder or place of the row, as it was and as it is now."""
    found: set[str] = set()
    for one in rows:
        match table:
            case "scheme_version":
                found |= {f"{one['scheme']} {one['version']}"}
            case "number_counter":
                found |= {f"{one['scheme']} {one['year']}"}
            case "log_node":
                found |= {f"node {one['level']}/{one['place']}"}
            case "log_head":
                found |= {str(one["size"])}
            case "status_list":
                found |= {f"status list {one['list']}"}
            case "decision":
                found |= {one["trainee_id"], f"SM-2026-0000{one['trainee_id'][1:]}"}
            case _:
                found |= {one["number"]}
    return found
