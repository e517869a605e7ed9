"""A TCP proxy that can do to a link what networks do: one per service and server, told what to do while it runs."""

import asyncio
import contextlib
import socket
import struct
from enum import Enum

CHUNK = 64 * 1024
DELAY = 0.15
BYTES_PER_SECOND = 40_000


class Mode(Enum):
    """What the proxy does with connections and bytes."""

    PASS = "pass"
    CUT = "cut"  # closes what is open and refuses what is new, as when a server is stopped
    RESET = "reset"  # the same with a TCP reset
    HALF_OPEN = "half-open"  # open connections go silent in both directions and stay open; new ones work
    BLACK_HOLE = "black hole"  # everything is accepted and nothing is ever answered
    DELAY = "delay"  # every piece comes late
    THROTTLE = "throttle"  # few bytes a second
    MID_FRAME = "cut in mid-frame"  # half of the next piece arrives, then the connection is reset


class _Pair:
    """One connection through the proxy; what it was told holds for its life, also after the proxy passes again."""

    def __init__(self, client: asyncio.StreamWriter, server: asyncio.StreamWriter | None) -> None:
        self.client = client
        self.server = server
        self.silent = False

    def close(self, *, reset: bool) -> None:
        for writer in (self.client, self.server):
            if writer is None:
                continue
            if reset:
                sock = writer.get_extra_info("socket")
                with contextlib.suppress(OSError):
                    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                writer.transport.abort()
            else:
                writer.close()


class Proxy:
    """Listens on a free port of loopback and passes everything on to ``port``."""

    def __init__(self, name: str, port: int) -> None:
        self.name = name
        self.target = port
        self.port = 0
        self.mode = Mode.PASS
        self._pairs: set[_Pair] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        self._close_all(reset=True)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def turn(self, mode: Mode) -> None:
        """From now on this; turning to ``PASS`` heals. Connections that went silent stay so: nobody mends those."""
        self.mode = mode
        if mode in (Mode.CUT, Mode.RESET):
            self._close_all(reset=mode is Mode.RESET)
        if mode in (Mode.HALF_OPEN, Mode.BLACK_HOLE):
            for pair in self._pairs:
                pair.silent = True

    def _close_all(self, *, reset: bool) -> None:
        for pair in list(self._pairs):
            pair.close(reset=reset)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        pair = _Pair(writer, None)
        if self.mode in (Mode.CUT, Mode.RESET):
            pair.close(reset=self.mode is Mode.RESET)
            return
        self._pairs.add(pair)
        try:
            if self.mode is Mode.BLACK_HOLE:
                pair.silent = True
                while await reader.read(CHUNK):
                    pass
                return
            from_server, pair.server = await asyncio.open_connection("127.0.0.1", self.target)
            there = asyncio.create_task(self._pump(pair, reader, pair.server))
            back = asyncio.create_task(self._pump(pair, from_server, writer))
            _, left = await asyncio.wait({there, back}, return_when=asyncio.FIRST_COMPLETED)
            for other in left:
                other.cancel()
            await asyncio.gather(there, back, return_exceptions=True)
        except OSError:
            pair.close(reset=True)
        finally:
            self._pairs.discard(pair)
            pair.close(reset=False)

    async def _pump(self, pair: _Pair, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(CHUNK):
                if pair.silent:
                    continue
                match self.mode:
                    case Mode.DELAY:
                        await asyncio.sleep(DELAY)
                    case Mode.THROTTLE:
                        await asyncio.sleep(len(data) / BYTES_PER_SECOND)
                    case Mode.MID_FRAME if len(data) > 1:
                        writer.write(data[: len(data) // 2])
                        await writer.drain()
                        pair.close(reset=False)
                        return
                    case _:
                        pass
                writer.write(data)
                await writer.drain()
