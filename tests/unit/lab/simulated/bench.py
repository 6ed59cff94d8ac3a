"""A station to try things on, with its commands run to the end."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from tests.lab.simulated import Clock, SimulatedOptions, SimulatedStation
from tests.lab.station import Account, ShellOptions

__all__ = ["ADMIN", "Result", "inside", "make_station", "run", "script", "until"]

ADMIN = Account(name="admin", password="lab")
T = TypeVar("T")


@dataclass(frozen=True)
class Result:
    """What a command left."""

    code: int
    out: str
    err: str
    raw: bytes


def make_station(*, scale: float = 2000.0, **options: Any) -> SimulatedStation:
    """A station in English unless said otherwise."""
    merged: dict[str, Any] = {"name": "salle-101", "accounts": (ADMIN,), "language": "en", **options}
    return SimulatedStation(SimulatedOptions(**merged), clock=Clock(scale=scale))


async def run(
    station: SimulatedStation, line: str, *, codepage: int = 65001, stdin: bytes | None = None, **options: Any
) -> Result:
    """Run a WinRS command line to its end."""
    command = await station.start_command(
        line, (), account=ADMIN, options=ShellOptions(codepage=codepage, **options), skip_cmd_shell=False
    )
    if stdin is not None:
        await command.send(stdin, end=True)
    parts = {"stdout": b"", "stderr": b""}
    async for stream, data in command.output():
        parts[stream] += data
    encoding = "utf-8" if codepage == 65001 else f"cp{codepage}"
    return Result(
        await command.wait(),
        parts["stdout"].decode(encoding, "replace"),
        parts["stderr"].decode(encoding, "replace"),
        parts["stdout"],
    )


async def script(
    station: SimulatedStation, text: str, arguments: str = "", *, name: str = "t.cmd", **options: Any
) -> Result:
    """Run a batch file of these lines from ``C:\\lab``."""
    folder = "C:\\lab"
    if not station.files.is_directory(folder):
        station.files.make_directory(folder, token=station.system)
    data = text.strip("\n").replace("\n", "\r\n").encode("utf-8") + b"\r\n"
    station.files.write(f"{folder}\\{name}", data, token=station.system)
    return await run(station, f"{folder}\\{name} {arguments}".rstrip(), working_directory=folder, **options)


def inside(action: Callable[[], Awaitable[T]]) -> T:
    """Run a coroutine function in a loop of its own, at most a minute."""

    async def limited() -> T:
        async with asyncio.timeout(60):
            return await action()

    return asyncio.run(limited())


async def until(condition: Callable[[], bool]) -> None:
    """Wait for something the station does by itself; ``inside`` limits how long."""
    while not condition():  # noqa: ASYNC110  (any state of the station may be asked)
        await asyncio.sleep(0.001)
