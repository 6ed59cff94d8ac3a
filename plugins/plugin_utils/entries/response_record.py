# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``response_record`` (plugins/modules/response_record.py). I/O: Ansible."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar, get_args

from ...module_utils.base.digests import valid_digest
from ...module_utils.base.message import Message
from ...module_utils.product.products import PRODUCTS, PRONOTE_CLIENT
from ...module_utils.product.release import Release
from ..doors.station import StationAction
from ..inventory.typed import command_here
from ..job.follow import JobTimes
from ..responses.findings import FINDINGS
from ..responses.folder import ResponseStore
from ..responses.record import RecordRequest, record
from ..responses.response import Mode, parse_language
from ..station.cmdline import valid_url
from ..station.telling import telling


class ActionModule(StationAction):
    """Record a response file on a reference station. Documentation: plugins/modules/response_record.py."""

    FAILURE = Message("nothing was recorded: {error}")
    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
        "product": {"type": "str", "default": "pronote_client", "choices": sorted(PRODUCTS)},
        "modes": {
            "type": "list",
            "elements": "str",
            "default": ["install", "uninstall"],
            "choices": list(get_args(Mode)),
        },
        "state": {"type": "str", "default": "present", "choices": ["present", "absent"]},
        "release": {"type": "str", "required": True},
        "arch": {"type": "str", "default": "x64", "choices": ["x64", "x86"]},
        "url": {"type": "str", "default": ""},
        "sha256": {"type": "str", "default": ""},
        "store": {"type": "path", "required": True},
        "language": {"type": "str", "default": "0x040c"},
        "accept": {"type": "list", "elements": "str", "default": [], "choices": sorted(FINDINGS)},
        "force": {"type": "bool", "default": False},
        "answer_timeout": {"type": "float", "default": 1800},
        "start_timeout": {"type": "float", "default": 60},
        "poll_interval": {"type": "float", "default": 5},
        "reconnect_timeout": {"type": "float", "default": 300},
        "fetch_timeout": {"type": "float", "default": 3600},
        "verify_timeout": {"type": "float", "default": 60},
    }

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        request = _request(args, self.name)
        words = self.words
        result = record(
            self.station(), request, check=self._task.check_mode, tell=lambda text: telling.display(words.of(text))
        )
        for each in result["recordings"]:
            each["findings"] = [words.of(told) for told in each["findings"]]
        recorded = any(each["action"] == "record" for each in result["recordings"])
        if recorded and not self._task.check_mode and request.product is PRONOTE_CLIENT:
            command = command_here("prepare", self.variables)
            telling.display(words("Next, publish the release with it: {command}", command=command))
        return result


def _request(args: dict[str, Any], name: str) -> RecordRequest:
    """Check what can be checked before the station is asked anything. Raises ValueError."""
    times = {name: args[f"{name}_timeout"] for name in ("start", "reconnect")}
    return RecordRequest(
        # Plain text: ansible-core tags strings with their origin, and YAML does not write tagged ones.
        modes=tuple(mode for given in dict.fromkeys(args["modes"]) for mode in get_args(Mode) if mode == given),
        release=Release.parse(args["release"]),
        arch=str(args["arch"]),
        product=PRODUCTS[args["product"]],
        store=ResponseStore(Path(args["store"])),
        station=name,
        times=JobTimes(job=args["answer_timeout"], poll=args["poll_interval"], **times),
        language=parse_language(args["language"]),
        url=args["url"] and valid_url(args["url"], "the setup's address"),
        digest=args["sha256"] and valid_digest(args["sha256"]),
        absent=args["state"] == "absent",
        accepted=tuple(args["accept"]),
        **{name: args[name] for name in ("force", "fetch_timeout", "verify_timeout")},
    )
