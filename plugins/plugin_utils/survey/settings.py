# SPDX-License-Identifier: GPL-3.0-or-later
"""The client's settings on many stations: what would be done at each, found in one process.

A station that is as it is to be, or has no client yet, is done with; the others have a turn of their own, which reads
them again before anything is written. I/O: stations, servers and processes.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ...module_utils.base.identifiers import parse_uai
from ...module_utils.base.message import Message
from ...module_utils.base.text import some_of
from ...module_utils.product.products import PRODUCTS
from ...module_utils.product.release import Release
from ...module_utils.server.description import HostedServerError
from ...module_utils.server.request import HOSTED_ARGUMENTS
from ..inventory.asking import asking
from ..settings.ask import settings_of_school
from ..settings.plan import ConnectionSettings
from ..settings.proposal import Proposal, SettingsRequest, proposing
from ..settings.server_file import ServerSettings
from ..station.errors import StationError
from ..station.questions import Reading
from .errands import READING, Errand, Result
from .options import Resolved
from .servers import asked_once

__all__ = ["ARGUMENT_SPEC", "SettingsSurvey", "request_from"]

ARGUMENT_SPEC: Final[dict[str, Any]] = {
    "state": {"type": "str", "default": "present", "choices": ["present", "absent"]},
    "release": {"type": "str", "required": True},
    "uai": {"type": "str", "required": True},
    "url": {"type": "str", "default": ""},
    "label": {"type": "str", "default": ""},
    "address": {"type": "str", "default": ""},
    "port": {"type": "int", "default": 0},
    "shortcut": {"type": "bool", "default": True},
    "remove_older_shortcuts": {"type": "bool", "default": False},
    **HOSTED_ARGUMENTS,
}
"""Of rentree.pronote.client_settings."""

_NAMED = 10
_RIGHT = Message("{right} of {total}: the settings are as they are to be", right=0, total=0)
_ASKED = ("state", "uai", "url", "label", "address", "port", *HOSTED_ARGUMENTS)
_Asked = tuple[Any, ...]


def request_from(args: Mapping[str, Any]) -> SettingsRequest:
    """What the arguments ask for; the server is asked for what is not given. Raises HostedServerError, ValueError."""
    return _request(args, _settings(args))


def _request(args: Mapping[str, Any], settings: ConnectionSettings | None) -> SettingsRequest:
    return SettingsRequest(
        product=PRODUCTS["pronote_client"],
        release=Release.parse(args["release"]),
        uai=parse_uai(args["uai"]),
        settings=settings,
        shortcut=args["shortcut"],
        remove_older=args["remove_older_shortcuts"],
    )


def _settings(args: Mapping[str, Any]) -> ConnectionSettings | None:
    if args["state"] != "present":
        return None
    by_hand = ServerSettings.by_hand(label=args["label"], address=args["address"], port=args["port"])
    options = asking(**{name: args[name] for name in HOSTED_ARGUMENTS})
    return settings_of_school(args["uai"], args["url"], by_hand, options=options)


class _Look:
    """The errand at one station."""

    def __init__(self, request: SettingsRequest) -> None:
        self._request = request
        self.group, self.seconds = request.uai, READING

    def begin(self) -> Reading[Proposal]:
        """What is asked of it."""
        return proposing(self._request)

    def result(self, read: Proposal | StationError) -> Result:
        """The result of a dry run of rentree.pronote.client_settings."""
        return read.as_result() if isinstance(read, StationError) else read.result


class SettingsSurvey:
    """All stations of one. ``idle``: how many have no turn."""

    def __init__(self, stations: Sequence[Resolved]) -> None:
        """Every server is asked, all of them at once."""
        self._settings = asked_once((each.arguments for each in stations if each.arguments), _key, _settings)
        self._left: defaultdict[str, list[str]] = defaultdict(list)
        self._warned: defaultdict[str, list[str]] = defaultdict(list)
        self._stations, self.idle = len(stations), 0

    def errand(self, station: Resolved) -> Errand | Result:
        """What is done at a station, or its result if it is not asked. Raises ValueError."""
        settings = self._settings[_key(station.arguments)]
        if isinstance(settings, HostedServerError):
            return settings.as_result()
        if isinstance(settings, Exception):
            raise settings
        return _Look(_request(station.arguments, settings))

    def foreseen(self, name: str, result: Result) -> dict[str, Any]:
        """What is told of a station beside its result: whether it has a turn, and what for (turns.py)."""
        acts = bool(result.get("changed"))
        turn = acts or bool(result.get("failed") or result.get("unreachable"))
        if not turn:
            self.idle += 1
            if result["action"] == "skip":
                self._left[result["reason"]].append(name)
            for text in result["warnings"]:
                self._warned[text].append(name)
        return {"turn": turn, "acts": acts, "read_at": time.time()}

    def lines(self) -> list[str]:
        """What is said of those that have no turn."""
        left = sum(len(names) for names in self._left.values())
        right = self.idle - left
        counted = [_RIGHT.given(right=right, total=self._stations)] if right else []
        return [*counted, *(_of(names, why) for why, names in self._left.items())]

    def warnings(self) -> list[str]:
        """What was met at them."""
        return [_of(names, text) for text, names in self._warned.items()]


def _of(names: Sequence[str], text: str) -> str:
    return Message("{names}: {text}", names=some_of(names, _NAMED), text=text)


def _key(args: Mapping[str, Any]) -> _Asked:
    return tuple(args[name] for name in _ASKED)
