"""A sender of POSTs that hardly costs the machine anything: what is measured is the service, not its client."""

import asyncio
import json
from typing import Any
from urllib.parse import urlsplit


class Posting:
    """JSON to one service over connections that are kept open, as many as are busy at once."""

    def __init__(self, base_url: str, token: str) -> None:
        place = urlsplit(base_url)
        self._host, self._port = place.hostname or "127.0.0.1", place.port or 80
        self._head = f"Host: {place.netloc}\r\nAuthorization: Bearer {token}\r\nContent-Type: application/json\r\n"
        self._free: list[tuple[asyncio.StreamReader, asyncio.StreamWriter]] = []

    async def post(self, path: str, body: dict[str, Any], key: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers (in small letters) and body of the answer."""
        content = json.dumps(body).encode()
        head = f"POST {path} HTTP/1.1\r\n{self._head}Idempotency-Key: {key}\r\nContent-Length: {len(content)}\r\n\r\n"
        reader, writer = self._free.pop() if self._free else await asyncio.open_connection(self._host, self._port)
        writer.write(head.encode() + content)
        lines = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = {
            name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])
        }
        answer = await reader.readexactly(int(headers.get("content-length", "0")))
        if headers.get("connection") == "close":
            writer.close()
        else:
            self._free.append((reader, writer))
        return int(lines[0].split()[1]), headers, answer

    def close(self) -> None:
        for _, writer in self._free:
            writer.close()
        self._free.clear()
