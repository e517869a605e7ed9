"""What the bootstrap allows and refuses, shown on a real broker and a real database."""

import aiormq
import asyncpg
import pytest

from deploy.local import bootstrap
from shared.bus import topology
from shared.bus.subscriptions import Subscriptions
from shared.settings import SERVICES
from tests.servers import Servers, Vhost, migrations_of


@pytest.fixture
async def permitted(vhost: Vhost) -> Vhost:
    await vhost.permit()
    await vhost.declare(*(Subscriptions(service) for service in SERVICES))
    return vhost


async def publish(vhost: Vhost, service: str, exchange: str, key: str, user_id: str | None = None) -> None:
    connection = await aiormq.connect(vhost.url(service))
    try:
        channel = await connection.channel(publisher_confirms=True)
        message = aiormq.spec.Basic.Properties(user_id=user_id)
        await channel.basic_publish(b"{}", exchange=exchange, routing_key=key, properties=message, timeout=10)
    finally:
        await connection.close()


async def test_a_service_publishes_its_own_event_types(permitted: Vhost) -> None:
    await publish(
        permitted, "certification", topology.EVENTS, "certification.exam-passed.v1", user_id="keur_certification"
    )


@pytest.mark.parametrize(
    ("service", "exchange", "key"),
    [
        ("enrollment", topology.EVENTS, "certification.exam-passed.v1"),
        ("notifications", topology.EVENTS, "certification.certificate-issued.v1"),
        ("notifications", topology.PRIVATE, "notifications.mail-sent.v1"),
        ("ops", topology.PRIVATE, "enrollment.person-details-changed.v1"),
        ("certification", topology.PRIVATE, "enrollment.person-details-changed.v1"),
    ],
)
async def test_the_broker_refuses_an_event_that_is_not_the_publishers_to_tell(
    permitted: Vhost, service: str, exchange: str, key: str
) -> None:
    with pytest.raises(aiormq.exceptions.AMQPError, match=r"(?i)access|refused"):
        await publish(permitted, service, exchange, key)


async def test_the_broker_refuses_a_forged_sender(permitted: Vhost) -> None:
    with pytest.raises(aiormq.exceptions.AMQPError):
        await publish(
            permitted, "enrollment", topology.EVENTS, "enrollment.trainee-enrolled.v1", user_id="keur_certification"
        )


async def test_a_service_declares_nothing_and_reads_no_other_inbox(permitted: Vhost) -> None:
    connection = await aiormq.connect(permitted.url("enrollment"))
    try:
        with pytest.raises(aiormq.exceptions.ChannelAccessRefused):
            await (await connection.channel()).queue_declare("keur.enrollment.more")
        with pytest.raises(aiormq.exceptions.ChannelAccessRefused):
            await (await connection.channel()).basic_get("keur.notifications.inbox")
        with pytest.raises(aiormq.exceptions.ChannelAccessRefused):
            await (await connection.channel()).queue_bind("keur.enrollment.inbox", topology.PRIVATE, "#")
        own = await (await connection.channel()).basic_get("keur.enrollment.inbox")
        assert own.delivery.name == "Basic.GetEmpty"
    finally:
        await connection.close()


async def test_bootstrapping_twice_changes_nothing(permitted: Vhost) -> None:
    before = await permitted.management.get(f"queues/{permitted.name}")

    await permitted.permit()
    await permitted.declare(*(Subscriptions(service) for service in SERVICES))

    after = await permitted.management.get(f"queues/{permitted.name}")
    assert {queue["name"] for queue in after} == {queue["name"] for queue in before}
    assert f"keur.{SERVICES[0]}.inbox" in {queue["name"] for queue in after}


async def test_a_role_reaches_its_own_database_only(servers: Servers) -> None:
    url = await servers.database("enrollment", migrations_of("enrollment")[:1])
    connection = await asyncpg.connect(url)
    assert (
        await connection.fetchval("select rolsuper or rolcreatedb from pg_roles where rolname = current_user") is False
    )
    await connection.close()

    other = await servers.database("certification", migrations_of("certification")[:1])
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(f"{url.rpartition('/')[0]}/{other.rpartition('/')[2]}")


async def test_the_auditor_reads_views_and_writes_nothing(servers: Servers) -> None:
    url = await servers.database("certification", migrations_of("certification")[:1])
    owner = await asyncpg.connect(url)
    await owner.execute("create table secret (word text); create view v_word as select 'open' as word")
    await owner.execute('grant select on v_word to "auditor"')
    await owner.close()
    auditor = await asyncpg.connect(url.replace(url.split("@")[0], f"postgresql://{bootstrap.AUDITOR}"))
    try:
        assert await auditor.fetchval("select word from v_word") == "open"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await auditor.fetch("select * from secret")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await auditor.execute("create table mine (n int)")
    finally:
        await auditor.close()
