"""What a restore does to databases of one backup before they live again (docs/decisions/0005).

What lay in a queue at the moment of the backup is in no database: told, confirmed, not handled. Each event that a
listener's inbox does not know is marked as not published, so that its teller's relay publishes it again.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from deploy.local.home import CHECKOUT
from shared.bus import topology
from shared.bus.topology import Binding

DAYS = 30
"""How old a message in a queue may have been at the moment of the backup."""
CHUNK = 5000

_CANDIDATES = """
select position, id::text, private, type, body is null as forgotten from outbox
where position > $1 and published_at > $2::timestamptz - make_interval(days => $3) order by position limit $4
"""
_KNOWN = "select message_id from inbox where consumer = $1 and message_id = any($2)"
_ON_THE_DESK = """
select message_id from failed where service = $1 and message_id = any($2) and state <> 'redriven'
"""


def hears(bindings: Sequence[Binding], private: bool, type: str) -> bool:
    """Whether one of the bindings leads an event of this type to the inbox queue."""
    exchange = topology.PRIVATE if private else topology.EVENTS
    return any(each.exchange == exchange and each.routing_key in (type, "#") for each in bindings)


async def publish_again(
    connections: Mapping[str, Any], bindings: Mapping[str, Sequence[Binding]], made_at: Any
) -> dict[str, dict[str, int]]:
    """Per teller: ``again``, the events that some listener has neither handled nor given up, marked as not published;
    ``forgotten``, private ones among those whose body is gone and which nobody can publish again."""
    found = {}
    for teller, connection in connections.items():
        again, forgotten, after = 0, 0, 0
        while rows := await connection.fetch(_CANDIDATES, after, made_at, DAYS, CHUNK):
            after = rows[-1]["position"]
            missing = set()
            for listener, bound in bindings.items():
                wanted = [row["id"] for row in rows if hears(bound, row["private"], row["type"])]
                if wanted:
                    missing |= await _missing(connections, listener, wanted)
            lost = {row["id"] for row in rows if row["id"] in missing and row["forgotten"]}
            back = sorted(missing - lost)
            await connection.execute("update outbox set published_at = null where id = any($1::uuid[])", back)
            again, forgotten = again + len(back), forgotten + len(lost)
        found[teller] = {"again": again, "forgotten": forgotten}
    return found


async def _missing(connections: Mapping[str, Any], listener: str, wanted: list[str]) -> set[str]:
    known = {row["message_id"] for row in await connections[listener].fetch(_KNOWN, listener, wanted)}
    left = [id for id in wanted if id not in known]
    desk = connections.get("ops")
    if left and desk is not None:
        known |= {row["message_id"] for row in await desk.fetch(_ON_THE_DESK, listener, left)}
    return set(left) - known


async def each_by_itself(connections: Mapping[str, Any], *, actor: str, reason: str, details: dict[str, Any]) -> None:
    """What a service itself has to do (``services/<name>/after_restore.sql``), and the record of who restored it."""
    import json

    for service, connection in connections.items():
        own = after_restore(service)
        if own.exists():
            await connection.execute(own.read_text("utf-8"))
        await connection.execute(
            "insert into bus_action (actor, action, reason, details) values ($1, 'restore', $2, $3::jsonb)",
            actor,
            reason,
            json.dumps(details),
        )


def after_restore(service: str) -> Path:
    """The SQL file in which a service says what a backup cannot know."""
    return CHECKOUT / "services" / service / "after_restore.sql"


async def empty_queues(channel: Any, services: Sequence[str], say: Callable[[str], None]) -> int:
    """Takes everything out of the queues: it belongs to a time that the databases no longer know. How much that was.

    Twice in a row nothing, so that what the broker moves from a retry tier meanwhile is found too.
    """
    names = [topology.retry_queue(service, tier) for service in services for tier in topology.RETRY_TIERS]
    names += [topology.inbox(service) for service in services]
    names += [topology.FAILED, topology.UNROUTED]
    total, quiet = 0, 0
    while quiet < 2:
        taken = 0
        for name in names:
            answer = await channel.queue_purge(name)
            taken += answer.message_count or 0
        total += taken
        quiet = 0 if taken else quiet + 1
    say(f"queues emptied: {total} messages")
    return total
