"""The brokers there are: one, or the nodes of a cluster, of which any will do."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TypeVar

import aiormq
from yarl import URL

from shared.settings import broker_nodes

T = TypeVar("T")


def with_limits(url: str, *, heartbeat: int = 5) -> URL:
    """The broker's URL with the heartbeat (seconds) that makes a half-open link seen."""
    return URL(url).update_query(heartbeat=str(heartbeat))


class Nodes:
    """Connects to the node that served last, else to the next that takes the connection.

    They share user, password and virtual host: the same cluster by different doors.
    """

    def __init__(self, urls: str) -> None:
        self._urls = deque(with_limits(url) for url in broker_nodes(urls))
        self.user = self._urls[0].user
        self.vhost = self._urls[0].path.lstrip("/") or "/"

    async def connect(self, opening: Callable[[URL], Awaitable[T]], *, within: float) -> T:
        """What ``opening`` gives for the first node that answers; raises what the last one raised.

        ``within`` is in seconds for all together: a node that is silent has its share of them.
        """
        count = len(self._urls)
        for left in range(count - 1, -1, -1):
            try:
                async with asyncio.timeout(within / count):
                    return await opening(self._urls[0])
            except (OSError, TimeoutError, aiormq.exceptions.AMQPError):
                self._urls.rotate(-1)
                if left == 0:
                    raise
        raise AssertionError("there is at least one node")

    def turn(self) -> None:
        """The next connection goes to another node: this one answers no more."""
        self._urls.rotate(-1)
