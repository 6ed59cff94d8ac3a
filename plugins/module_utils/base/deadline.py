# SPDX-License-Identifier: GPL-3.0-or-later
"""I/O. Sockets that cannot hold anybody: a deadline for a whole exchange, which no drop that comes moves.

A socket's own time-out begins again at each byte: a peer that sends one now and then would hold its reader for hours.
"""

from __future__ import annotations

import io
import selectors
import socket
import ssl
import threading
import time
from http.client import HTTPResponse
from typing import Any

from .message import Message

__all__ = [
    "BoundedResponse",
    "Deadline",
    "DrippingError",
    "OverflowingError",
    "PatientSocket",
    "connected",
    "reader",
    "send_all",
]


class OverflowingError(OSError):
    """The peer sent more than it may."""


class DrippingError(TimeoutError):
    """The peer began, and had not come to an end when the time was over. Any other TimeoutError: nothing came."""


class Deadline:
    """When an exchange has to be over, in seconds from now; ``renew`` gives as many again."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._begun = time.monotonic()
        self._over = self._begun + seconds

    def remaining(self) -> float:
        """Seconds that are left, above 0. Raises TimeoutError when none are."""
        left = self._over - time.monotonic()
        if left <= 0:
            raise TimeoutError(self.passed())
        return left

    def passed(self) -> str:
        """What is said of an exchange that it ended."""
        seconds = format(round(self._over - self._begun, 1), "g")
        return Message("still not complete after {seconds} s", seconds=seconds)

    def renew(self) -> None:
        """Begin again, for a peer that has earned it."""
        self._over = time.monotonic() + self.seconds


def connected(address: tuple[str, int], deadline: Deadline) -> socket.socket:
    """A connection. Each address of a name gets its share of the time: one that nobody answers leaves some to the next.

    Raises OSError.
    """
    problem: OSError = OSError(Message("the name has no address"))
    found = _addresses(address, deadline)
    for number, (family, kind, protocol, _name, place) in enumerate(found):
        made = None
        try:
            share = deadline.remaining() / (len(found) - number)
            made = socket.socket(family, kind, protocol)
            made.settimeout(share)
            made.connect(place)
            made.settimeout(deadline.remaining())
        except OSError as exc:
            problem = exc
            if made is not None:
                made.close()
        else:
            return made
    raise problem


def _addresses(address: tuple[str, int], deadline: Deadline) -> list[Any]:
    """What the name stands for. In a thread: the resolver's time-outs are its own, half a minute and more in all
    (resolv.conf(5)), and nothing ends them. Raises OSError.
    """
    found: list[Any] = []
    problem: list[BaseException] = []

    def look_up() -> None:
        try:
            found.extend(socket.getaddrinfo(*address, type=socket.SOCK_STREAM))
        except Exception as exc:  # noqa: BLE001  (raised again below, in the thread that asked)
            problem.append(exc)

    looking = threading.Thread(target=look_up, daemon=True)
    looking.start()
    looking.join(deadline.remaining())
    if looking.is_alive():
        raise TimeoutError(Message("the name was not found in time"))
    if problem:
        raise problem[0]
    return found


class _Timed(io.RawIOBase):
    """The bytes of a socket while the deadline lasts, ``most`` of them at most."""

    def __init__(self, sock: socket.socket, deadline: Deadline, most: int) -> None:
        self._file: Any = sock.makefile("rb", buffering=0)
        # By this name libraries find the certificate that the connection came with (requests_ntlm, requests_kerberos).
        self._sock = sock
        self._deadline = deadline
        self.most = most
        self._came = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            self._sock.settimeout(self._deadline.remaining())
            came = int(self._file.readinto(buffer) or 0)
        except TimeoutError as exc:
            if self._came:
                raise DrippingError(self._deadline.passed()) from exc
            raise
        self._came += came
        if self._came > self.most:
            raise OverflowingError(Message("more than {most} bytes came", most=self.most))
        return came

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


def reader(sock: socket.socket, deadline: Deadline, *, most: int) -> io.BufferedReader:
    """What ``sock.makefile("rb")`` returns, bounded. Its reads raise TimeoutError, OverflowingError, OSError."""
    return io.BufferedReader(_Timed(sock, deadline, most))


class BoundedResponse(HTTPResponse):
    """An answer whose status line, headers, chunks and body all come through a bounded reader.

    ``most``: bytes in all. ``head``: as many of them until the headers are over. Reads raise TimeoutError,
    OverflowingError, OSError.
    """

    def __init__(self, sock: Any, *args: Any, deadline: Deadline, most: int, head: int = 0, **more: Any) -> None:
        super().__init__(sock, *args, **more)
        self.fp.close()
        self._timed, self._most = _Timed(sock, deadline, head or most), most
        self.fp = io.BufferedReader(self._timed)

    def begin(self) -> None:
        """Read the status line and the headers, and whatever stands before them."""
        super().begin()
        self._timed.most = self._most


class PatientSocket(ssl.SSLSocket):
    """For ``SSLContext.sslsocket_class``: a time-out for a whole handshake that tells who drips from who is silent."""

    def do_handshake(self, block: bool = False) -> None:
        """Raises DrippingError when something came, TimeoutError when nothing did, ssl.SSLError, OSError."""
        seconds = self.gettimeout()
        if not seconds:
            super().do_handshake(block)
            return
        deadline, came = Deadline(seconds), False
        self.settimeout(0)
        try:
            while (event := self._shaken()) is not None:
                with selectors.DefaultSelector() as waiting:
                    waiting.register(self, event)
                    came = bool(waiting.select(deadline.remaining())) or came
        except TimeoutError as exc:
            if came:
                raise DrippingError(Message("its TLS handshake is {passed}", passed=deadline.passed())) from exc
            raise
        finally:
            self.settimeout(seconds)

    def _shaken(self) -> int | None:
        """What has to happen before the handshake goes on; None once it is done."""
        try:
            super().do_handshake()
        except ssl.SSLWantReadError:
            return selectors.EVENT_READ
        except ssl.SSLWantWriteError:
            return selectors.EVENT_WRITE
        return None


def send_all(sock: socket.socket, data: bytes, deadline: Deadline) -> None:
    """Send it while the deadline lasts, whatever the peer takes at a time. Raises TimeoutError, OSError."""
    for at in range(0, len(data), 1 << 14):
        sock.settimeout(deadline.remaining())
        sock.sendall(data[at : at + (1 << 14)])
