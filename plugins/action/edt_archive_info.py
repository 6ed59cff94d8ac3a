# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..module_utils.base.digests import valid_digest
from ..module_utils.base.times import moment
from ..plugin_utils.archive.judge import WantedArchive
from ..plugin_utils.archive.read import (
    archive_on_controller,
    archive_on_station,
)
from ..plugin_utils.archive.zip_check import ZipLimits
from ..plugin_utils.doors.arguments import arguments
from ..plugin_utils.doors.station import failure, station
from ..plugin_utils.station.errors import StationError

ARGUMENT_SPEC: dict[str, Any] = {
    "path": {"type": "str", "required": True},
    "where": {"type": "str", "choices": ["station", "controller"], "default": "station"},
    "newer_than": {"type": "str", "default": ""},
    "previous_size": {"type": "int", "default": 0},
    "smallest_ratio": {"type": "float", "default": 0.5},
    "largest_ratio": {"type": "float", "default": 3.0},
    "min_size": {"type": "int", "default": 1024},
    "sha256": {"type": "str", "default": ""},
    "year": {"type": "int"},
    "installed": {"type": "list", "elements": "dict"},
    "max_size": {"type": "int", "default": 4 << 30},
    "max_unpacked": {"type": "int", "default": 4 << 30},
    "language": {"type": "str", "choices": ["fr", "en"], "default": "fr"},
}


class ActionModule(ActionBase):
    """Look at an archive of EDT monoposte. Documentation: plugins/modules/edt_archive_info.py."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    # With `where: controller` none is made.
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        args = arguments(self, ARGUMENT_SPEC)
        common = {"year": args["year"] or 0, "installed": args["installed"], "language": args["language"]}
        try:
            wanted = _wanted(args)
            if args["where"] == "controller":
                limits = ZipLimits(unpacked=args["max_unpacked"])
                result = archive_on_controller(
                    args["path"], wanted=wanted, max_size=args["max_size"], limits=limits, **common
                )
            else:
                name = str((task_vars or {})["inventory_hostname"])
                result = archive_on_station(station(self._connection), args["path"], name=name, wanted=wanted, **common)
        except StationError as exc:
            # The way to the station is not even configured: for the admin, not for the board.
            return failure(exc)
        except ValueError as exc:
            raise AnsibleActionFail(str(exc)) from exc
        return {"changed": False, **result}


def _wanted(args: dict[str, Any]) -> WantedArchive:
    names = ("previous_size", "smallest_ratio", "largest_ratio", "min_size")
    sha256 = args["sha256"] and valid_digest(args["sha256"])
    newer_than = moment(args["newer_than"]) if args["newer_than"] else None
    return WantedArchive(newer_than=newer_than, sha256=sha256, **{name: args[name] for name in names})
