"""What the supervisor asks of a service that starts, many times a second."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from deploy.local.system import http_answers

Answers = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def answering(said: bytes) -> Answers:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = await reader.readuntil(b"\r\n\r\n")
        writer.write(
            said if asked.startswith(b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1:") else b"HTTP/1.1 400 Bad\r\n\r\n"
        )
        await writer.drain()
        writer.close()

    return answer


@pytest.mark.parametrize(
    ("said", "ready"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}", True),
        (b"HTTP/1.1 503 Service Unavailable\r\ncontent-length: 3\r\n\r\n200", False),
        (b"", False),
        (b"\x08\x00\x00\n200\n", False),
    ],
)
async def test_only_a_200_is_ready(said: bytes, ready: bool) -> None:
    server = await asyncio.start_server(answering(said), "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        assert await http_answers(f"http://127.0.0.1:{port}/readyz") is ready


async def test_nobody_there_is_not_ready() -> None:
    server = await asyncio.start_server(answering(b""), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()

    assert not await http_answers(f"http://127.0.0.1:{port}/readyz")
