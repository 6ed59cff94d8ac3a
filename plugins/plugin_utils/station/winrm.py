# SPDX-License-Identifier: GPL-3.0-or-later
"""A station reached over the stock ``winrm`` connection: commands through WinRS, facts through WMI. No PowerShell.

Verbosity: ``-vvvv`` each command and read with its result, ``-vvvvv`` raw output. Nothing here is logged under
``no_log``, and nothing passed to a command line may be a secret. I/O: the station, the network and Ansible.
"""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Iterator
from typing import Any, TypeVar

from winrm.exceptions import AuthenticationError, WinRMError

from ...module_utils.base.deadline import Deadline
from ...module_utils.base.message import Message
from ...module_utils.product.products import Product
from .causes import Way, from_preparation
from .errors import ForbiddenAnswerError, StationError, UnsupportedConnectionError
from .events import Events, Watcher
from .exchange import (
    Allow,
    Note,
    Pause,
    Renew,
    Request,
    Shell,
    Step,
    create,
    exchange,
    getting,
    querying,
    running,
)
from .guard import Guard, guard_of
from .probe import probing
from .questions import TIMEOUT, CommandResult, Get, Query, Reading, Run, drive
from .refusals import worst
from .settling import settle
from .soap import OddAnswerError
from .state import StationState
from .telling import telling
from .tickets import share_tickets
from .wmi import Row

__all__ = ["NO_SHELL_YET", "WinrmStation", "probe"]

T = TypeVar("T")

NO_SHELL_YET = "none yet"
"""What the stock plugin takes for a shell that is open, so that it only makes its client and opens none itself."""
# Of a connection, where Ansible says nothing (its own default).
_CONNECTING = 10.0


class WinrmStation:
    """Commands and reads on one station. Connects on first use; every failure is a StationError."""

    def __init__(self, connection: Any, events: Events | None = None) -> None:
        """``events``: where it is told how far the work on it is. Raises UnsupportedConnectionError."""
        # Any: protocol and shell_id are the stock plugin's own attributes, which ConnectionBase does not declare.
        if getattr(connection, "transport", None) != "winrm":
            raise UnsupportedConnectionError(
                Message(
                    "this station uses the connection plugin {name}",
                    name=repr(getattr(connection, "transport", "?")),
                ),
                remedy=Message("Set ansible_connection: winrm for it (docs/winrm.md)."),
            )
        self._connection = connection
        self._guard = Guard(connecting=_CONNECTING)
        self._shell = Shell()
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
        settle(self._connection)
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
        raise worst(refused)

    def _open(self, transport: str) -> None:
        connection, request = self._connection, create()
        # The stock plugin turns whatever happens while it opens a shell into one text (_winrm_connect). Told that there
        # is a shell it only makes the client, after Kerberos' tickets, and what is asked of the station is asked here.
        connection._winrm_transport, connection.shell_id = [transport], NO_SHELL_YET
        if transport == "kerberos":
            share_tickets(connection)
        try:
            try:
                connection.protocol = connection._winrm_connect()
            except Exception as exc:
                raise from_preparation(exc) from exc
            finally:
                connection.shell_id = None
            known = self._guard.trial.let_in
            self._guard = Guard(connecting=self._connecting, until=self._until)
            self._guard.mount(connection.protocol.transport, known=known)
            with self._answers(Way(doing=request.doing, transport=transport, opening=True)):
                self._prepare_session(transport)
                connection.shell_id = request.read(self._send(request))
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
            raise OddAnswerError(Message("the first message without asking who sends it, which WinRM always does,"))
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
            self._guard.trial.over()
            # Its sockets; nothing is asked over them any more.
            self._connection.protocol.transport.close_session()
        self._connection.protocol = None
        self._connection.shell_id = None
        self._connection._connected = False
        self._shell.over = ""

    def run(self, command: str, *, timeout: float = TIMEOUT, doing: str) -> CommandResult:
        """Run a cmd.exe command line and wait for its end, at most ``timeout`` seconds (then it is terminated).

        ``doing`` says what for, in error messages: "reading the registry". Raises StationError.
        """
        return drive(running(Run(line=command, doing=doing, timeout=timeout), time.monotonic, self._shell), self._done)

    def get(self, class_name: str, **selectors: str) -> Row | None:
        """Read one WMI instance by its keys; None when there is none. One request. Raises StationError."""
        return drive(getting(Get(class_name=class_name, selectors=selectors)), self._done)

    def query(self, wql: str, *, namespace: str = "root/cimv2") -> list[Row]:
        """Run a WQL query and return every row. One request, and one for each further 200 rows. Raises StationError."""
        return drive(querying(Query(wql=wql, namespace=namespace), time.monotonic), self._done)

    def read(self, reading: Reading[T]) -> T:
        """Ask what the reading asks, and return what it read. Raises StationError, its own too."""
        return drive(exchange(reading, time.monotonic, self._shell), self._done)

    def _done(self, step: Step) -> object:
        match step:
            case Request():
                self.connect()
                with self._answers(self._way(step.doing)):
                    answer = step.read(self._send(step))
                self.watcher.at_work()
                return answer
            case Allow():
                with self._answers(self._way(step.doing)):
                    return self._guard.within(step.seconds)
            case Pause():
                time.sleep(step.seconds)
            case Renew():
                self.close()
            case Note():
                (telling.vvvvv if step.raw else telling.vvvv)(str(step), host=self._host)
        return None

    @property
    def _host(self) -> str | None:
        # Logged as the stock plugin does, by address.
        return getattr(self._connection, "_winrm_host", None)

    def _send(self, request: Request) -> bytes:
        protocol = self._connection.protocol
        message = request.envelope(
            number=str(uuid.uuid4()), seconds=protocol.operation_timeout_sec, shell=self._connection.shell_id or ""
        )
        answer: bytes = protocol.send_message(message)
        return answer

    def _way(self, doing: str) -> Way:
        # The one that opened the shell (_open).
        return Way(doing=doing, transport=self._connection._winrm_transport[0])

    @contextlib.contextmanager
    def _answers(self, way: Way) -> Iterator[None]:
        """Turn whatever libraries raise at an answer, and at none, into a StationError: causes.py knows them all."""
        try:
            yield
        except Exception as exc:
            error = self._guard.told(exc, way)
            if isinstance(error, ForbiddenAnswerError):
                # Neither the end of a command nor that of its shell is asked of whoever answers so.
                self._forget()
            if error is exc:
                raise
            raise error from exc


def probe(station: WinrmStation, product: Product) -> StationState:
    """Read the whole state of one product, and tell the station's watcher. Raises StationError."""
    state = station.read(probing(product))
    station.watcher.seen(state)
    return state
