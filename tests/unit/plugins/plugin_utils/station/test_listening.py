from __future__ import annotations

import errno
import socket
import threading
from typing import Any

import pytest
from ansible_collections.rentree.pronote.plugins.plugin_utils.station import listening as _listening
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


def test_a_name_that_nobody_answers_for_keeps_nobody_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    asked, answered, ended = threading.Event(), threading.Event(), threading.Event()
    look_up = socket.getaddrinfo

    def resolver(host: str, *args: Any, **kwargs: Any) -> Any:
        if host == "station.invalid" and not kwargs.get("flags"):
            asked.set()
            answered.wait(20)
            ended.set()
        return look_up(host, *args, **kwargs)

    monkeypatch.setattr(socket, "getaddrinfo", resolver)
    with socket.create_server(("127.0.0.1", 0)) as server:
        named = {"slow": ("station.invalid", 1), "up": ("127.0.0.1", server.getsockname()[1])}
        assert listening(named, timeout=0.2) == {"up"}
    assert asked.is_set()
    # It is still looked for.
    assert not ended.is_set()
    answered.set()


def test_a_want_of_descriptors_is_not_the_stations_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    async def none_left(*_args: Any) -> Any:
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(_listening, "dial", none_left)
    with pytest.raises(OSError, match="Too many open files"):
        listening({"up": ("127.0.0.1", 5985)}, timeout=10)
