from __future__ import annotations

import socket

from ansible_collections.rentree.pronote.plugins.plugin_utils.station.listening import listening


def test_who_takes_a_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closing:
        closed = closing.getsockname()[1]
    # Nobody accepts: the system takes that many connections by itself.
    with socket.create_server(("127.0.0.1", 0), backlog=400) as server:
        port = server.getsockname()[1]
        up = {f"up {n}": ("127.0.0.1", port) for n in range(250)}
        down = {f"down {n}": ("127.0.0.1", closed) for n in range(250)}
        odd = {f"odd {host!r}": (host, port) for host in ("no-such-station.invalid", "nul\0", "é" * 70)}
        assert listening({**down, **up, **odd}, timeout=10) == set(up)
    assert listening({}, timeout=10) == set()
