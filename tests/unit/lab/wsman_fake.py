"""A station of a few scripted commands and three WMI classes, and a server for it in a thread: for these tests only."""

from __future__ import annotations

import asyncio
import datetime as dt
import itertools
import re
import socket
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from tests.lab.faults import Fault, FaultPlan
from tests.lab.journal import Event, Journal
from tests.lab.station import Account, CommandRefusedError, Power, ShellOptions, WmiError, WmiInstance, WmiValue
from tests.lab.wsman import Listening, Tls, WsmanServer

T = TypeVar("T")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


# Of this process: workers of pytest-xdist run the same modules on the same addresses.
HTTP_PORT, HTTPS_PORT = _free_port(), _free_port()
KILLED = 0xC000013A
ACCOUNT = Account(name="déploiement", password="Lab:only é1")
_ADDRESSES = itertools.count(1)
INSTALLED = dt.datetime(2026, 8, 27, 10, 0, 0, tzinfo=dt.UTC)


def new_address() -> str:
    """A loopback address that no other test of this process has."""
    number = next(_ADDRESSES)
    return f"127.44.{number // 250}.{number % 250 + 1}"


class _Notice(Fault):
    """No fault, but a bell: rings when the server is about to handle a request that matches."""

    def __init__(self, match: str) -> None:
        super().__init__(effect="delay", match=match)
        self.rung = threading.Event()

    def fires(self, what: str) -> bool:
        if re.search(self.match, what):
            self.rung.set()
        return False


class FakeCommand:
    """Runs one line of the table in ``_script``, in this process."""

    def __init__(self, line: str, options: ShellOptions) -> None:
        self.killed = asyncio.Event()
        self.input: asyncio.Queue[bytes | None] = asyncio.Queue()
        self._line = line
        self._options = options
        self._code = 0

    async def output(self) -> AsyncIterator[tuple[str, bytes]]:
        name, _, rest = self._line.partition(" ")
        codec = "utf-8" if self._options.codepage == 65001 else f"cp{self._options.codepage}"
        match name:
            case "echo":
                yield "stdout", f"{rest}\r\n".encode(codec)
            case "mixed":
                for number in range(int(rest)):
                    yield ("stdout", "stderr")[number % 2], b"%d " % number
            case "big":
                for start in range(0, int(rest), 50_000):
                    yield "stdout", bytes((start + i) % 251 for i in range(min(50_000, int(rest) - start)))
            case "exit":
                self._code = int(rest)
            case "show":
                yield "stdout", repr((dict(self._options.environment), self._options.working_directory)).encode()
            case "cat":
                while (data := await self.input.get()) is not None:
                    yield "stdout", data
            case "hang":
                yield "stdout", b"started"
                await self.killed.wait()
                self._code = KILLED
            case "silent":
                await self.killed.wait()
                self._code = KILLED
            case _:
                yield "stderr", f"'{name}' is not recognized\r\n".encode(codec)
                self._code = 9009

    async def wait(self) -> int:
        return self._code

    async def send(self, data: bytes, *, end: bool) -> None:
        self.input.put_nowait(data)
        if end:
            self.input.put_nowait(None)

    async def terminate(self, *, ctrl_c: bool = False) -> None:
        self.killed.set()

    async def wait_killed(self) -> None:
        """Return once something terminated it."""
        await self.killed.wait()


def _instance(class_name: str, **properties: WmiValue) -> WmiInstance:
    return WmiInstance(namespace="root/cimv2", class_name=class_name, properties=properties)


