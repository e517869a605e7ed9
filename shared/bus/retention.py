"""What goes with age, so that the tables of every event stay small: rules as data, carried out in small batches.

A batch is a transaction of its own and takes a few milliseconds, so nobody waits for the purge, however much there is.
The inbox is kept longest of what protects against repeats: a message that comes again within that time is seen to be
an old one. After it only business keys stand in the way, and replays, which never ask the inbox.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.db import Database, Tx

BATCH = 5000
PAUSE = 0.05
"""Seconds between two batches: the work of others goes first."""


@dataclass(frozen=True, slots=True)
class Rule:
    """Rows of ``table`` whose ``moment`` is older than ``days`` go, or with ``body`` only that column of theirs.

    ``where`` is SQL that narrows the rule. All parts are written by us, never by a client.
    """

    name: str
    table: str
    moment: str
    days: float
    where: str = "true"
    body: str | None = None

    @property
    def _old(self) -> str:
        return f"{self.moment} < now() - make_interval(secs => $1) and {self.where}"

    @property
    def forget(self) -> str:
        """$1 is the age in seconds, $2 the most rows."""
        some = f"ctid = any(array(select ctid from {self.table} where {self._old} limit $2))"  # noqa: S608
        if self.body is not None:
            return f"update {self.table} set {self.body} = null where {some}"  # noqa: S608
        return f"delete from {self.table} where {some}"  # noqa: S608

    @property
    def count(self) -> str:
        return f"""
            select count(*) filter (where {self._old}) as due, count(*) filter (where {self.where}) as kept,
                   min({self.moment}) filter (where {self.where}) as oldest
            from {self.table}
        """  # noqa: S608

    @property
    def seconds(self) -> float:
        return self.days * 86400


@dataclass(frozen=True, slots=True)
class Standing:
    """What a rule finds: rows it is about, those past their time, and the moment of the oldest."""

    rule: str
    table: str
    keep_days: float
    kept: int
    due: int
    oldest: datetime | None


def bus_rules(
    *, outbox_keep_days: float, inbox_keep_days: float, private_keep_days: float, idempotency_keep_days: float
) -> tuple[Rule, ...]:
    """The rules of every service's bus tables. Never what is not published yet, however old."""
    return (
        Rule("private-bodies", "outbox", "published_at", private_keep_days, "private and body is not null", "body"),
        Rule("journal", "outbox", "published_at", outbox_keep_days, "published_at is not null"),
        Rule("inbox", "inbox", "handled_at", inbox_keep_days),
        Rule("idempotency-keys", "idempotency", "created_at", idempotency_keep_days),
    )


async def standing(tx: Tx, rules: Sequence[Rule]) -> list[Standing]:
    """How each rule stands now; reads the whole tables, so it is for whoever asks and not for a loop."""
    found = []
    for rule in rules:
        row = await tx.fetchrow(rule.count, rule.seconds)
        if row is None:
            raise AssertionError(rule.name)
        found.append(Standing(rule.name, rule.table, rule.days, row["kept"], row["due"], row["oldest"]))
    return found


async def carry_out(db: Database, rules: Sequence[Rule], *, batch: int = BATCH, pause: float = PAUSE) -> dict[str, int]:
    """Forgets what is past its time, by rule; gives how many rows each forgot.

    When another process of the service is at it, what that one has taken up is left to it.
    """
    forgotten: dict[str, int] = {}
    for rule in rules:
        forgotten[rule.name] = 0
        while (count := await _batch(db, rule, batch)) is not None:
            forgotten[rule.name] += count
            if count < batch:
                break
            await asyncio.sleep(pause)
    return forgotten


async def _batch(db: Database, rule: Rule, batch: int) -> int | None:
    async with db.transaction() as tx:
        if not await tx.fetchval("select pg_try_advisory_xact_lock(hashtext('keur retention'))"):
            return None
        done: Any = await tx.execute(rule.forget, rule.seconds, batch)
        return int(str(done).rpartition(" ")[2])
