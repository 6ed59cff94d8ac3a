# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``edt_archive_info`` (plugins/modules/edt_archive_info.py). I/O: Ansible."""

from __future__ import annotations

from typing import Any, ClassVar

from ...module_utils.base.digests import valid_digest
from ...module_utils.base.times import moment
from ..archive.judge import WantedArchive
from ..archive.read import archive_on_controller, archive_on_station
from ..archive.zip_check import ZipLimits
from ..doors.language import LANGUAGE_SPEC, said
from ..doors.station import StationAction


class ActionModule(StationAction):
    """Look at an archive of EDT monoposte. Documentation: plugins/modules/edt_archive_info.py."""

    # With `where: controller` none is made.
    _requires_connection = False
    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
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
        "language": LANGUAGE_SPEC,
    }

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        path, wanted = args["path"], _wanted(args)
        common = {"year": args["year"] or 0, "installed": args["installed"]}
        if args["where"] == "station":
            found = self.station().read(archive_on_station(path, name=self.name, wanted=wanted, **common))
        else:
            limits = ZipLimits(unpacked=args["max_unpacked"])
            found = archive_on_controller(path, wanted=wanted, max_size=args["max_size"], limits=limits, **common)
        return {name: said(each, lambda: self.words) for name, each in found.items()}


def _wanted(args: dict[str, Any]) -> WantedArchive:
    names = ("previous_size", "smallest_ratio", "largest_ratio", "min_size")
    sha256 = args["sha256"] and valid_digest(args["sha256"])
    newer_than = moment(args["newer_than"]) if args["newer_than"] else None
    return WantedArchive(newer_than=newer_than, sha256=sha256, **{name: args[name] for name in names})
