"""What the broker's permissions cannot see a listener refuses: who published a message must be who tells it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pamqp.commands import Basic
from pamqp.header import ContentHeader

from shared.bus import outbox, topology, wire
from shared.bus.frames import Delivered
from shared.bus.publisher import Outgoing, Publisher
from shared.bus.retry import again_or_parked
from shared.bus.subscriptions import Subscriptions
from shared.bus.tellers import Tellers, broker_user, vouched
from shared.db import Tx
from shared.errors import TryAgainLater
from shared.events import ALL, Envelope, Event
from shared.events.certification import ExamPassed
from shared.events.enrollment import TraineeEnrolled
from shared.ids import new_id
from shared.settings import SERVICES
from tests.bus.node import Node, passed, take, until
from tests.servers import Vhost

pytestmark = pytest.mark.usefixtures("emptied")
INBOX = topology.inbox("certification")
TABLE = "create table seen (id text)"


@pytest.fixture
async def certification(shipped: Vhost, new_database: Callable[[], Awaitable[str]]) -> AsyncIterator[Node]:
    """Certification's broker user at work, with a handler that writes down which exams it was told of."""
    on = Subscriptions("certification")

    @on(ExamPassed)
    async def write_down(event: ExamPassed, tx: Tx) -> None:
        await tx.execute("insert into seen (id) values ($1)", event.result_id)

    node = Node("certification", shipped.url("certification"), await new_database(), on)
    await node.db.open()
    async with node.db.transaction() as tx:
        await tx.execute(TABLE)
    await node.start()
    yield node
    await node.stop()


def properties(event: Event, user: str | None, **more: Any) -> Basic.Properties:
    teller = event.TYPE.partition(".")[0]
    around = Envelope(
        id=new_id(), type=event.TYPE, source=f"/keur/{teller}", time=datetime.now(UTC), subject=event.subject,
        correlationid="c", sequence=1,
    )  # fmt: skip
    made = wire.properties(around, app_id=teller, user_id=user, sealed=False)
    made.headers = {**(made.headers or {}), **more}
    return made


async def send(vhost: Vhost, user: str, exchange: str, key: str, event: Event, said: Basic.Properties) -> None:
    publisher = Publisher(vhost.admin_url if user == "admin" else vhost.url(user), name="forger")
    try:
        assert await publisher.publish([Outgoing(exchange, key, event.model_dump_json().encode(), said)]) == [None]
    finally:
        await publisher.close()


RETRY = topology.retry_queue("certification", timedelta(seconds=10))


@pytest.mark.parametrize(
    ("who", "said", "queue"),
    [("enrollment", True, INBOX), ("enrollment", False, INBOX), ("notifications", True, RETRY)],
    ids=["saying who it is", "not saying who it is", "by way of a retry tier"],
)
async def test_a_forged_event_brought_over_the_default_exchange_is_parked_and_not_handled(
    certification: Node, shipped: Vhost, who: str, said: bool, queue: str
) -> None:
    user = broker_user(who) if said else None

    await send(shipped, who, "", queue, passed(66), properties(passed(66), user))

    parked = await _parked(shipped)
    assert parked["x-keur-error"] == "ForgedTeller"
    assert ExamPassed.TYPE in parked["x-keur-reason"]
    assert await certification.handled("select count(*) from seen") == 0


async def test_a_forged_type_under_a_routing_key_of_ones_own_is_parked_and_not_handled(
    certification: Node, shipped: Vhost
) -> None:
    key = TraineeEnrolled.TYPE

    await send(
        shipped, "enrollment", topology.EVENTS, key, passed(66), properties(passed(66), broker_user("enrollment"))
    )

    assert (await _parked(shipped))["x-keur-error"] == "ForgedTeller"
    assert await certification.handled("select count(*) from seen") == 0


@pytest.mark.parametrize("who", ["certification", "ops", "admin"])
async def test_a_copy_from_the_listener_the_operators_desk_or_the_administrator_is_handled(
    certification: Node, shipped: Vhost, who: str
) -> None:
    user = who if who == "admin" else broker_user(who)

    await send(shipped, who, "", INBOX, passed(7), properties(passed(7), user))

    await until(lambda: certification.handled("select count(*) = 1 from seen where id = 'R7'"))


async def test_what_a_service_tells_by_its_outbox_reaches_a_listener_with_the_brokers_word_for_it(
    certification: Node,
) -> None:
    async with certification.db.transaction() as tx:
        await outbox.put(tx, *(passed(n) for n in range(20)))

    await until(lambda: certification.handled("select count(*) = 20 from seen"))


async def _parked(vhost: Vhost) -> dict[str, Any]:
    found: list[dict[str, Any]] = []

    async def look() -> bool:
        message = await take(vhost.admin_url, topology.FAILED)
        found.append(dict(message.header.properties.headers or {}))
        return True

    await until(look, within=25)
    return found[0]


# --- the rule itself


@pytest.mark.parametrize("listener", SERVICES)
@pytest.mark.parametrize("publisher", SERVICES)
def test_a_service_vouches_for_its_own_types_its_own_copies_and_as_the_desk_for_all(
    publisher: str, listener: str
) -> None:
    for type in ALL:
        expected = publisher in (type.partition(".")[0], listener, "ops")
        assert vouched(broker_user(publisher), type=type, listener=listener) is expected


def test_nobody_vouches_for_a_message_that_does_not_say_who_published_it() -> None:
    assert not vouched(None, type=ExamPassed.TYPE, listener="certification")


short = st.none() | st.text(st.characters(exclude_characters="\x00", codec="utf-8"), max_size=40)


@settings(deadline=None)
@given(
    st.builds(
        Basic.Properties,
        content_type=short, content_encoding=short, headers=st.none() | st.dictionaries(st.just("k"), st.text()),
        delivery_mode=st.sampled_from((None, 1, 2)), priority=st.none() | st.integers(1, 9), correlation_id=short,
        reply_to=short, expiration=short, message_id=short,
        timestamp=st.none() | st.just(datetime(2026, 1, 1, tzinfo=UTC)), message_type=short, user_id=short,
        app_id=short,
    )
)  # fmt: skip
def test_the_publisher_is_read_whatever_other_properties_there_are(given: Basic.Properties) -> None:
    raw = ContentHeader(properties=given).marshal()
    read = ContentHeader()
    read.unmarshal(raw)

    assert Delivered(b"", raw, b"").user_id() == read.properties.user_id


@settings(deadline=None)
@given(st.binary(max_size=80))
def test_properties_of_any_bytes_have_a_publisher_or_none(raw: bytes) -> None:
    assert isinstance(Delivered(b"", raw, b"").user_id(), str | None)


def test_where_all_services_share_one_user_there_is_nothing_to_check() -> None:
    nobody = Delivered(b"", ContentHeader(properties=Basic.Properties()).marshal(), b"")

    Tellers("certification", "everybody").check(nobody, ExamPassed.TYPE)


def test_a_copy_in_a_retry_tier_is_the_listeners_own() -> None:
    original = Delivered(b"", ContentHeader(properties=properties(passed(1), "keur_enrollment")).marshal(), b"{}")

    _, copy = again_or_parked(
        original, TryAgainLater("x"), service="certification", handler="h", attempt=0, sealed=False,
        user="keur_certification",
    )  # fmt: skip

    assert isinstance(copy.properties, Basic.Properties)
    assert copy.properties.user_id == "keur_certification"
