# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any, ClassVar

from ..module_utils.base.identifiers import parse_uai
from ..module_utils.product.products import PRODUCTS
from ..module_utils.product.release import Release
from ..module_utils.server.request import HOSTED_ARGUMENTS
from ..plugin_utils.doors.station import StationAction
from ..plugin_utils.inventory.asking import asking
from ..plugin_utils.settings.ask import settings_of_school
from ..plugin_utils.settings.server_file import ServerSettings
from ..plugin_utils.settings.station import SettingsRequest, ensure_settings


class ActionModule(StationAction):
    """Put the server's address on a station. Documentation: plugins/modules/client_settings.py."""

    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
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

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        # The server, and everything that is given, before the station is asked anything.
        request = _request(args)
        return ensure_settings(self.station(), request, check=self._task.check_mode)


def _request(args: dict[str, Any]) -> SettingsRequest:
    settings = None
    if args["state"] == "present":
        by_hand = ServerSettings(label=args["label"], address=args["address"], port=args["port"])
        options = asking(**{name: args[name] for name in HOSTED_ARGUMENTS})
        settings = settings_of_school(args["uai"], args["url"], by_hand, options=options)
    return SettingsRequest(
        product=PRODUCTS["pronote_client"],
        release=Release.parse(args["release"]),
        uai=parse_uai(args["uai"]),
        settings=settings,
        shortcut=args["shortcut"],
        remove_older=args["remove_older_shortcuts"],
    )
