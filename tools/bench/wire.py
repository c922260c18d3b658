"""HTTP as lean as can be: httpx takes as long for a request as the intake, and the load shares its cores."""

import asyncio
import time
from collections.abc import Mapping
from urllib.parse import urlsplit

# As long as our own clients do (clients.http); the server waits longer.
IDLE_S_MAX = 30.0

Ends = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Wire:
    """Keep-alive connections to one server; each carries one request at a time."""

    def __init__(self, url: str) -> None:
        where = urlsplit(url)
        self._host, self._port = str(where.hostname), int(where.port or 80)
        # Since when each is idle; the newest is last.
        self._idle: list[tuple[float, Ends]] = []

    async def ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> int:
        """The status of the answer; 0 where the server lets the connection go without one."""
        try:
            return await self._ask(method, path, headers, body)
        except (OSError, EOFError):
            return 0

    async def _ask(self, method: str, path: str, headers: Mapping[str, str], body: bytes) -> int:
        reader, writer = await self._connected()
        told = {"Host": self._host, "Content-Length": str(len(body)), **headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        writer.write(f"{method} {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
        answer = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        fields = dict(line.split(": ", 1) for line in answer.split("\r\n")[1:] if line)
        await reader.readexactly(int(fields["content-length"]))
        if fields.get("connection") == "close":
            writer.close()
        else:
            self._idle.append((time.perf_counter(), (reader, writer)))
        return int(answer.split(" ", 2)[1])

    async def _connected(self) -> Ends:
        if self._idle and self._idle[-1][0] > time.perf_counter() - IDLE_S_MAX:
            return self._idle.pop()[1]
        self.close()
        return await asyncio.open_connection(self._host, self._port)

    def close(self) -> None:
        """Close what is idle."""
        while self._idle:
            self._idle.pop()[1][1].close()
