"""Wine stations for a lab: cloned, booted, and brought to the state the scenario wants by real installers."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from ..backend import Release
from ..journal import Journal
from ..scenario import ReleaseSpec, StationSpec
from ..simulated.installer.package import build_responses
from ..simulated.installer.products import CLIENT, NAMES, UNINSTALL_STRING, exe_name, folder, product_code, year_of
from ..simulated.options import InstallerFault
from ..station import Account, Power, ShellOptions
from .farm import WineFarm
from .installers import build_iss, build_msi, build_nsis, build_setup
from .options import WineOptions
from .station import WineStation

__all__ = ["WineBackend"]

_PROVISION = r"C:\windows\lab\provision"
_UNINSTALL = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Uninstall"
# Seconds that any step of making a station may take before the lab gives up on it.
_PATIENCE = 60
_DURATIONS = ("seconds", "linger", "rewrite_seconds")


class WineBackend:
    """Implements ``tests.lab.backend.Backend``. Only 64-bit stations: wine64 alone runs nothing else."""

    def __init__(self, *, clock: float, journal: Journal) -> None:
        self._clock = clock
        self._journal = journal
        self._farm: WineFarm | None = None

    async def open(self) -> None:
        """Build the template prefix, unless it is in the cache."""
        self._farm = await asyncio.to_thread(WineFarm, self._journal)

    async def close(self) -> None:
        """Stop and remove every prefix."""
        if self._farm is not None:
            await self._farm.close()

    async def build_release(self, spec: ReleaseSpec) -> Release:
        """A real installer; ``technology`` among the options chooses which. Durations are station seconds."""
        return await asyncio.to_thread(self._build, spec)

    def _build(self, spec: ReleaseSpec) -> Release:
        options: dict[str, Any] = dict(spec.options)
        technology = options.pop("technology", "installscript")
        product = NAMES[spec.product]
        code = product_code(year_of(spec.release), "x64", product)
        if technology != "installscript" and product != CLIENT:
            raise ValueError(f"{product} is made with InstallScript only")
        if technology == "msi":
            return Release(
                files={"setup.msi": build_msi(spec.release, code=code).read_bytes()},
                product_code=code,
                technology=technology,
            )
        # The lab's program of no known technology: what makes it silent comes with its publication.
        if technology in {"nsis", "custom"}:
            return Release(
                files={"setup.exe": build_nsis(spec.release, code=code).read_bytes()},
                product_code=code,
                technology=technology,
            )
        responses = build_responses(options, product=product, release=spec.release)
        # Station seconds in a scenario, real ones in a program.
        durations = {"seconds": 20.0} | {name: options.pop(name) for name in _DURATIONS if name in options}
        options |= {name: float(value) / self._clock for name, value in durations.items()}
        setup = build_setup(spec.release, product=product, arch=spec.arch, **options)
        return Release(
            files={"setup.exe": setup.read_bytes(), **responses},
            product_code=code,
        )

    async def add_station(self, spec: StationSpec, *, address: str, accounts: tuple[Account, ...]) -> WineStation:
        """Clone, boot, install the clients the scenario wants, then break what it wants broken."""
        del address  # a Wine station's own connections come from the loopback's first address
        assert self._farm is not None
        options: dict[str, Any] = dict(spec.options)
        clients = options.pop("clients", [])
        running = options.pop("running_client", None)
        if options.pop("arch", "x64") != "x64":
            raise ValueError(f"{spec.name}: Wine stations are 64-bit")
        # Refused by the WS-Man server, before the station is asked (tests/lab/lab.py).
        for refused in ("deny_wmi", "deny_shells"):
            options.pop(refused, None)
        fault = options.pop("installer_fault", None)
        if "session_open" in options:
            options["session_open"] = bool(options["session_open"])
        wanted = Power.ON if clients or spec.power == "on" else Power.OFF
        station = await self._farm.add(WineOptions(name=spec.name, accounts=accounts, **options), power=wanted)
        for client in clients:
            await self._install(station, **client)
        if fault:
            # For the setups that are tested, not for those that make the station.
            station.set_fault(InstallerFault(**fault))
        if running:
            path = _exe(str(running))
            await station.start_process(f'"{path}"', interactive=True)
        if spec.power != "on":
            await station.set_power(Power.OFF)
        return station

    async def _install(
        self,
        station: WineStation,
        *,
        release: str,
        product: str = "pronote_client",
        entry: bool = True,
        exe: bool = True,
        arch: str = "x64",
        uninstall_string: str = UNINSTALL_STRING,
    ) -> None:
        name = NAMES[product]
        setup = await asyncio.to_thread(
            build_setup, release, arch=arch, product=name, uninstall_string=uninstall_string
        )
        folder = station.prefix.host_path(_PROVISION)
        await asyncio.to_thread(_put, folder, setup, build_iss(product=name, release=release))
        line = rf'start "" /wait "{_PROVISION}\setup.exe" /s /f1"{_PROVISION}\r.iss" /f2"{_PROVISION}\setup.log"'
        await _run(station, line)
        await _run(station, rf'rmdir /s /q "{_PROVISION}"')
        code = product_code(year_of(release), arch, name)
        if not entry:
            await _run(station, rf'reg delete "{_UNINSTALL}\{code}" /f /reg:32')
        if not exe:
            await _run(station, f'del "{_exe(release, name)}"')


def _exe(release: str, product: str = CLIENT) -> str:
    return f"{folder(year_of(release), 'x64', x64_windows=True, product=product)}\\{exe_name(product)}"


def _put(folder: Path, setup: Path, response: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "setup.exe").write_bytes(setup.read_bytes())
    (folder / "r.iss").write_bytes(response.encode("cp1252"))


async def _run(station: WineStation, line: str) -> None:
    """Run a command line to its end. Raises RuntimeError when it fails."""
    command = await station.start_command(
        line, (), account=station.accounts[0], options=ShellOptions(codepage=65001), skip_cmd_shell=False
    )
    said = b""
    async with asyncio.timeout(_PATIENCE):
        async for _stream, piece in command.output():
            said += piece
        code = await command.wait()
    if code:
        raise RuntimeError(f"{station.name}: {line} ended with {code}: {said.decode('utf-8', 'replace')}")
