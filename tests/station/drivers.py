"""Whoever drives a reading over a network; each of them is held against the same answers (``test_drivers.py``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.questions import Reading
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.winrm import WinrmStation

__all__ = ["DRIVERS", "Driver"]

T = TypeVar("T")

Driver = Callable[[int, Reading[Any]], Any]
"""Asks 127.0.0.1 at this port, over HTTP with Basic, what the reading asks; returns and raises what it does.

The shell is given back at the end, whatever happened.
"""


def _worker(port: int, reading: Reading[T]) -> T:
    connection = connection_loader.get("ansible.builtin.winrm", PlayContext())
    variables = {
        "ansible_host": "127.0.0.1",
        "ansible_port": port,
        "ansible_user": "deploiement",
        "ansible_password": "Lab-only-1!",
        "ansible_winrm_scheme": "http",
        "ansible_winrm_transport": ["basic"],
    }
    connection.set_options(var_options={**variables, "_extras": {}})
    station = WinrmStation(connection)
    try:
        return station.read(reading)
    finally:
        station.close()


DRIVERS: dict[str, Driver] = {"worker": _worker}
