"""Of several brokers the next is taken when one does not answer, and stayed with once it does."""

import asyncio
from pathlib import Path

import pytest
from yarl import URL

from deploy.local.home import Home
from shared.bus.nodes import Nodes
from shared.bus.publisher import Publisher
from shared.settings import broker_nodes

THREE = "amqp://u:p@a:1/v,amqp://u:p@b:2/v, amqp://u:p@c:3/v"


def test_addresses_are_separated_by_commas_and_a_comma_in_a_password_is_none() -> None:
    assert broker_nodes("amqp://u:p@a/") == ["amqp://u:p@a/"]
    assert broker_nodes(THREE) == ["amqp://u:p@a:1/v", "amqp://u:p@b:2/v", "amqp://u:p@c:3/v"]
    assert broker_nodes("amqp://u:p,q@a/,amqps://b/") == ["amqp://u:p,q@a/", "amqps://b/"]


async def test_the_first_that_answers_is_taken_and_asked_first_from_then_on() -> None:
    nodes, asked = Nodes(THREE), []

    async def only_b(url: URL) -> str:
        asked.append(url.host)
        if url.host != "b":
            raise ConnectionRefusedError(url.host)
        return "b"

    assert await nodes.connect(only_b, within=5) == "b"
    assert await nodes.connect(only_b, within=5) == "b"
    assert asked == ["a", "b", "b"]


async def test_a_silent_node_has_its_share_of_the_time_and_no_more() -> None:
    async def silent_but_c(url: URL) -> str:
        if url.host != "c":
            await asyncio.Event().wait()
        return "c"

    async with asyncio.timeout(5):
        assert await Nodes(THREE).connect(silent_but_c, within=0.3) == "c"


async def test_when_none_answers_the_last_failure_is_raised() -> None:
    async def nobody(url: URL) -> None:
        raise ConnectionRefusedError(url.host)

    with pytest.raises(ConnectionRefusedError, match="c"):
        await Nodes(THREE).connect(nobody, within=5)


async def test_a_node_that_was_left_is_asked_last() -> None:
    nodes = Nodes(THREE)
    nodes.turn()

    async def host(url: URL) -> str | None:
        return url.host

    assert await nodes.connect(host, within=5) == "b"


def test_user_and_virtual_host_are_those_of_the_cluster() -> None:
    assert (Nodes(THREE).user, Nodes(THREE).vhost) == ("u", "v")
    assert Publisher(THREE, name="x").user == "u"


def test_every_node_from_outside_gets_the_services_own_user(tmp_path: Path) -> None:
    home = Home(tmp_path, 9000, {"KEUR_AMQP_URL": "amqp://a:1/v,amqp://b:2/v"})

    urls = broker_nodes(home.amqp_url("ops"))

    assert [(URL(url).host, URL(url).user, URL(url).password) for url in urls] == [
        ("a", "keur_ops", home.password("broker", "ops")),
        ("b", "keur_ops", home.password("broker", "ops")),
    ]
