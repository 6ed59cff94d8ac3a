# SPDX-License-Identifier: GPL-3.0-or-later
"""A station reached over the stock ``winrm`` connection: commands through WinRS, facts through WMI. No PowerShell.

Verbosity: ``-vvvv`` each command and read with its result, ``-vvvvv`` raw output. Nothing here is logged under
``no_log``, and nothing passed to a command line may be a secret. I/O: the station, the network and Ansible.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, TypeVar

import xmltodict
from ansible.errors import AnsibleError
from winrm.exceptions import AuthenticationError, WinRMError

from ...module_utils.base.deadline import Deadline
from .causes import Way, from_exception, from_preparation
from .cmdline import whole
from .errors import (
    CommandTimeoutError,
    ForbiddenAnswerError,
    StationError,
    StationFactError,
    UnreachableError,
    UnsupportedConnectionError,
)
from .events import Events, Watcher
from .fault_codes import LOST_SHELL, NOT_FOUND, NOTHING_YET
from .guard import Guard, guard_of
from .rules import BreachError, too_many
from .soap import OddAnswerError, content_of
from .telling import telling
from .tickets import share_tickets
from .winrs import (
    SHELL_ACTION,
    SHELL_URI,
    Received,
    command_body,
    command_options,
    create_body,
    create_options,
    parse_command,
    parse_create,
    parse_receive,
    receive_body,
    signal_body,
)
from .wmi import (
    Row,
    enumerate_body,
    parse_enumerate,
    parse_get,
    pull_body,
    resource_uri,
)

__all__ = ["CommandResult", "WinrmStation"]

T = TypeVar("T")

_TRANSFER = "http://schemas.xmlsoap.org/ws/2004/09/transfer"
_ENUMERATE = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/Enumerate"
_PULL = "http://schemas.xmlsoap.org/ws/2004/09/enumeration/Pull"

# What the stock plugin takes for a shell that is open, so that it opens none itself (connect).
_NO_SHELL_YET = "none yet"
# Seconds of a command, and of all the pages of a query.
_TIMEOUT = 120.0
# Of a connection, where Ansible says nothing (its own default).
_CONNECTING = 10.0

# Seconds before the first Receive of a command and, doubling, before the next ones. The station answers a Receive as
# soon as anything was written: without a pause a line of twenty commands costs up to twenty requests.
_FIRST_PAUSE = 0.2
_LONGEST_PAUSE = 0.8
_OPENING = "opening a shell"


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
        self._guard = Guard(connecting=_CONNECTING)
        self._until: Deadline | None = None
        self.events = events or Events()
        self.watcher = Watcher()

    def limit(self, seconds: float) -> None:
        """Let everything that is asked from now on be over in so many seconds, together."""
        self._until = self._guard.until = Deadline(seconds)

    def connect(self) -> None:
        """Open the connection and its shell. Raises StationError."""
        if self._connection.connected:
            guard = guard_of(self._connection.protocol)
            if guard is not None:
                guard.until, self._guard = self._until, guard
                return
            # Somebody else's: whatever may come over it is not for us.
            self._forget()
        try:
            self._connection._build_winrm_kwargs()
        except Exception as exc:
            raise from_preparation(exc) from exc
        refused: list[StationError] = []
        for transport in self._connection._winrm_transport:
            try:
                self._open(transport)
            except ForbiddenAnswerError:
                # Whoever answers so gets nothing more to see of the account.
                raise
            except StationError as exc:
                refused.append(exc)
            else:
                return
        raise _worst(refused)

    def _open(self, transport: str) -> None:
        connection, way = self._connection, Way(doing=_OPENING, transport=transport, opening=True)
        # The stock plugin turns whatever happens while it opens a shell into one text (_winrm_connect). Told that there
        # is a shell it only makes the client, after Kerberos' tickets, and what is asked of the station is asked here.
        connection._winrm_transport, connection.shell_id = [transport], _NO_SHELL_YET
        if transport == "kerberos":
            share_tickets(connection)
        try:
            try:
                connection.protocol = connection._winrm_connect()
            except Exception as exc:
                raise from_preparation(exc) from exc
            finally:
                connection.shell_id = None
            self._guard = Guard(connecting=self._connecting, until=self._until)
            self._guard.mount(connection.protocol.transport)
            with self._answers(way):
                self._prepare_session(transport)
                header = self._envelope(f"{_TRANSFER}/Create", SHELL_URI, create_body())
                header["env:Envelope"]["env:Header"]["w:OptionSet"] = create_options()
                connection.shell_id = parse_create(self._send(header))
        except BaseException:
            self._forget()
            raise
        connection._connected = True
        telling.vvvvv(f"WINRM OPEN SHELL: {connection.shell_id}", host=self._host)

    def _prepare_session(self, transport: str) -> None:
        made = self._connection.protocol.transport
        try:
            # With message encryption the handshake is made here, with an empty message.
            session = made.build_session()
        except WinRMError as exc:
            if isinstance(exc, AuthenticationError):
                raise
            raise from_preparation(exc) from exc
        # pywinrm has put the proxies of the environment into the session by now. Without this, requests goes
        # through the whole environment again for every message: an eighth of an audit's CPU (docs/benchmarks.md).
        session.trust_env = False
        if made.encryption and getattr(session.auth, "session_security", True) is None:
            raise OddAnswerError("the first message without asking who sends it, which WinRM always does,")
        wanted = made.message_encryption == "auto" and not made.endpoint.startswith("https")
        if transport == "kerberos" and wanted and not made.encryption:
            raise from_preparation(ImportError("a Kerberos library that encrypts messages (pykerberos 1.2.1 or later)"))

    @property
    def _connecting(self) -> float:
        # ansible_timeout, -T, ansible.cfg: the stock plugin passes them over, and waits as long as for an answer.
        return float(getattr(self._connection._play_context, "timeout", 0) or _CONNECTING)

    def close(self) -> None:
        """Delete the shell and close the connection; a station that is gone is no error."""
        with contextlib.suppress(Exception):
            self._connection.close()
        # close() of the stock plugin keeps them when the station does not answer any more.
        self._forget()

    def _forget(self) -> None:
        if self._connection.protocol is not None:
            # Its sockets; nothing is asked over them any more.
            self._connection.protocol.transport.close_session()
        self._connection.protocol = None
        self._connection.shell_id = None
        self._connection._connected = False

    def run(self, command: str, *, timeout: float = _TIMEOUT, doing: str) -> CommandResult:
        """Run a cmd.exe command line and wait for its end, at most ``timeout`` seconds (then it is terminated).

        ``doing`` says what for, in error messages: "reading the registry". Raises StationError.
        """
        self.connect()
        telling.vvvv(f"WINRS {command}", host=self._host)
        command_id = self._start(whole(command), doing)
        with self._answers(self._way(doing)):
            seconds = self._guard.within(timeout)
        try:
            result = self._receive(command_id, doing, deadline=time.monotonic() + seconds)
        finally:
            self._end(command_id, doing)
        if result is None:
            with self._answers(self._way(doing)):
                self._guard.within(0)
            raise CommandTimeoutError(
                f"{doing} took more than {seconds:.0f} s on the station and was stopped",
                remedy="Look for a dialog or an antivirus that holds the command, then run again.",
            )
        telling.vvvv(f"WINRS exit code {result.code}", host=self._host)
        telling.vvvvv(f"WINRS stdout {result.stdout!r} stderr {result.stderr!r}", host=self._host)
        return result

    def _end(self, command_id: str, doing: str) -> None:
        # Without it the station keeps the command's slot, and a running one goes on. Not over a new connection.
        if self._connection.connected:
            try:
                self._ask(f"{SHELL_ACTION}/Signal", signal_body(command_id), doing, content_of)
            except ForbiddenAnswerError:
                raise
            except StationError as exc:
                telling.vvvv(f"the command may go on: {exc.fact}", host=self._host)

    def get(self, class_name: str, **selectors: str) -> Row | None:
        """Read one WMI instance by its keys; None when there is none. One request. Raises StationError."""
        doing = f"reading {class_name} over WMI"
        request = self._request(f"{_TRANSFER}/Get", resource_uri(class_name), None)
        header = request["env:Envelope"]["env:Header"]
        if selectors:
            header["w:SelectorSet"] = {
                "w:Selector": [{"@Name": name, "#text": value} for name, value in selectors.items()]
            }

        telling.vvvv(f"WMI Get {class_name} {selectors}", host=self._host)
        try:
            with self._answers(self._way(doing)):
                return parse_get(self._send(request))
        except StationError as exc:
            if not exc.codes & NOT_FOUND:
                raise
        return None

    def query(self, wql: str, *, namespace: str = "root/cimv2") -> list[Row]:
        """Run a WQL query and return every row. One request, and one for each further 200 rows. Raises StationError."""
        doing = f"reading {wql.rsplit(' from ', maxsplit=1)[-1].split(maxsplit=1)[0]} over WMI"
        telling.vvvv(f"WMI {wql}", host=self._host)
        uri = resource_uri("*", namespace)
        request = self._request(_ENUMERATE, uri, enumerate_body(wql))
        rows: list[Row] = []
        size, deadline = 0, time.monotonic() + _TIMEOUT
        with self._answers(self._way(doing)):
            while time.monotonic() < deadline:
                answer = self._send(request)
                page = parse_enumerate(answer)
                rows += page.rows
                size += len(answer)
                too_many(rows=len(rows), size=size)
                if page.context is None:
                    return rows
                request = self._request(_PULL, uri, pull_body(page.context))
            raise BreachError("endless", f"its rows came for {_TIMEOUT:.0f} s", server=self._guard.server)

    @property
    def _host(self) -> str | None:
        # Logged as the stock plugin does, by address.
        return getattr(self._connection, "_winrm_host", None)

    def _request(self, action: str, uri: str, body: dict[str, Any] | None) -> dict[str, Any]:
        self.connect()
        return self._envelope(action, uri, body)

    def _envelope(self, action: str, uri: str, body: dict[str, Any] | None) -> dict[str, Any]:
        return {"env:Envelope": {**self._connection.protocol.build_wsman_header(action, uri), "env:Body": body}}

    def _send(self, request: dict[str, Any]) -> bytes:
        answer: bytes = self._connection.protocol.send_message(xmltodict.unparse(request))
        return answer

    def _ask(
        self,
        action: str,
        body: dict[str, Any],
        doing: str,
        read: Callable[[bytes], T],
        *,
        options: dict[str, Any] | None = None,
    ) -> T:
        """Ask something of the shell, and read the answer. Raises StationError, for a fault too."""
        self.connect()
        with self._answers(self._way(doing)):
            request = self._envelope(action, SHELL_URI, body)
            header = request["env:Envelope"]["env:Header"]
            header["w:SelectorSet"] = {"w:Selector": {"@Name": "ShellId", "#text": self._connection.shell_id}}
            if options is not None:
                header["w:OptionSet"] = options
            return read(self._send(request))

    def _start(self, command: str, doing: str) -> str:
        try:
            return self._started(command, doing)
        except StationError as exc:
            if not exc.codes & LOST_SHELL:
                raise
            telling.vvvv(f"the shell runs nothing any more, opening a new one: {exc.fact}", host=self._host)
            self.close()
            return self._started(command, doing)

    def _started(self, command: str, doing: str) -> str:
        body, options = command_body(command), command_options()
        return self._ask(f"{SHELL_ACTION}/Command", body, doing, parse_command, options=options)

    def _receive(self, command_id: str, doing: str, *, deadline: float) -> CommandResult | None:
        stdout, stderr, pause = b"", b"", _FIRST_PAUSE
        while True:
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)
            received = self._received(command_id, doing)
            stdout, stderr = stdout + received.stdout, stderr + received.stderr
            with self._answers(self._way(doing)):
                too_many(size=len(stdout) + len(stderr))
            if received.code is not None:
                return CommandResult(code=received.code, stdout=stdout, stderr=stderr)
            if time.monotonic() > deadline:
                return None

    def _received(self, command_id: str, doing: str) -> Received:
        def read(answer: bytes) -> Received:
            return parse_receive(answer, command_id)

        try:
            return self._ask(f"{SHELL_ACTION}/Receive", receive_body(command_id), doing, read)
        except StationError as exc:
            if NOTHING_YET not in exc.codes:
                raise
            # Nothing was written during one operation timeout: not an error, ask again.
            return Received(stdout=b"", stderr=b"", code=None)

    def _way(self, doing: str) -> Way:
        # The one that opened the shell (_open).
        return Way(doing=doing, transport=self._connection._winrm_transport[0])

    @contextlib.contextmanager
    def _answers(self, way: Way) -> Iterator[None]:
        """Turn whatever libraries raise at an answer, and at none, into a StationError: causes.py knows them all."""
        try:
            yield
        except Exception as exc:
            known = replace(way, server=self._guard.server)
            error = from_exception(exc, known)
            if isinstance(error, UnreachableError) and (over := self._guard.over()) is not None:
                error = from_exception(over, known)
            if isinstance(error, ForbiddenAnswerError):
                # Neither the end of a command nor that of its shell is asked of whoever answers so.
                self._forget()
            if error is exc:
                raise
            raise error from exc


def _worst(refused: list[StationError]) -> StationError:
    """Of what came of several transports, the one that says most: what the station itself answered, if it did."""
    if not refused:
        return from_preparation(AnsibleError("ansible_winrm_transport names no transport"))
    order = ("answer", "fault", "quota", "refused", "unreachable", "controller", "configuration")
    return min(refused, key=lambda exc: order.index(exc.kind) if exc.kind in order else 0)
