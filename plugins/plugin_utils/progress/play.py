# SPDX-License-Identifier: GPL-3.0-or-later
"""What the progress view takes from Ansible: the stations of a play with their rooms, and whether to draw at all.

I/O: files and Ansible.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import sys
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from ansible import constants
from ansible.errors import AnsibleError
from ansible.template import Templar
from ansible.utils import color

from ..words.words import LANGUAGES

__all__ = [
    "SURVEYS",
    "WORK",
    "Room",
    "apart",
    "language_of",
    "named",
    "password_of",
    "shows_live",
    "stations_of",
    "wants_color",
]

WORK = frozenset(f"rentree.pronote.{action}" for action in ("audit", "client", "client_info", "client_turn"))
"""Actions that work on a station."""

SURVEYS = frozenset({"rentree.pronote.audit_survey", "rentree.pronote.client_survey"})
"""Actions that work on many, and tell of each as workers do (plugin_utils/station/events.py)."""


_LOOKED_AT = 20  # stations, for one whose language can be read


class Room(NamedTuple):
    """A room by its name, and the group of the inventory that it is known by."""

    name: str
    group: str


_DEFAULT_CALLBACKS = {"default", "ansible.builtin.default", "rentree.pronote.console"}
# ansible-runner, and with it AWX, runs ansible-playbook on a pseudo terminal that nobody looks at.
_NOBODY_LOOKS = ("CI", "AWX_HOST", "AWX_ISOLATED_DATA_DIR", "RUNNER_OMIT_EVENTS", "JOB_ID")


def shows_live(mode: str, environment: Mapping[str, str] | None = None) -> bool:
    """Whether the live view is drawn. ``environment``: this process's own without it."""
    environment = os.environ if environment is None else environment
    terminal = sys.stdout.isatty() and environment.get("TERM", "") not in {"", "dumb", "unknown"}
    if mode not in {"auto", "live"} or not terminal:
        return False
    if mode == "live":
        return True
    # set at run time, from base.yml
    stdout: str = constants.DEFAULT_STDOUT_CALLBACK  # type: ignore[attr-defined]
    return stdout in _DEFAULT_CALLBACKS and not any(environment.get(name) for name in _NOBODY_LOOKS)


def wants_color() -> bool:
    """Whether Ansible itself colours its output."""
    return bool(color.ANSIBLE_COLOR)


def stations_of(play: Any) -> dict[str, Room]:
    """The stations of a play and their rooms.

    From the inventory's own objects: asking for every station's variables would cost a large school seconds. The room
    is ``pronote_room`` where a group of the inventory file has it, otherwise the station's innermost group.
    """
    if not play.hosts:
        # A play without hosts (no group of EDT stations) would have all of the inventory in ansible_play_hosts_all.
        return {}
    manager = play.get_variable_manager()
    names = manager.get_vars(play=play).get("ansible_play_hosts_all", [])
    # The variable manager has no public way to the inventory that it was made with.
    inventory = manager._inventory
    return {str(name): _room(inventory.get_host(name)) for name in names}


def named(rooms: Mapping[str, Room]) -> dict[str, str]:
    """The rooms of stations as the inventory names them."""
    return {station: room.name for station, room in rooms.items()}


def apart(rooms: Mapping[str, Room]) -> dict[str, str]:
    """The same for a view of rooms: those of one name, in two schools or in one, have their groups beside it."""
    groups: dict[str, set[str]] = {}
    for room in rooms.values():
        groups.setdefault(room.name, set()).add(room.group)
    return {
        station: f"{room.name} ({room.group})" if len(groups[room.name]) > 1 else room.name
        for station, room in rooms.items()
    }


def language_of(play: Any, stations: Iterable[str]) -> str:
    """The language that the variables of the first of these stations say, or of the next where they come to nothing;
    empty when they say none. Raises AnsibleError where the variables of none of them can be read."""
    language = _said(play, stations, "pronote_language")
    return language if language in LANGUAGES else ""


def password_of(play: Any, stations: Iterable[str]) -> str:
    """The password of the store's server that their variables say, as the tasks of the play are given it
    (``ControllerAction``); empty when they say none."""
    with contextlib.suppress(AnsibleError):
        return _said(play, stations, "pronote_state_password")
    return ""


def _said(play: Any, stations: Iterable[str], name: str) -> str:
    """What the variables of the first station say that can be read, empty for nothing. Raises AnsibleError."""
    unread: AnsibleError | None = None
    manager = play.get_variable_manager()
    for station in itertools.islice(stations, _LOOKED_AT):
        try:
            variables = manager.get_vars(play=play, host=manager._inventory.get_host(station))
        except AnsibleError as exc:
            unread = unread or exc
            continue
        unread = None
        with contextlib.suppress(AnsibleError):
            templar = Templar(loader=play.get_loader(), variables=variables)
            return str(templar.template(variables.get(name, "")) or "")
    if unread is not None:
        raise unread
    return ""


def _room(host: Any) -> Room:
    groups = sorted(
        (g for g in host.get_groups() if g.name not in {"all", "ungrouped"}), key=lambda g: (-g.depth, g.name)
    )
    said = [Room(str(g.vars["pronote_room"]), g.name) for g in groups if isinstance(g.vars.get("pronote_room"), str)]
    innermost = groups[0].name if groups else ""
    return said[0] if said else Room(innermost, innermost)
