"""A node as a process of its own, so that a test can have it killed: ``python -m tests.bus.process AMQP DATABASE``."""

import asyncio
import sys

from shared.bus import crashpoints, outbox
from shared.bus.subscriptions import Subscriptions
from shared.db import Tx
from shared.errors import TryAgainLater
from shared.events.certification import CertificationDecided, ExamPassed

from .node import Node

TABLES = (
    "create table handled (id text, at timestamptz default now())",
    "create table told_of (id text)",
)
COUNT = 30


def subscriptions() -> Subscriptions:
    on = Subscriptions("certification")
    put_off: list[str] = []

    @on(ExamPassed)
    async def decide(event: ExamPassed, tx: Tx) -> None:
        if event.result_id == "R7" and len(put_off) < 2:  # with its batch, and then alone
            put_off.append(event.result_id)
            raise TryAgainLater("so that the way over a retry tier is walked too")
        await tx.execute("insert into handled (id) values ($1)", event.result_id)
        await outbox.put(
            tx,
            CertificationDecided(
                decision_id=event.result_id,
                trainee_id=event.trainee_id,
                scheme="s",
                scheme_version="1",
                outcome="granted",
                mode="automatic",
                dossier_sha256="0",
            ),
        )

    @on(CertificationDecided)
    async def hear_of_it(event: CertificationDecided, tx: Tx) -> None:
        await tx.execute("insert into told_of (id) values ($1)", event.decision_id)

    return on


async def main(amqp_url: str, database_url: str) -> None:
    crashpoints.arm()
    node = Node("certification", amqp_url, database_url, subscriptions(), batch=10)
    await node.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
