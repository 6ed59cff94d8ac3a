"""A lab that plays recorded answers: as many stations as there are addresses, behind one socket.

What one simulated station answered to a whole reading over Basic (recording.py) is said again on every connection, in
that order. A simulated station costs its machine more than reading it costs, so that of ten thousand on the same cores
the lab would be measured. ``python -m tests.benchmarks.replay RECORDING PORT SECONDS`` serves until its input ends.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.e2e.playbook import ROOT

__all__ = ["replaying"]

_OK = b"HTTP/1.1 200 OK\r\nServer: Microsoft-HTTPAPI/2.0\r\nContent-Type: application/soap+xml;charset=UTF-8\r\n"
_LENGTH = b"content-length:"


class _Station(asyncio.Protocol):
    """One connection: the next answer for each request, whatever it asks."""

    def __init__(self, answers: list[bytes], seconds: float) -> None:
        self._answers = iter(answers)
        self._seconds = seconds
        self._came = bytearray()
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """A whole request has its length in its head, and nothing comes after it before it is answered."""
        self._came += data
        head, found, body = self._came.partition(b"\r\n\r\n")
        if not found:
            return
        length = next(int(line[len(_LENGTH) :]) for line in head.lower().split(b"\r\n") if line.startswith(_LENGTH))
        if len(body) < length:
            return
        self._came.clear()
        answer = next(self._answers, None)
        if answer is not None and self._seconds:
            asyncio.get_running_loop().call_later(self._seconds, self._say, answer)
        else:
            self._say(answer)

    def _say(self, answer: bytes | None) -> None:
        assert self._transport is not None
        if answer is None:
            # More than was recorded.
            self._transport.abort()
        else:
            self._transport.write(answer)


def _answers(recording: Path) -> list[bytes]:
    bodies = (text.encode() for text in json.loads(recording.read_text(encoding="utf-8")))
    return [b"%sContent-Length: %d\r\n\r\n%s" % (_OK, len(body), body) for body in bodies]


async def _serve(answers: list[bytes], port: int, seconds: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: _Station(answers, seconds), "0.0.0.0", port, backlog=1024)
    print("ready", flush=True)
    async with server:
        await asyncio.to_thread(sys.stdin.read)


@contextmanager
def replaying(recording: Path, *, port: int, seconds: float = 0.0) -> Iterator[None]:
    """Answer at every loopback address, each time after so many seconds, until the block ends."""
    command = [sys.executable, "-m", "tests.benchmarks.replay", str(recording), str(port), str(seconds)]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        if not process.stdout.readline():
            raise RuntimeError(f"the recorded stations did not start on port {port}")
        try:
            yield
        finally:
            process.stdin.close()


if __name__ == "__main__":
    asyncio.run(_serve(_answers(Path(sys.argv[1])), int(sys.argv[2]), float(sys.argv[3])))
