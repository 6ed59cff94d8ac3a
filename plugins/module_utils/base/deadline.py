# SPDX-License-Identifier: GPL-3.0-or-later
"""I/O. Sockets that cannot hold anybody: a deadline for a whole exchange, which no drop that comes moves.

A socket's own time-out begins again at each byte: a peer that sends one now and then would hold its reader for hours.
"""

from __future__ import annotations

import io
import socket
import threading
import time
from typing import Any

__all__ = ["Deadline", "OverflowingError", "connected", "reader", "send_all"]


class OverflowingError(OSError):
    """The peer sent more than it may."""


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
            raise TimeoutError(f"still not complete after {round(self._over - self._begun, 1):g} s")
        return left

    def renew(self) -> None:
        """Begin again, for a peer that has earned it."""
        self._over = time.monotonic() + self.seconds


def connected(address: tuple[str, int], deadline: Deadline) -> socket.socket:
    """A connection. Each address of a name gets its share of the time: one that nobody answers leaves some to the next.

    Raises OSError.
    """
    problem: OSError = OSError("the name has no address")
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
        raise TimeoutError("the name was not found in time")
    if problem:
        raise problem[0]
    return found


class _Timed(io.RawIOBase):
    """The bytes of a socket while the deadline lasts, ``most`` of them at most."""

    def __init__(self, sock: socket.socket, deadline: Deadline, most: int) -> None:
        self._file: Any = sock.makefile("rb", buffering=0)
        self._sock, self._deadline, self._most = sock, deadline, most
        self._came = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self._sock.settimeout(self._deadline.remaining())
        try:
            came = int(self._file.readinto(buffer) or 0)
        except TimeoutError:
            if self._came:
                # Words of its own, when something had come.
                self._deadline.remaining()
            raise
        self._came += came
        if self._came > self._most:
            raise OverflowingError(f"more than {self._most} bytes came")
        return came

    def close(self) -> None:
        if not self.closed:
            self._file.close()
        super().close()


def reader(sock: socket.socket, deadline: Deadline, *, most: int) -> io.BufferedReader:
    """What ``sock.makefile("rb")`` returns, bounded. Its reads raise TimeoutError, OverflowingError, OSError."""
    return io.BufferedReader(_Timed(sock, deadline, most))


def send_all(sock: socket.socket, data: bytes, deadline: Deadline) -> None:
    """Send it while the deadline lasts, whatever the peer takes at a time. Raises TimeoutError, OSError."""
    for at in range(0, len(data), 1 << 14):
        sock.settimeout(deadline.remaining())
        sock.sendall(data[at : at + (1 << 14)])
