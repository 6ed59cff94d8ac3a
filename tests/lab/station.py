"""What a lab station is: the one interface behind which stations are simulated or run under Wine.

The WS-Man server (``tests/lab/wsman``) speaks the protocol and knows nothing of Windows; a back end knows Windows and
nothing of the protocol. Everything here is what both agree on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

__all__ = [
    "Account",
    "CommandRefusedError",
    "Power",
    "RunningCommand",
    "ShellOptions",
    "Station",
    "WmiError",
    "WmiInstance",
    "WmiValue",
]

WmiValue = None | bool | int | str | dt.datetime | list[str] | list[int]
"""One property of a WMI instance. ``datetime`` is aware; ``None`` is sent as ``xsi:nil``."""


class Power(Enum):
    """Whether the station answers. OFF refuses TCP connections; BOOTING too, until it is ON."""

    ON = "on"
    OFF = "off"
    BOOTING = "booting"


@dataclass(frozen=True, kw_only=True)
class Account:
    """An administrator of the station, as the WinRM service knows it: a local one, or one of ``domain``."""

    name: str
    password: str
    domain: str = ""  # as NTLM names it: "LYCEE"
    # Thumbprint (SHA-1, lower-case hex) of the client certificate mapped to this account, if any.
    certificate: str | None = None
    # The account of a domain that this one stands for, if any: "deploy@LAB.EXAMPLE.ORG".
    principal: str | None = None


@dataclass(frozen=True, kw_only=True)
class ShellOptions:
    """What WinRS fixes when a shell is created and every command in it inherits."""

    codepage: int = 437
    working_directory: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    no_profile: bool = False


class CommandRefusedError(Exception):
    """The station refuses to start a command; ``code`` is the Win32 error (5: access denied, 2: file not found…)."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


class WmiError(Exception):
    """A WMI failure, by its HRESULT.

    0x80041010 invalid class, 0x80041002 instance not found, 0x8004100E invalid namespace, 0x80041017 invalid query,
    0x80041003 access denied, 0x80041008 invalid parameter, 0x80041024 provider cannot do that ("not capable").
    """

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, kw_only=True)
class WmiInstance:
    """One instance: the class it is of and its properties, all of them (the server projects for ``select a, b``)."""

    namespace: str  # "root/cimv2", lower case, forward slashes
    class_name: str  # as Windows spells it: "Win32_Process"
    properties: Mapping[str, WmiValue]


class RunningCommand(Protocol):
    """A process tree started for one WinRS command."""

    def output(self) -> AsyncIterator[tuple[str, bytes]]:
        """Yield ("stdout" | "stderr", bytes) as the command writes; ends when every writer closed its end."""
        ...

    async def wait(self) -> int:
        """Return the exit code, 32-bit unsigned, once the command has ended."""
        ...

    async def send(self, data: bytes, *, end: bool) -> None:
        """Write to the command's standard input; ``end`` closes it."""
        ...

    async def terminate(self, *, ctrl_c: bool = False) -> None:
        """Kill the command with every process it started that is still in its job object."""
        ...


class Station(Protocol):
    """One Windows station. Methods may be called at once from several connections."""

    @property
    def name(self) -> str:
        """The inventory name, also the computer name in upper case."""
        ...

    @property
    def power(self) -> Power: ...

    @property
    def accounts(self) -> tuple[Account, ...]: ...

    async def start_command(
        self, command: str, arguments: tuple[str, ...], *, account: Account, options: ShellOptions, skip_cmd_shell: bool
    ) -> RunningCommand:
        """Start what WinRS was asked to: ``%COMSPEC% /C command arguments…``, unless ``skip_cmd_shell``.

        The line is handed on as it came, without quotes around it (docs/fidelity.md, W23): ``cmd`` then takes the
        first and the last quote off a line that begins with one.

        Raises CommandRefusedError.
        """
        ...

    async def wmi_get(self, namespace: str, class_name: str, selectors: Mapping[str, str]) -> WmiInstance:
        """Return the instance with these keys (none: the singleton). Raises WmiError."""
        ...

    async def wmi_instances(self, namespace: str, class_name: str) -> list[WmiInstance]:
        """Return every instance of a class, for Enumerate; the server applies WQL. Raises WmiError."""
        ...

    async def wmi_invoke(
        self, namespace: str, class_name: str, method: str, selectors: Mapping[str, str], arguments: Mapping[str, str]
    ) -> Mapping[str, WmiValue]:
        """Call a method (``StdRegProv.EnumKey``…); the result holds ``ReturnValue`` and the out parameters."""
        ...

    async def people(self, what: str, argument: str = "") -> None:
        """Somebody at the station does something: ``log_on`` (name), ``log_off``, ``start`` (release), ``close`` or
        ``update`` (to a release).

        Raises ValueError for what this back end cannot play.
        """
        ...

    async def snapshot(self) -> bytes:
        """The whole mutable state (registry, files, tasks, processes, services) in a canonical form.

        Two snapshots are equal byte for byte exactly when nothing changed; clock and process ids of the service
        hosts are left out.
        """
        ...

    async def set_power(self, power: Power) -> None:
        """Cut or restore the power. Cutting kills every process; files half written stay as they are."""
        ...

    async def restart(self) -> None:
        """Restart: off now, on again after the station's own boot time. Each change is journaled as "power"."""
        ...

    def sync_journal(self) -> None:
        """Add to the journal what the station's own programs have noted since the last time."""
        ...
