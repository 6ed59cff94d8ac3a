"""Whoever drives a reading over a network; each of them is held against the same answers (``test_drivers.py``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.errors import StationError
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.questions import Reading
from ansible_collections.rentree.pronote.plugins.plugin_utils.station.winrm import WinrmStation
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.access import access_of
from ansible_collections.rentree.pronote.plugins.plugin_utils.survey.reader import Station, read_all

__all__ = ["DRIVERS", "Driver"]

T = TypeVar("T")

Driver = Callable[[int, Reading[Any]], Any]
"""Asks 127.0.0.1 at this port, over HTTP with Basic, what the reading asks; returns and raises what it does.

The shell is given back at the end, whatever happened.
"""


def _connection(port: int) -> Any:
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
    return connection


def _worker(port: int, reading: Reading[T]) -> T:
    station = WinrmStation(_connection(port))
    try:
        return station.read(reading)
    finally:
        station.close()


def _survey(port: int, reading: Reading[T]) -> T:
    station = Station(name="pc-01", group="", access=access_of(_connection(port)), reading=lambda: reading)
    (result,) = read_all([station]).values()
    if isinstance(result, StationError):
        raise result
    return result


DRIVERS: dict[str, Driver] = {"worker": _worker, "survey": _survey}
