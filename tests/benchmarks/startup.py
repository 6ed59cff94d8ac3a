"""``python -m tests.benchmarks.startup``: a school is switched on at eight o'clock, and every station fetches at once.

Each client does what ``pronote-startup.cmd`` and ``install.cmd`` do: it waits a random part of the script's delay, asks
the embedded depot for the installer, comes back 15 to 30 s after each 503, and throws away what it gets. ``--hurry N``
makes every time N times shorter and the network N times faster, ``--small N`` makes the file and the network N times
smaller: the picture is the same, and the run takes a minute. Prints a table, writes ``build/bench/startup.json``.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import aiohttp

from tests.benchmarks.depot import publish, serving
from tests.e2e.playbook import ROOT
from tests.servers import free_port

__all__ = ["Morning", "Scale", "measure"]

_ADDRESS = "127.43.0.4"
_PROGRAM = ROOT / "plugins/plugin_utils/depot/server.py"
_PATH = "/pronote/2026.2.7/x64/setup.exe"
_PAUSE = (15, 30)  # seconds: install.cmd, :busy
_BUSY = 3600  # seconds a station waits while the depot is full (busy_timeout)
_CHUNK = 1 << 16


@dataclass(frozen=True, kw_only=True)
class Scale:
    """What is made smaller. ``hurry``: times; ``small``: bytes."""

    hurry: float = 1.0
    small: float = 1.0


@dataclass(kw_only=True)
class Morning:
    """What came of it, in the seconds and bytes of the school: those measured, times the scale."""

    clients: int
    size: int
    spread: int
    transfers: int
    rate: int  # of the depot's network
    served: int = 0
    refusals: int = 0
    most_at_once: int = 0
    first: float = 0.0
    half: float = 0.0
    last: float = 0.0
    longest_wait: float = 0.0  # of one station, while the depot was full
    cpu: float = 0.0  # of the server, as measured
    wall: float = 0.0  # as measured
    scale: Scale = field(default_factory=Scale)


@dataclass(kw_only=True)
class _Now:
    """What goes on. ``began``: of the monotonic clock."""

    session: aiohttp.ClientSession
    url: str
    began: float
    sending: int = 0
    most: int = 0
    ended: list[float] = field(default_factory=list)


async def _station(now: _Now, morning: Morning, seed: int) -> None:
    chance, hurry = random.Random(seed), morning.scale.hurry
    await asyncio.sleep(chance.uniform(0, morning.spread) / hurry)
    waited = 0.0
    while waited < _BUSY:
        async with now.session.get(now.url) as answer:
            if answer.status == 200:
                now.sending += 1
                now.most = max(now.most, now.sending)
                try:
                    got = 0
                    async for chunk in answer.content.iter_chunked(_CHUNK):
                        got += len(chunk)
                finally:
                    now.sending -= 1
                if got == answer.content_length:
                    now.ended.append((time.monotonic() - now.began) * hurry)
                    morning.longest_wait = max(morning.longest_wait, waited)
                return
            if answer.status != 503:
                raise RuntimeError(f"the depot answered {answer.status}")
        morning.refusals += 1
        pause = chance.uniform(*_PAUSE)
        waited += pause
        await asyncio.sleep(pause / hurry)


async def _all(url: str, morning: Morning) -> list[float]:
    connector = aiohttp.TCPConnector(limit=0, force_close=True)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout(total=None)) as session:
        now = _Now(session=session, url=url, began=time.monotonic())
        await asyncio.gather(*(_station(now, morning, seed) for seed in range(morning.clients)))
        morning.wall = time.monotonic() - now.began
    morning.most_at_once = now.most
    return sorted(now.ended)


def measure(morning: Morning) -> Morning:
    """Play it. Raises RuntimeError when the depot answers anything else than the file or 503."""
    scale = morning.scale
    size, rate = int(morning.size / scale.small), int(morning.rate / scale.small * scale.hurry)
    with TemporaryDirectory() as folder:
        depot, port = Path(folder) / "depot", free_port(_ADDRESS)
        publish(depot, size)
        command = [sys.executable, str(_PROGRAM), str(depot), "--address", _ADDRESS, "--port", str(port)]
        command += ["--transfers", str(morning.transfers), "--client-transfers", "0", "--rate", str(rate)]
        command += ["--journal", str(Path(folder) / "journal")]
        with serving(command, _ADDRESS, port) as usage:
            ended = asyncio.run(_all(f"http://{_ADDRESS}:{port}{_PATH}", morning))
    morning.served, morning.cpu = len(ended), usage.cpu
    if ended:
        morning.first, morning.half, morning.last = ended[0], ended[len(ended) // 2], ended[-1]
    return morning


def _table(mornings: list[Morning]) -> str:
    lines = ["| delay s | at once | served | 503 | most at once | first s | half s | last s | longest wait s |"]
    lines.append("|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    lines += [
        f"| {each.spread} | {each.transfers or 'no limit'} | {each.served} | {each.refusals} | {each.most_at_once} "
        f"| {each.first:.0f} | {each.half:.0f} | {each.last:.0f} | {each.longest_wait:.0f} |"
        for each in mornings
    ]
    return "\n".join(lines)


def main() -> int:
    """Measure, print, write; 1 when a station went without."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.startup", description=__doc__)
    parser.add_argument("--clients", type=int, default=300, choices=range(1, 501), metavar="N")
    parser.add_argument("--megabytes", type=int, default=150, choices=range(1, 501), metavar="MB")
    parser.add_argument("--rate", type=int, default=110, choices=range(1, 1251), metavar="MB/s", help="of the network")
    parser.add_argument("--hurry", type=float, default=1.0)
    parser.add_argument("--small", type=float, default=1.0)
    given = parser.parse_args()
    scale = Scale(hurry=given.hurry, small=given.small)
    mornings = [
        measure(
            Morning(
                clients=given.clients,
                size=given.megabytes * 1_000_000,
                rate=given.rate * 1_000_000,
                spread=spread,
                transfers=transfers,
                scale=scale,
            )
        )
        for spread, transfers in ((0, 20), (300, 20), (600, 20))
    ]
    print(_table(mornings))
    for each in mornings:
        print(f"delay {each.spread}, {each.transfers} at once: {each.wall:.1f} s measured, server CPU {each.cpu:.1f} s")
    report = ROOT / "build/bench/startup.json"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.write_text(json.dumps([asdict(each) for each in mornings], indent=1) + "\n", encoding="utf-8")
    print(f"\nReport: {report}")
    return 0 if all(each.served == each.clients for each in mornings) else 1


if __name__ == "__main__":
    sys.exit(main())
