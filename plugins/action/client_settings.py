# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..module_utils.base.identifiers import parse_uai
from ..module_utils.product.products import PRODUCTS
from ..module_utils.product.release import Release
from ..module_utils.server.description import HostedServerError
from ..module_utils.server.request import HOSTED_ARGUMENTS, HostedOptions
from ..plugin_utils.doors.arguments import arguments
from ..plugin_utils.doors.station import failure, station
from ..plugin_utils.settings.ask import settings_of_school
from ..plugin_utils.settings.server_file import ByHand
from ..plugin_utils.settings.station import SettingsRequest, ensure_settings
from ..plugin_utils.station.errors import StationError

ARGUMENT_SPEC: dict[str, Any] = {
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


class ActionModule(ActionBase):
    """Put the server's address on a station. Documentation: plugins/modules/client_settings.py."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _requires_connection = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        args = arguments(self, ARGUMENT_SPEC)
        try:
            # The server, and everything that is given, before the station is asked anything.
            request = _request(args)
        except HostedServerError as exc:
            told = {"msg": str(exc), "kind": "server", "server": exc.server, "fact": exc.fact, "remedy": exc.remedy}
            return {"failed": True, "changed": False, **told}
        except (ValueError, OSError) as exc:
            raise AnsibleActionFail(str(exc)) from exc
        try:
            return ensure_settings(station(self._connection), request, check=self._task.check_mode)
        except StationError as exc:
            return failure(exc)


def _request(args: dict[str, Any]) -> SettingsRequest:
    settings = None
    if args["state"] == "present":
        by_hand = ByHand(label=args["label"], address=args["address"], port=args["port"])
        options = HostedOptions(**{name: args[name] for name in HOSTED_ARGUMENTS})
        settings = settings_of_school(args["uai"], args["url"], by_hand, options=options)
    return SettingsRequest(
        product=PRODUCTS["pronote_client"],
        release=Release.parse(args["release"]),
        uai=parse_uai(args["uai"]),
        settings=settings,
        shortcut=args["shortcut"],
        remove_older=args["remove_older_shortcuts"],
    )
