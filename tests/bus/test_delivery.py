"""What the bus promises between a commit here and a commit there, on a real broker and a real database."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest

from shared.bus import outbox, topology, wire
from shared.bus.frames import Delivered
from shared.bus.subscriptions import Subscriptions
from shared.db import Tx
from shared.errors import TryAgainLater
from shared.events import Envelope
from shared.events.certification import CertificationDecided, ExamFailed, ExamPassed
from shared.events.enrollment import ContactPointChanged
from shared.ids import stable_id

from .conftest import MakeNode
from .node import SEAL, contact, declare, depth, passed, publish_raw, take, until

TABLE = "create table seen (n bigint generated always as identity, id text, trainee text, sequence bigint, batch int)"


def writing_down(service: str = "certification") -> Subscriptions:
    """Handlers that write each event into the table ``seen``."""
    on = Subscriptions(service)

    @on.batch(ExamPassed)
    async def write_down(events: Sequence[ExamPassed], tx: Tx) -> None:
        await tx.executemany(
            "insert into seen (id, trainee, sequence, batch) values ($1, $2, $3, $4)",
            [(e.result_id, e.trainee_id, e.envelope.sequence, len(events)) for e in events],
        )

    return on


async def test_what_was_told_in_a_transaction_that_rolled_back_is_never_heard(make_node: MakeNode) -> None:
    node = await make_node(writing_down(), TABLE)

    class Refused(Exception):
        pass

    with pytest.raises(Refused):
        async with node.db.transaction() as tx:
            await outbox.put(tx, passed(1))
            raise Refused
    async with node.db.transaction() as tx:
        await outbox.put(tx, passed(2))

    await until(lambda: node.handled("select count(*) = 1 from seen where id = 'R2'"))
    assert await node.handled("select count(*) from seen") == 1
    assert await node.handled("select count(*) from outbox") == 1


async def test_a_thousand_events_are_each_handled_once_and_per_subject_in_order(make_node: MakeNode) -> None:
    node = await make_node(writing_down(), TABLE)

    for start in range(0, 1000, 100):
        async with node.db.transaction() as tx:
            await outbox.put(tx, *(passed(n, trainee=f"T{n % 7}") for n in range(start, start + 100)))

    await until(lambda: node.handled("select count(*) = 1000 from seen"))
    assert await node.handled("select count(distinct id) from seen") == 1000
    backwards = """
        select count(*) from (
            select sequence - lag(sequence) over (partition by trainee order by n) as step from seen
        ) steps where step <> 1"""
    assert await node.handled(backwards) == 0
    assert await node.handled("select max(batch) from seen") > 1


async def test_concurrent_tellers_about_one_subject_number_it_without_gap_or_double(make_node: MakeNode) -> None:
    node = await make_node(writing_down(), TABLE)

    async def tell(n: int) -> None:
        async with node.db.transaction() as tx:
            await outbox.put(tx, passed(n), passed(n + 1000, trainee="T2"))

    await asyncio.gather(*(tell(n) for n in range(60)))

    await until(lambda: node.handled("select count(*) = 120 from seen"))
    assert await node.handled("select array_agg(sequence order by n) from seen where trainee = 'T1'") == list(
        range(1, 61)
    )
    in_commit_order = "select array_agg(sequence order by position) from outbox where subject = 'trainee/T1'"
    assert await node.handled(in_commit_order) == list(range(1, 61))


async def test_the_same_message_delivered_again_and_again_is_handled_once(make_node: MakeNode) -> None:
    node = await make_node(writing_down(), TABLE)
    envelope = Envelope(
        id="11111111-1111-7111-8111-111111111111",
        type=ExamPassed.TYPE,
        source="/keur/test",
        time="2026-04-07T10:00:00Z",
        subject="trainee/T1",
        correlationid="c",
        sequence=1,
    )
    properties = wire.properties(envelope, app_id="test", user_id=None, sealed=False)
    body = passed(1).model_dump_json().encode()

    for _ in range(3):
        await publish_raw(
            node.amqp_url,
            "keur.certification.inbox",
            body,
            times=20,
            headers=properties.headers,
            content_type=properties.content_type,
            message_id=envelope.id,
            message_type=envelope.type,
        )

    await until(lambda: node.dispatcher.handled == 60)
    assert await node.handled("select count(*) from seen") == 1


async def test_what_a_handler_tells_carries_who_caused_it_and_the_same_correlation(make_node: MakeNode) -> None:
    on = Subscriptions("certification")

    @on(ExamPassed)
    async def decide(event: ExamPassed, tx: Tx) -> None:
        await outbox.put(
            tx,
            CertificationDecided(
                decision_id="D1",
                trainee_id=event.trainee_id,
                scheme="smo",
                scheme_version="1",
                outcome="granted",
                mode="automatic",
                dossier_sha256="0" * 64,
            ),
        )

    node = await make_node(on)
    async with node.db.transaction() as tx:
        await outbox.put(tx, passed(1))

    await until(lambda: node.handled("select count(*) = 2 from outbox"))
    async with node.db.read() as tx:
        cause, effect = await tx.fetch(
            "select id::text, correlationid, causationid, sequence from outbox order by position"
        )
    assert effect["causationid"] == cause["id"]
    assert effect["correlationid"] == cause["correlationid"] == cause["id"]
    assert (cause["sequence"], effect["sequence"]) == (1, 2)


async def test_an_event_with_a_fixed_id_is_told_once_however_often_it_is_put(make_node: MakeNode) -> None:
    node = await make_node(writing_down(), TABLE)
    fixed = stable_id("visit-due", "C001", "2026-03-02")

    for _ in range(3):
        async with node.db.transaction() as tx:
            await outbox.put(tx, passed(1), id=fixed)

    await until(node.all_published)
    assert await node.handled("select count(*) from outbox") == 1
    async with node.db.transaction() as tx:
        await outbox.put(tx, passed(2))
    assert await node.handled("select array_agg(sequence order by position) from outbox") == [1, 2]


async def test_an_event_that_comes_too_early_waits_in_a_retry_tier_until_it_can_be_handled(make_node: MakeNode) -> None:
    on = writing_down()
    tries: list[int] = []

    @on(ExamFailed)
    async def only_after_a_pass(event: ExamFailed, tx: Tx) -> None:
        tries.append(1)
        if len(tries) < 3:
            raise TryAgainLater("no pass is known yet")
        await tx.execute("insert into seen (id) values ('after')")

    node = await make_node(on, TABLE)
    early = ExamFailed(
        result_id="R9",
        trainee_id="T1",
        exam="theory",
        attempt=1,
        taken_on=date(2026, 4, 7),
        score=4.0,
        knocked_out=False,
        resits_left=1,
        scheme="smo",
    )

    async with node.db.transaction() as tx:
        await outbox.put(tx, early, passed(1, trainee="T2"))

    await until(lambda: node.handled("select count(*) = 1 from seen where id = 'R1'"))
    await until(lambda: node.handled("select count(*) = 1 from seen where id = 'after'"))
    assert len(tries) == 3
    assert await depth(node.amqp_url, topology.FAILED) == 0


async def test_one_bad_event_takes_none_of_its_batch_with_it(make_node: MakeNode) -> None:
    on = Subscriptions("certification")

    @on.batch(ExamPassed)
    async def refuse_number_13(events: Sequence[ExamPassed], tx: Tx) -> None:
        await tx.executemany("insert into seen (id) values ($1)", [(e.result_id,) for e in events])
        if any(e.result_id == "R13" for e in events):
            raise ZeroDivisionError("a bug in a handler")

    node = await make_node(on, TABLE, consume=False)
    async with node.db.transaction() as tx:
        await outbox.put(tx, *(passed(n, trainee=f"T{n}") for n in range(40)))
    await until(node.all_published)

    await node.start(relay=False)

    await until(lambda: node.handled("select count(*) = 39 from seen"))
    parked = await take(node.amqp_url, topology.FAILED)
    headers = parked.header.properties.headers or {}
    assert headers["x-keur-error"] == "ZeroDivisionError"
    assert headers["x-keur-handler"] == "refuse_number_13"
    assert str(headers["x-keur-frame"]).endswith("in refuse_number_13")
    assert headers["x-keur-attempt"] == 2
    assert len(str(headers["x-keur-fingerprint"])) == 12
    assert await node.handled("select count(*) from seen where id = 'R13'") == 0


async def test_an_event_nobody_listens_to_is_kept_where_it_is_seen(make_node: MakeNode) -> None:
    node = await make_node(writing_down(), TABLE)
    unheard = CertificationDecided(
        decision_id="D",
        trainee_id="T1",
        scheme="s",
        scheme_version="1",
        outcome="granted",
        mode="automatic",
        dossier_sha256="0",
    )

    async with node.db.transaction() as tx:
        await outbox.put(tx, unheard)

    await until(node.all_published)
    assert (await take(node.amqp_url, topology.UNROUTED)).header.properties.message_type == CertificationDecided.TYPE


async def test_a_consumer_that_lingers_takes_what_came_meanwhile_into_one_transaction(make_node: MakeNode) -> None:
    node = await make_node(writing_down(), TABLE, consume=False)
    node.consumer.linger = 0.5
    await node.start(relay=False)

    for number in range(3):
        async with node.db.transaction() as tx:
            await outbox.put(tx, passed(number))
        await until(node.all_published)

    await until(lambda: node.handled("select count(*) = 3 from seen"))
    assert await node.handled("select min(batch) from seen") == 3


async def test_of_two_relays_of_a_service_one_leads_and_the_other_takes_over(make_node: MakeNode) -> None:
    first = await make_node(writing_down(), TABLE, consume=False)
    second = await make_node(writing_down(), database_of=first, consume=False)
    await until(lambda: first.relay.leads or second.relay.leads)

    leader, other = (first, second) if first.relay.leads else (second, first)
    assert not other.relay.leads
    await leader.stop()

    await until(lambda: other.relay.leads)
    async with other.db.transaction() as tx:
        await outbox.put(tx, passed(1))
    await until(other.all_published)


async def test_a_private_event_is_sealed_on_the_wire_and_open_to_its_handler(make_node: MakeNode) -> None:
    on = Subscriptions("notifications")

    @on(ContactPointChanged)
    async def keep(event: ContactPointChanged, tx: Tx) -> None:
        await tx.execute("insert into seen (id, trainee) values ($1, $2)", event.person, event.name)

    eavesdropper = Subscriptions("certification")
    eavesdropper(ContactPointChanged)(keep)
    node = await make_node(on, TABLE)
    await declare(node.amqp_url, eavesdropper)

    async with node.db.transaction() as tx:
        await outbox.put(tx, contact())

    await until(lambda: node.handled("select count(*) = 1 from seen where trainee = 'Kanarie Vogel'"))
    overheard = await take(node.amqp_url, "keur.certification.inbox")
    assert overheard.header.properties.content_type == "application/vnd.keur.sealed"
    everything = overheard.body + repr(overheard.header.properties.headers).encode()
    assert b"anarie" not in everything
    assert b"Kanarie" in wire.read(Delivered(b"", overheard.header.marshal(), overheard.body), SEAL).body


async def test_a_private_event_that_is_parked_stays_sealed_and_its_reason_does_not_quote_it(
    make_node: MakeNode,
) -> None:
    on = Subscriptions("notifications")

    @on(ContactPointChanged)
    async def quote(event: ContactPointChanged, tx: Tx) -> None:
        raise ValueError(f"cannot write to {event.email} of {event.name}")

    node = await make_node(on)

    async with node.db.transaction() as tx:
        await outbox.put(tx, contact())

    parked = await take(node.amqp_url, topology.FAILED)
    assert (parked.header.properties.headers or {})["x-keur-error"] == "ValueError"
    assert b"anarie" not in parked.body + repr(parked.header.properties.headers).encode()


async def test_a_private_event_that_somebody_sends_openly_is_not_handled_and_not_parked_openly(
    make_node: MakeNode,
) -> None:
    on = Subscriptions("notifications")

    @on(ContactPointChanged)
    async def keep(event: ContactPointChanged, tx: Tx) -> None:
        await tx.execute("insert into seen (id, trainee) values ($1, $2)", event.person, event.name)

    node = await make_node(on, TABLE)
    told = contact()
    headers = {
        "id": "22222222-2222-7222-8222-222222222222",
        "type": told.TYPE,
        "source": "/keur/test",
        "time": datetime.now(UTC).isoformat(),
        "subject": told.subject,
        "correlationid": "c",
        "sequence": "1",
    }
    await publish_raw(
        node.amqp_url,
        "keur.notifications.inbox",
        told.model_dump_json().encode(),
        headers={f"cloudEvents:{name}": value for name, value in headers.items()},
        content_type="application/json",
    )

    parked = await take(node.amqp_url, topology.FAILED)
    assert (parked.header.properties.headers or {})["x-keur-error"] == "PrivateNotSealed"
    assert b"anarie" not in parked.body + repr(parked.header.properties.headers).encode()
    assert b"Kanarie" in wire.read(Delivered(b"", parked.header.marshal(), parked.body), SEAL).body
    assert await node.handled("select count(*) = 0 from seen")


async def test_stopping_a_consumer_finishes_its_batch_and_gives_back_the_rest(make_node: MakeNode) -> None:
    on = Subscriptions("certification")
    going, go_on = asyncio.Event(), asyncio.Event()

    @on(ExamPassed)
    async def when_told(event: ExamPassed, tx: Tx) -> None:
        going.set()
        await go_on.wait()
        await tx.execute("insert into seen (id) values ($1)", event.result_id)

    node = await make_node(on, TABLE, batch=4)
    async with node.db.transaction() as tx:
        await outbox.put(tx, *(passed(n, trainee=f"T{n}") for n in range(40)))
    await asyncio.wait_for(going.wait(), 10)
    await until(node.all_published)
    stopping = asyncio.create_task(node.consumer.stop())
    go_on.set()
    await stopping

    handled = await node.handled("select count(*) from seen")
    assert 0 < handled < 40

    async def the_rest_is_back() -> bool:
        return await depth(node.amqp_url, "keur.certification.inbox") == 40 - int(handled)

    await until(the_rest_is_back)
    await node.consumer.start()
    await until(lambda: node.handled("select count(*) = 40 from seen"))
