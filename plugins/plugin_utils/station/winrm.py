# SPDX-License-Identifier: GPL-3.0-or-later
"""A station reached over the stock ``winrm`` connection: commands through WinRS, facts through WMI. No PowerShell.

Verbosity: ``-vvvv`` each command and read with its result, ``-vvvvv`` raw output. Nothing here is logged under
``no_log``, and nothing passed to a command line may be a secret. I/O: the station, the network and Ansible.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import requests
import xmltodict
from ansible.errors import AnsibleError
from ansible.utils.display import Display
from winrm.exceptions import (
    AuthenticationError,
    WinRMError,
    WinRMOperationTimeoutError,
    WinRMTransportError,
    WSManFaultError,
)

from .cmdline import whole
from .errors import (
    CommandTimeoutError,
    ProtocolFaultError,
    StationError,
    StationFactError,
    UnreachableError,
    UnsupportedConnectionError,
    from_connection_message,
    from_fault,
)
from .events import Events, Watcher
from .wmi import (
    Row,
    enumerate_body,
    parse_enumerate,
    parse_get,
    pull_body,
    resource_uri,
)

__all__ = ["CommandResult", "WinrmStation"]

display = Display()

_TRANSFER_GET = "http://schemas.xmlsoap.org/ws/2004/09/transfer/Get"
_ENUMERATE = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/Enumerate"
_PULL = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/Pull"

# The shell's count of operations is used up: it does not go down when a command ends, only a new shell helps
# (ansible/plugins/connection/winrm.py, _winrm_run_command).
_SHELL_USED_UP = 0x803381A6
# "The service cannot find the resource identified by the resource URI and selectors" (microsoft/omi#254 has a
# recorded answer) and WBEM_E_NOT_FOUND.
_NOT_FOUND = frozenset({0x80338000, 0x80041002})

# Seconds before the first Receive of a command and, doubling, before the next ones. The station answers a Receive as
# soon as anything was written: without a pause a line of twenty commands costs up to twenty requests.
_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 0.8


@dataclass(frozen=True, kw_only=True)
class CommandResult:
    """What a command left: exit code (32-bit unsigned) and raw output."""

    code: int
    stdout: bytes
    stderr: bytes

    def describe(self) -> str:
        """Its code and the end of what it said, for an error message."""
        said = (self.stderr or self.stdout).decode("utf-8", "replace").strip()
        return f"exit code {self.code}" + (f": {' '.join(said.split())[-300:]}" if said else "")

    def check(self, fact: str, *, remedy: str) -> None:
        """Raise StationFactError with this fact, and what the command said, unless it ended well."""
        if self.code:
            raise StationFactError(f"{fact} ({self.describe()})", remedy=remedy)


class WinrmStation:
    """Commands and reads on one station. Connects on first use; every failure is a StationError."""

    def __init__(self, connection: Any, events: Events | None = None) -> None:
        """``events``: where it is told how far the work on it is. Raises UnsupportedConnectionError."""
        # Any: protocol and shell_id are the stock plugin's own attributes, which ConnectionBase does not declare.
        if getattr(connection, "transport", None) != "winrm":
            raise UnsupportedConnectionError(
                f"this station uses the connection plugin {getattr(connection, 'transport', '?')!r}",
                remedy="Set ansible_connection: winrm for it (docs/winrm.md).",
            )
        self._connection = connection
        self.events = events or Events()
        self.watcher = Watcher()

    def connect(self) -> None:
        """Open the connection and its shell. Raises StationError."""
        if self._connection.connected:
            return
        try:
            self._connection._connect()
        except (AnsibleError, requests.exceptions.RequestException, OSError) as exc:
            raise from_connection_message(str(exc)) from exc
        session = self._connection.protocol.transport.session
        if session is not None:
            # pywinrm has put the proxies of the environment into the session by now. Without this, requests goes
            # through the whole environment again for every message: an eighth of an audit's CPU (docs/benchmarks.md).
            session.trust_env = False

    def close(self) -> None:
        """Delete the shell and close the connection; a station that is gone is no error."""
        with contextlib.suppress(Exception):
            self._connection.close()
        # close() of the stock plugin keeps them when the station does not answer any more.
        self._connection.protocol = None
        self._connection.shell_id = None
        self._connection._connected = False

    def run(self, command: str, *, timeout: float = 120.0, doing: str) -> CommandResult:
        """Run a cmd.exe command line and wait for its end, at most ``timeout`` seconds (then it is terminated).

        ``doing`` says what for, in error messages: "reading the registry". Raises StationError.
        """
        self.connect()
        display.vvvv(f"WINRS {command}", host=self._host)
        with self._faults(doing):
            command_id = self._start(whole(command))
        try:
            with self._faults(doing):
                result = self._receive(command_id, deadline=time.monotonic() + timeout)
        finally:
            # Without it the station keeps the command's slot, and a running one goes on.
            with contextlib.suppress(Exception):
                self._connection.protocol.cleanup_command(self._connection.shell_id, command_id)
        if result is None:
            raise CommandTimeoutError(
                f"{doing} took more than {timeout:.0f} s on the station and was stopped",
                remedy="Look for a dialog or an antivirus that holds the command, then run again.",
            )
        display.vvvv(f"WINRS exit code {result.code}", host=self._host)
        display.vvvvv(f"WINRS stdout {result.stdout!r} stderr {result.stderr!r}", host=self._host)
        return result

    def get(self, class_name: str, **selectors: str) -> Row | None:
        """Read one WMI instance by its keys; None when there is none. One request. Raises StationError."""
        doing = f"reading {class_name} over WMI"
        request = self._request(_TRANSFER_GET, resource_uri(class_name), None)
        header = request["env:Envelope"]["env:Header"]
        if selectors:
            header["w:SelectorSet"] = {
                "w:Selector": [{"@Name": name, "#text": value} for name, value in selectors.items()]
            }

        display.vvvv(f"WMI Get {class_name} {selectors}", host=self._host)
        with self._faults(doing):
            try:
                return parse_get(self._send(request))
            except WSManFaultError as exc:
                if not _codes(exc) & _NOT_FOUND:
                    raise
        return None

    def query(self, wql: str) -> list[Row]:
        """Run a WQL query and return every row. One request, and one for each further 200 rows."""
        doing = f"reading {wql.rsplit(' from ', maxsplit=1)[-1].split(maxsplit=1)[0]} over WMI"
        display.vvvv(f"WMI {wql}", host=self._host)
        uri = resource_uri("*")
        request = self._request(_ENUMERATE, uri, enumerate_body(wql))
        rows: list[Row] = []
        with self._faults(doing):
            while True:
                page = parse_enumerate(self._send(request))
                rows += page.rows
                if page.context is None:
                    return rows
                request = self._request(_PULL, uri, pull_body(page.context))

    @property
    def _host(self) -> str | None:
        # Logged as the stock plugin does, by address.
        return getattr(self._connection, "_winrm_host", None)

    def _request(self, action: str, uri: str, body: dict[str, Any] | None) -> dict[str, Any]:
        self.connect()
        return {"env:Envelope": {**self._connection.protocol.build_wsman_header(action, uri), "env:Body": body}}

    def _send(self, request: dict[str, Any]) -> bytes:
        answer: bytes = self._connection.protocol.send_message(xmltodict.unparse(request))
        return answer

    def _start(self, command: str) -> str:
        # Console-mode stdin off: nothing is ever sent, and no command here reads.
        try:
            return self._run_command(command)
        except WSManFaultError as exc:
            if _SHELL_USED_UP not in _codes(exc):
                raise
            display.vvvv("the shell's operations are used up: opening a new one", host=self._host)
            self.close()
            self.connect()
            return self._run_command(command)

    def _run_command(self, command: str) -> str:
        connection = self._connection
        return str(connection.protocol.run_command(connection.shell_id, command, console_mode_stdin=False))

    def _receive(self, command_id: str, *, deadline: float) -> CommandResult | None:
        stdout, stderr, pause = b"", b"", _FIRST_PAUSE
        while True:
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
            try:
                out, err, code, done = self._connection.protocol.get_command_output_raw(
                    self._connection.shell_id, command_id
                )
            except WinRMOperationTimeoutError:
                # Nothing was written during one operation timeout: not an error, ask again.
                out, err, code, done = b"", b"", 0, False
            stdout, stderr = stdout + out, stderr + err
            if done:
                return CommandResult(code=code & 0xFFFFFFFF, stdout=stdout, stderr=stderr)
            if time.monotonic() > deadline:
                return None

    @contextlib.contextmanager
    def _faults(self, doing: str) -> Iterator[None]:
        try:
            yield
        except WSManFaultError as exc:
            raise from_fault(exc.wmierror_code or exc.wsman_fault_code, exc.reason, doing=doing) from exc
        except _TRANSPORT_ERRORS as exc:
            raise self._transport(exc, doing) from exc
        except ValueError as exc:
            raise ProtocolFaultError(f"{doing}: {exc}", remedy="Restart the WinRM service of the station.") from exc

    def _transport(self, exc: Exception, doing: str) -> StationError:
        if isinstance(exc, AuthenticationError):
            return from_connection_message("the specified credentials were rejected by the server")
        if isinstance(exc, WinRMTransportError) and exc.code == 413:
            return ProtocolFaultError(
                f"the station finds the request too large while {doing}",
                remedy="Raise MaxEnvelopeSizekb (winrm set winrm/config).",
            )
        remedy = "Run again once the station answers: what was under way is found and followed."
        if isinstance(exc, requests.exceptions.Timeout | WinRMOperationTimeoutError):
            return UnreachableError(f"the station stopped answering while {doing}", remedy=remedy)
        if isinstance(exc, requests.exceptions.ConnectionError):
            return UnreachableError(f"the connection was cut while {doing}", remedy=remedy)
        return UnreachableError(f"the connection broke while {doing}: {exc}", remedy=remedy)


_TRANSPORT_ERRORS = (
    requests.exceptions.RequestException,
    WinRMTransportError,
    WinRMOperationTimeoutError,
    WinRMError,
    OSError,
    # pywinrm asserts that an answer relates to its request (protocol.py, close_shell, cleanup_command).
    AssertionError,
)


def _codes(exc: WSManFaultError) -> set[int | None]:
    return {exc.wmierror_code, exc.wsman_fault_code}
