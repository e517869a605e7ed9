"""The mistakes that the checker must see, each put into a running service by replacing one function of it."""

import asyncio
import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any


def restart_at_once() -> None:
    """A process that ends on purpose at once, again and again, is started again without the growing pause."""
    from deploy.local import system

    ours = system.services
    system.services = lambda home: [dataclasses.replace(each, restart_after=(0.0,)) for each in ours(home)]


def plant(name: str) -> None:
    PLANTS[name]()


def witness(path: Path) -> None:
    """Writes down every signature over a certificate's credential in the moment it is made: what it is over, when.

    The checker holds them beside what was recorded: a signature that nothing was recorded for must not exist (I8).
    """
    from services.certification.credential import proof

    make = proof.make_proof

    def seen(document: Any, *args: Any, **kwargs: Any) -> Any:
        made = make(document, *args, **kwargs)
        if "credentialStatus" in document:
            note = {"id": document["id"], "created": made["created"], "method": made["verificationMethod"]}
            with path.open("a", encoding="utf-8") as file:
                file.write(json.dumps(note) + "\n")
        return made

    proof.make_proof = seen


def ack_before_commit() -> None:
    """The consumer acknowledges what it takes before it handled it."""
    from shared.bus.consumer import Consumer

    settle, work = Consumer._settle, Consumer._work
    channels: dict[int, Any] = {}

    class AcksNoMore:
        def __init__(self, channel: Any) -> None:
            self.channel = channel

        def __getattr__(self, name: str) -> Any:
            return getattr(self.channel, name)

        async def basic_ack(self, *args: Any, **kwargs: Any) -> None: ...

    async def noting(self: Any, channel: Any) -> None:
        channels[id(self)] = channel
        await work(self, AcksNoMore(channel))  # type: ignore[arg-type]

    async def too_soon(self: Any, messages: Any) -> None:
        await channels[id(self)].basic_ack(messages[-1].delivery_tag, multiple=True)
        await asyncio.sleep(0.05)
        await settle(self, messages)

    Consumer._work = noting  # type: ignore[method-assign]
    Consumer._settle = too_soon  # type: ignore[method-assign]


def publish_without_outbox() -> None:
    """Events are published when they are told, whether the transaction commits or not; the outbox calls them done."""
    from shared.bus import outbox
    from shared.bus.relay import Relay

    made: list[Relay] = []
    create = Relay.__init__

    def noting(self: Any, *args: Any, **kwargs: Any) -> None:
        create(self, *args, **kwargs)
        made.append(self)

    flush = outbox.flush

    async def at_once(tx: Any) -> bool:
        ids = [row.id for row in tx.outgoing]
        told = await flush(tx)
        rows = await tx.fetch(
            "update outbox set published_at = now() where id = any($1::uuid[]) returning position, id::text, private,"
            " type, subject, sequence, scheme, correlationid, causationid, traceparent, time, body",
            ids,
        )
        if rows:
            await made[0]._publisher.publish([made[0]._message(row) for row in rows])
        return told

    Relay.__init__ = noting  # type: ignore[method-assign]
    outbox.flush = at_once


def no_inbox() -> None:
    """Every delivery counts as new."""
    from shared.bus import dispatch

    dispatch._UNSEEN = "select unnest($2::text[]) as message_id where $1::text is not null"


def no_confirms() -> None:
    """What was written to the socket counts as published."""
    from shared.bus.publisher import Publisher

    async def hopeful(self: Any, messages: Any) -> list[Exception | None]:
        line = await self._open()
        if messages:
            await self._send(line, messages)
        return [None] * len(messages)

    Publisher.publish = hopeful  # type: ignore[method-assign]


def numbers_from_a_sequence() -> None:
    """Certificate numbers come from a sequence, which a rollback does not give back."""
    from services.certification.store import certificates

    async def take(tx: Any, scheme: str, year: int, count: int) -> int:
        await tx.execute("select pg_advisory_xact_lock(42)")
        await tx.execute("create sequence if not exists number_of_certificate")
        numbers = await tx.fetch("select nextval('number_of_certificate') as n from generate_series(1, $1)", count)
        last = numbers[-1]["n"]
        await tx.execute(
            "insert into number_counter (scheme, year, last) values ($1, $2, $3)"
            " on conflict (scheme, year) do update set last = excluded.last",
            scheme, year, last,
        )  # fmt: skip
        return int(numbers[0]["n"])

    certificates.take_serials = take


def mail_marked_sent_first() -> None:
    """A mail is called sent before the mail server heard of it."""
    from services.notifications.store import postbag

    claim = postbag.claim

    async def hasty(tx: Any, *args: Any) -> Any:
        claimed = await claim(tx, *args)
        await tx.execute(
            "update mail set state = 'sent', sent_at = now(), lease_until = null where id = any($1)",
            [mail.id for mail in claimed],
        )
        return claimed

    postbag.claim = hasty


def sign_before_record() -> None:
    """Credentials are signed while what is signed stands in no committed row yet."""
    from services.certification.commands import signing
    from services.certification.store import signing as rows
    from shared.bus import crashpoints

    async def hasty(db: Any, signer: Any, *, now: Any, limit: int, number: str | None = None) -> int:
        async with db.transaction() as tx:
            keys = await signer.keys(tx)
            await signing._begin(tx, signer, keys, now=now, limit=limit, number=number)
            waiting = await rows.begun(tx, limit, number)
            proofs = [
                (one.signing_id, await signer.proof(keys, one.credential, one.key_id, one.method, one.begun_at))
                for one in waiting
            ]
            if waiting:
                crashpoints.reach("signer.before-finish")
            await rows.finish(tx, proofs, now=now)
        return len(waiting)

    signing.sign_some = hasty


PLANTS: dict[str, Callable[[], None]] = {
    "ack before commit": ack_before_commit,
    "publish without outbox": publish_without_outbox,
    "no inbox": no_inbox,
    "no confirms": no_confirms,
    "numbers from a sequence": numbers_from_a_sequence,
    "mail marked sent first": mail_marked_sent_first,
    "sign before record": sign_before_record,
}
