"""``python -m tests.lab SCENARIO.yml``: run a lab until standard input ends or a signal comes."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import signal
import stat
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ansible_collections.rentree.pronote.plugins.module_utils.base.clock import AHEAD

from tests.lab.lab import Lab
from tests.lab.scenario import load_scenario

__all__ = ["run"]


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.lab", description=__doc__)
    parser.add_argument("scenario", type=Path, help="scenario file (tests/lab/scenarios)")
    parser.add_argument("--network", default="127.20", help="first two bytes of every address (default: %(default)s)")
    parser.add_argument("--work", type=Path, default=Path("build/lab"), help="folder for depot and downloads")
    parser.add_argument("--backend", choices=["simulated", "wine"], default="simulated")
    parser.add_argument("--ahead", type=int, default=0, help="seconds that its clock is ahead of the machine's")
    return parser.parse_args(arguments)


async def _stdin_ends() -> None:
    reader = asyncio.StreamReader()
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    await reader.read()


async def run(given: Sequence[str]) -> None:
    """Run a lab with the arguments of a command line."""
    arguments = _parsed(given)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    scenario = load_scenario(arguments.scenario)
    os.environ[AHEAD] = str(arguments.ahead)
    async with Lab(scenario, network=arguments.network, work=arguments.work, backend=arguments.backend) as lab:
        print(json.dumps(lab.info()), flush=True)
        waits: list[asyncio.Task[Any]] = [asyncio.create_task(stop.wait())]
        # Started by tests through a pipe: the lab ends with them, however they end.
        if stat.S_ISFIFO(os.fstat(sys.stdin.fileno()).st_mode):
            waits.append(asyncio.create_task(_stdin_ends()))
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for task in waits:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1:]))
