"""A mail server that can be down, slow, or of another opinion, and remembers every message it was given."""

import asyncio
import contextlib
from collections import Counter
from email.parser import BytesHeaderParser
from enum import Enum

SLOW = 0.4


class Answer(Enum):
    """What the server does with a mail."""

    GOOD = "good"
    DOWN = "down"  # nobody listens: connections are closed before a word
    SLOW = "slow"
    LATER = "451"
    NEVER = "550"
    CLOSED = "closed after DATA"  # it keeps the mail, and the connection ends before its 250


class Postbox:
    """Listens on a free port of loopback. ``answered`` counts the 250s of a Message-ID, ``kept`` all that arrived."""

    def __init__(self) -> None:
        self.port = 0
        self.mode = Answer.GOOD
        self.kept: Counter[str] = Counter()
        self.answered: Counter[str] = Counter()
        self.refused_for_good = 0
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.StreamWriter] = set()

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        for writer in list(self._open):
            writer.close()

    def turn(self, mode: Answer) -> None:
        self.mode = mode
        if mode is Answer.DOWN:
            for writer in list(self._open):
                writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.mode is Answer.DOWN:
            writer.close()
            return
        self._open.add(writer)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            await self._conversation(reader, writer)
        self._open.discard(writer)
        writer.close()

    async def _conversation(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def say(line: str) -> None:
            if self.mode is Answer.SLOW:
                await asyncio.sleep(SLOW)
            writer.write(line.encode() + b"\r\n")
            await writer.drain()

        await say("220 postbox")
        while line := await reader.readline():
            verb = line[:4].upper()
            if verb in (b"EHLO", b"HELO", b"RSET", b"MAIL", b"NOOP"):
                await say("250 good")
            elif verb == b"RCPT":
                if self.mode is Answer.NEVER:
                    self.refused_for_good += 1
                await say({Answer.LATER: "451 later", Answer.NEVER: "550 nobody here"}.get(self.mode, "250 good"))
            elif verb == b"DATA":
                await say("354 go on")
                message = await reader.readuntil(b"\r\n.\r\n")
                own = str(BytesHeaderParser().parsebytes(message)["Message-ID"]).strip()
                self.kept[own] += 1
                if self.mode is Answer.CLOSED:
                    return
                self.answered[own] += 1
                await say("250 kept")
            elif verb == b"QUIT":
                await say("221 goodbye")
                return
            else:
                await say("502 no")
