"""
A load generator: ready-made HTTP requests down keep-alive connections over a unix socket.

Each connection sends its next request when it has the answer to the last one. The bytes are made
beforehand, so that the generator costs little beside what it measures.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer, and how long it took."""

    seconds: float
    status: int
    body: bytes


def request(path: str, query: dict[str, str], body: bytes) -> bytes:
    """Return a POST as it goes over the wire."""
    head = (
        f"POST {path}?{urlencode(query)} HTTP/1.1\r\nHost: bench\r\n"
        f"Content-Type: text/xml\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def drive(socket: Path, requests: Sequence[bytes], connections: int) -> list[Answer]:
    """Send all requests, spread over the connections; returns the answers in their order."""
    return asyncio.run(_drive(socket, requests, connections))


async def _drive(socket: Path, requests: Sequence[bytes], connections: int) -> list[Answer]:
    answers: dict[int, Answer] = {}

    async def connection(mine: range) -> None:
        reader, writer = await asyncio.open_unix_connection(socket)
        for number in mine:
            answers[number] = await _exchange(reader, writer, requests[number])
        writer.close()
        await writer.wait_closed()

    shares = (range(n, len(requests), connections) for n in range(connections))
    await asyncio.gather(*(connection(share) for share in shares if len(share)))
    return [answers[number] for number in range(len(requests))]


async def _exchange(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> Answer:
    started = time.perf_counter()
    writer.write(request)
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    _, _, after = head.partition(b"content-length:")
    body = await reader.readexactly(int(after.split(b"\r\n", 1)[0]))
    return Answer(time.perf_counter() - started, int(head.split(b" ", 2)[1]), body)
