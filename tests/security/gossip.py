"""A mail server that repeats whatever it was told, and remembers what it took."""

import asyncio
from typing import Any

from aiosmtpd.smtp import SMTP


class Gossip:
    """Refuses addresses in ``refused`` for good and those in ``later`` for now, quoting them as real servers do."""

    def __init__(self, *, refused: set[str], later: set[str]) -> None:
        self.refused = refused
        self.later = later
        self.taken: list[bytes] = []
        self.port = 0
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(lambda: SMTP(self, enable_SMTPUTF8=True, loop=loop), "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()

    def turn(self, mode: object) -> None:
        """It has one opinion only."""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        if address in self.refused:
            return f"550 5.1.1 <{address}>: nobody of this name, was it meant for somebody else?"
        if address in self.later:
            return f"451 4.7.1 <{address}>: greylisted, {address} may come again"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.taken.append(bytes(envelope.content))
        return f"250 kept for {', '.join(envelope.rcpt_tos)}"