class FakeStation:
    """Implements ``tests.lab.station.Station``."""

    def __init__(self, name: str, journal: Journal, *accounts: Account) -> None:
        self.name = name
        self.power = Power.ON
        self.accounts = accounts or (ACCOUNT,)
        self.started: list[FakeCommand] = []
        self.slow: Callable[[], Coroutine[Any, Any, None]] | None = None
        self._journal = journal
        self.instances = {
            "win32_process": [
                _instance("Win32_Process", Name=f"p{n}.exe", ProcessId=n, Handle=str(n), CommandLine=None)
                for n in range(7)
            ],
            "win32_operatingsystem": [
                _instance(
                    "Win32_OperatingSystem",
                    Caption="Microsoft Windows 11 Éducation <&>",
                    InstallDate=INSTALLED,
                    MUILanguages=["fr-FR", "en-US"],
                    PortableOperatingSystem=False,
                )
            ],
            "lab_large": [_instance("Lab_Large", Text="é" * 40_000) for _ in range(4)],
        }

    async def start_command(
        self, command: str, arguments: tuple[str, ...], *, account: Account, options: ShellOptions, skip_cmd_shell: bool
    ) -> FakeCommand:
        if command == "refuse":
            raise CommandRefusedError(int(arguments[0]), "The system cannot find the file specified. ")
        started = FakeCommand(" ".join([command, *arguments]), options)
        self.started.append(started)
        return started

    async def wmi_get(self, namespace: str, class_name: str, selectors: Mapping[str, str]) -> WmiInstance:
        for each in await self.wmi_instances(namespace, class_name):
            if all(str(each.properties.get(name)) == value for name, value in selectors.items()):
                return each
        raise WmiError(0x80041002, "Not found")

    async def wmi_instances(self, namespace: str, class_name: str) -> list[WmiInstance]:
        if self.slow is not None:
            await self.slow()
        if namespace != "root/cimv2":
            raise WmiError(0x8004100E, "Invalid namespace")
        if class_name.lower() not in self.instances:
            raise WmiError(0x80041010, "Invalid class")
        return self.instances[class_name.lower()]

    async def wmi_invoke(
        self, namespace: str, class_name: str, method: str, selectors: Mapping[str, str], arguments: Mapping[str, str]
    ) -> Mapping[str, WmiValue]:
        return {"ReturnValue": 0, "sNames": [namespace, class_name, method, *map("=".join, arguments.items())]}

    async def people(self, what: str, argument: str = "") -> None:
        raise ValueError(what)

    async def snapshot(self) -> bytes:
        return b""

    async def set_power(self, power: Power) -> None:
        self.power = power
        self._journal.add("power", self.name, power=power.value)

    async def restart(self) -> None:
        await self.set_power(Power.OFF)
        await self.set_power(Power.ON)

    def sync_journal(self) -> None:
        pass


class ServerThread:
    """A WsmanServer on a loop of its own; clients are synchronous."""

    def __init__(self, tls: Tls | None) -> None:
        self.journal = Journal()
        self.stations: dict[str, FakeStation] = {}
        self.faults: dict[str, FaultPlan] = {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.server = self.run(self._make(tls))

    async def _make(self, tls: Tls | None) -> WsmanServer:
        return WsmanServer(journal=self.journal, http_port=HTTP_PORT, https_port=HTTPS_PORT, tls=tls)

    def run(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Run on the server's loop and return the result."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(timeout=60)

    def add(
        self, address: str, *accounts: Account, rules: list[dict[str, Any]] | None = None, **listening: Any
    ) -> FakeStation:
        """Add a station; ``listening`` as for Listening. Its name is ``station-`` and the address."""
        station = FakeStation(f"station-{address}", self.journal, *accounts)
        self.stations[address] = station
        self.faults[address] = FaultPlan.from_data(rules or [])
        self.run(self.server.add_station(station, Listening(address=address, **listening), self.faults[address]))
        return station

    def power(self, address: str, power: Power) -> None:
        """Switch a station, and return once its sockets agree."""
        station = self.stations[address]
        self.run(station.set_power(power))
        self.run(self.server.power_changed(station.name))

    def requests(self, address: str, *, legs: bool = False) -> list[Event]:
        """Journaled requests to a station."""
        events = self.journal.select(kind="request", station=f"station-{address}")
        return [event for event in events if legs or not event.data.get("leg")]

    def notice(self, address: str, match: str) -> threading.Event:
        """Set when a matching request arrives. It is handled as far as it can go before any later request is."""
        bell = _Notice(match)
        self.faults[address].faults.append(bell)
        return bell.rung

    def stop(self) -> None:
        """Stop serving, and the loop."""
        self.run(self.server.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


@contextmanager
def running_server(tls: Tls | None = None) -> Iterator[ServerThread]:
    """A server that is stopped at the end."""
    thread = ServerThread(tls)
    try:
        yield thread
    finally:
        thread.stop()
