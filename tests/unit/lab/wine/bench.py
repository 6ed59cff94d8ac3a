"""What the tests of this folder share: a farm for the time of a test, and commands run to their end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Literal

from tests.lab.journal import Journal
from tests.lab.station import Account, ShellOptions
from tests.lab.wine.farm import WineFarm
from tests.lab.wine.options import WineOptions
from tests.lab.wine.station import WineStation

__all__ = ["ADMIN", "Result", "on_station", "run", "until", "within"]

ADMIN = Account(name="Administrateur", password="secret")


@dataclass(frozen=True)
class Result:
    """How a command ended; the streams decoded as UTF-8."""

    code: int
    stdout: str
    stderr: str


async def run(station: WineStation, line: str, *, codepage: int = 65001, stdin: bytes | None = b"") -> Result:
    """Run a command line through cmd; nothing hangs the suite: it is killed after a minute."""
    command = await station.start_command(
        line, (), account=ADMIN, options=ShellOptions(codepage=codepage), skip_cmd_shell=False
    )
    streams = {"stdout": b"", "stderr": b""}
    try:
        async with asyncio.timeout(60):
            if stdin is not None:
                await command.send(stdin, end=True)
            async for stream, piece in command.output():
                streams[stream] += piece
            code = await command.wait()
    except TimeoutError:
        await command.terminate()
        raise
    return Result(code, streams["stdout"].decode("utf-8", "replace"), streams["stderr"].decode("utf-8", "replace"))


async def until(happened: Callable[[], bool]) -> None:
    """Wait for something that only a file or /proc shows. Raises TimeoutError after half a minute."""
    async with asyncio.timeout(30):
        while not happened():  # noqa: ASYNC110  # neither files nor /proc send events here
            await asyncio.sleep(0.03)


def within(scenario: Callable[[WineFarm], Coroutine[Any, Any, None]]) -> None:
    """Run a scenario on a farm of its own; every station is gone at its end."""

    async def main() -> None:
        async with WineFarm(Journal()) as farm:
            async with asyncio.timeout(240):
                await scenario(farm)
            stations = list(farm.stations.values())
        assert [pid for station in stations for pid in station.prefix.pids()] == []

    asyncio.run(main())


def on_station(
    scenario: Callable[[WineStation], Coroutine[Any, Any, None]],
    *,
    language: Literal["en", "fr"] = "fr",
    **options: Any,
) -> None:
    """Run a scenario on one station."""

    async def main(farm: WineFarm) -> None:
        await scenario(await farm.add(WineOptions(name="pc-1", accounts=(ADMIN,), language=language, **options)))

    within(main)
