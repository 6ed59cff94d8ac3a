"""Addresses that drop packets, without root: a socket that listens, and takes nobody in.

While the queue of connections that nobody has accepted is full, Linux drops every further SYN (tcp_conn_request in
net/ipv4/tcp_input.c), and whoever sent it tries again until its patience ends, as with a machine that is off or
behind a firewall.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

__all__ = ["silence"]

_FULL = 0.2  # seconds without an answer, on loopback


@contextmanager
def silence() -> Iterator[int]:
    """A port at which no loopback address answers, until the block ends. Raises RuntimeError where one still does."""
    with ExitStack() as stack:
        listening = stack.enter_context(socket.socket())
        listening.bind(("0.0.0.0", 0))
        listening.listen(0)
        port: int = listening.getsockname()[1]
        for _ in range(16):
            waiting = stack.enter_context(socket.socket())
            waiting.settimeout(_FULL)
            try:
                waiting.connect(("127.0.0.1", port))
            except TimeoutError:
                break
        else:
            raise RuntimeError("this system drops no packet of a socket whose queue is full")
        yield port
