"""What goes with age goes in small batches, never too early, and no event on its way feels how much is kept."""

import json
from typing import Any

from shared.bus import outbox, topology, wire
from shared.bus.relay import _PENDING
from shared.bus.retention import Rule, bus_rules, carry_out, standing
from shared.bus.subscriptions import Subscriptions
from shared.events import Envelope
from shared.ids import new_id

from .conftest import MakeNode
from .node import Node, contact, depth, passed, publish_raw, until
from .test_delivery import TABLE, writing_down

RULES = bus_rules(outbox_keep_days=400, inbox_keep_days=90, private_keep_days=1, idempotency_keep_days=7)


async def _age(node: Node, table: str, moment: str, days: int) -> None:
    async with node.db.transaction() as tx:
        await tx.execute(f"update {table} set {moment} = now() - make_interval(days => $1)", days)  # noqa: S608


async def _count(node: Node, what: str) -> Any:
    return await node.handled(f"select count(*) from {what}")  # noqa: S608


async def test_each_rule_forgets_what_is_past_its_time_in_batches_and_nothing_else(make_node: MakeNode) -> None:
    node = await make_node(Subscriptions("enrollment"), consume=False)
    async with node.db.transaction() as tx:
        await outbox.put(tx, *(passed(n) for n in range(1, 8)), contact())
    await until(lambda: node.handled("select count(*) = 0 from outbox where published_at is null"))
    await _age(node, "outbox", "published_at", 2)

    forgotten = await carry_out(node.db, RULES, batch=3, pause=0)

    assert forgotten == {"private-bodies": 1, "journal": 0, "inbox": 0, "idempotency-keys": 0}
    assert await _count(node, "outbox where body is null and private") == 1
    assert await _count(node, "outbox where body is not null") == 7

    await _age(node, "outbox", "published_at", 401)
    async with node.db.read() as tx:
        told = {one.rule: (one.kept, one.due) for one in await standing(tx, RULES)}
    assert told["journal"] == (8, 8)
    assert (await carry_out(node.db, RULES, batch=3, pause=0))["journal"] == 8
    assert await _count(node, "outbox") == 0


async def test_what_is_not_published_yet_is_never_forgotten_however_old(make_node: MakeNode) -> None:
    node = await make_node(Subscriptions("certification"), consume=False)
    await node.stop()
    await node.db.open()
    async with node.db.transaction() as tx:
        await outbox.put(tx, passed(1))
        await outbox.flush(tx)
        await tx.execute(
            "update outbox set written_at = now() - interval '10 years', time = now() - interval '10 years'"
        )

    await carry_out(node.db, RULES, pause=0)

    assert await _count(node, "outbox where published_at is null") == 1


async def test_a_message_that_comes_again_within_the_promised_time_is_an_old_one_though_the_journal_is_gone(
    make_node: MakeNode, amqp_url: str
) -> None:
    node = await make_node(writing_down(), TABLE)
    event = passed(1)
    own = new_id()
    envelope = Envelope.model_validate(
        {
            "id": own, "type": event.TYPE, "source": "/keur/certification", "time": "2027-01-12T10:00:00Z",
            "subject": event.subject, "correlationid": own, "sequence": 1,
        }
    )  # fmt: skip
    sent = wire.properties(envelope, app_id="certification", user_id=None, sealed=False)
    given = {name: getattr(sent, name) for name in ("headers", "content_type", "message_id", "message_type")}
    queue = topology.inbox("certification")
    await publish_raw(amqp_url, queue, event.model_dump_json().encode(), **given)
    await until(lambda: node.handled("select count(*) = 1 from seen"))

    await _age(node, "inbox", "handled_at", 89)
    await carry_out(node.db, RULES, pause=0)
    await publish_raw(amqp_url, queue, event.model_dump_json().encode(), times=3, **given)
    marker = passed(2)
    async with node.db.transaction() as tx:
        await outbox.put(tx, marker)
    await until(lambda: node.handled("select count(*) = 1 from seen where id = 'R2'"))

    assert await _count(node, "seen where id = 'R1'") == 1
    assert await depth(amqp_url, queue) == 0

    await _age(node, "inbox", "handled_at", 91)
    assert (await carry_out(node.db, RULES, pause=0))["inbox"] == 2


async def test_the_relay_and_the_purge_find_their_rows_without_reading_a_hundred_thousand_old_ones(
    make_node: MakeNode,
) -> None:
    node = await make_node(Subscriptions("certification"), consume=False)
    async with node.db.transaction() as tx:
        await tx.execute(
            """
            insert into outbox (id, private, type, subject, sequence, correlationid, time, body, published_at)
            select gen_random_uuid(), false, 't', 'trainee/' || n % 1000, n, 'c', now(), '{}', now() - interval '9 days'
            from generate_series(1, 100000) n
            """
        )
        await tx.execute("insert into inbox select 'm' || n, 'certification' from generate_series(1, 100000) n")
        await tx.execute("analyze outbox, inbox")
        assert await _indexes(tx, _PENDING, 400) == {"outbox_pending"}
        for rule in RULES[:3]:
            assert await _indexes(tx, rule.forget, rule.seconds, 5000) & {
                "outbox_published", "outbox_private_bodies", "inbox_by_age"
            }, rule.name  # fmt: skip


async def _indexes(tx: Any, statement: str, *given: object) -> set[str]:
    text = await tx.fetchval(f"explain (format json) {statement}", *given)
    plan = json.loads(text) if isinstance(text, str) else text
    found: set[str] = set()

    def look(node: dict[str, Any]) -> None:
        assert node["Node Type"] != "Seq Scan", node
        if "Index Name" in node:
            found.add(node["Index Name"])
        for below in node.get("Plans", ()):
            look(below)

    look(plan[0]["Plan"])
    return found


def test_a_rule_that_empties_a_column_keeps_the_row() -> None:
    assert Rule("x", "t", "m", 1, body="b").forget.startswith("update t set b = null")
