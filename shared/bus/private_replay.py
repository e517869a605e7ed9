"""A service's own private events once more for one listener: from its outbox, as long as their bodies are kept there.

The operators' desk cannot do this: it neither hears nor reads private events. Whoever told them sends them, sealed,
with the ids they had, to the one inbox queue and never to the exchange.
"""

from collections.abc import Sequence

from pamqp.commands import Basic

from shared.bus import topology
from shared.bus.publisher import Outgoing, Publisher
from shared.bus.sealing import Seal
from shared.bus.wire import AGAIN, properties
from shared.db import Database
from shared.errors import DependencyAway
from shared.events import Envelope

BATCH = 200

_ROWS = """
select position, id::text, type, subject, sequence, scheme, correlationid, causationid, traceparent, time, body
from outbox where private and type = any($1) and body is not null and published_at is not null and position > $2
order by position limit $3
"""
_COUNTS = """
select count(*) filter (where body is not null and published_at is not null) as kept,
       count(*) filter (where body is null) as forgotten
from outbox where private and type = any($1)
"""


async def counts(db: Database, types: Sequence[str]) -> dict[str, int]:
    """``kept``: can be sent again. ``forgotten``: told, and the body purged since."""
    async with db.read() as tx:
        row = await tx.fetchrow(_COUNTS, list(types))
    return dict(row) if row else {"kept": 0, "forgotten": 0}


async def send(
    db: Database, publisher: Publisher, seal: Seal, *, teller: str, to: str, types: Sequence[str], again: bool
) -> int:
    """Publishes them to the inbox queue of ``to``, oldest first; how many. Raises ``DependencyAway`` on doubt."""
    after, sent = 0, 0
    while True:
        async with db.read() as tx:
            rows = await tx.fetch(_ROWS, list(types), after, BATCH)
        if not rows:
            return sent
        messages = []
        for row in rows:
            fields = {name: row[name] for name in row.keys() if name not in ("position", "body")}  # noqa: SIM118
            around = Envelope(source=f"/keur/{teller}", **fields)
            given = marked(properties(around, app_id=teller, user_id=publisher.user, sealed=True), again=again)
            messages.append(Outgoing("", topology.inbox(to), seal.close(row["body"], around.id), given))
        if any(outcome is not None for outcome in await publisher.publish(messages)):
            raise DependencyAway("the broker")
        after, sent = rows[-1]["position"], sent + len(rows)


def marked(given: Basic.Properties, *, again: bool) -> Basic.Properties:
    """With the header that makes a listener handle what its inbox knows."""
    if again:
        given.headers = {**(given.headers or {}), AGAIN: "1"}
    return given
