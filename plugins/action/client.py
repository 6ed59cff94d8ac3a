# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.rentree.pronote.plugins.module_utils.job_commands import depot_folder, valid_digest
from ansible_collections.rentree.pronote.plugins.module_utils.plan import Desired
from ansible_collections.rentree.pronote.plugins.module_utils.products import PRODUCTS
from ansible_collections.rentree.pronote.plugins.module_utils.releases import Release
from ansible_collections.rentree.pronote.plugins.plugin_utils import _progress
from ansible_collections.rentree.pronote.plugins.plugin_utils._arguments import arguments
from ansible_collections.rentree.pronote.plugins.plugin_utils._client import Request, log_name
from ansible_collections.rentree.pronote.plugins.plugin_utils._deployment import deploy
from ansible_collections.rentree.pronote.plugins.plugin_utils._job import JobTimes
from ansible_collections.rentree.pronote.plugins.plugin_utils._store_stations import Memory
from ansible_collections.rentree.pronote.plugins.plugin_utils._turn import RING_SPEC, in_ring, keep_back
from ansible_collections.rentree.pronote.plugins.plugin_utils._windows import Hours

ARGUMENT_SPEC: dict[str, Any] = {
    "product": {"type": "str", "default": "pronote_client", "choices": sorted(PRODUCTS)},
    "state": {"type": "str", "default": "present", "choices": ["present", "absent"]},
    "release": {"type": "str", "required": True},
    "arch": {"type": "str", "default": "auto", "choices": ["auto", "x64", "x86"]},
    "depot": {"type": "str", "required": True},
    "digests": {"type": "dict", "required": True},
    "allow_downgrade": {"type": "bool", "default": False},
    "when_running": {"type": "str", "default": "skip", "choices": ["skip", "wait", "close", "fail"]},
    "wait_running_timeout": {"type": "float", "default": 600},
    "min_free_mib": {"type": "int", "default": 1024},
    "job_timeout": {"type": "float", "default": 3600},
    "start_timeout": {"type": "float", "default": 60},
    "poll_interval": {"type": "float", "default": 3},
    "reconnect_timeout": {"type": "float", "default": 300},
    "verify_timeout": {"type": "float", "default": 60},
    "log_dir": {"type": "path"},
    "windows": {"type": "list", "elements": "dict", "default": []},
    "timezone": {"type": "str", "default": ""},
    "expected_duration": {"type": "float", "default": 900},
    "ring": {"type": "dict", "options": RING_SPEC},
    "store": {"type": "path", "default": ""},
    "school": {"type": "str", "default": ""},
    "room": {"type": "str", "default": ""},
    "switch_off": {"type": "bool", "default": True},
}


class ActionModule(ActionBase):
    """Bring a station to a release. Documentation: plugins/modules/client.py."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _requires_connection = True

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        args = arguments(self, ARGUMENT_SPEC)
        kept = keep_back(args["ring"])
        if kept is not None:
            return kept
        name = str((task_vars or {}).get("inventory_hostname", "station"))
        _progress.begin(name)
        try:
            request = _request(args, name)
        except ValueError as exc:
            raise AnsibleActionFail(str(exc)) from exc
        check = self._task.check_mode
        memory = Memory(
            None if check else args["store"],
            station=name,
            product=args["product"],
            school=args["school"],
            room=args["room"],
        )
        result = deploy(self._connection, request, memory, check=check, switch_off=args["switch_off"])
        return in_ring(result, args["ring"])


def _request(args: dict[str, Any], name: str) -> Request:
    """Check what can be checked before the station is asked anything. Raises ValueError."""
    depot_folder(args["depot"], "0", "x64")
    return Request(
        desired=Desired(
            product=PRODUCTS[args["product"]],
            state=args["state"],
            release=Release.parse(args["release"]),
            arch=args["arch"],
            digests={arch: valid_digest(str(digest)) for arch, digest in args["digests"].items()},
            allow_downgrade=args["allow_downgrade"],
            when_running=args["when_running"],
            min_free_bytes=args["min_free_mib"] * 2**20,
        ),
        depot=args["depot"],
        times=JobTimes(
            job=args["job_timeout"],
            poll=args["poll_interval"],
            start=args["start_timeout"],
            reconnect=args["reconnect_timeout"],
        ),
        verify_timeout=args["verify_timeout"],
        wait_running_timeout=args["wait_running_timeout"],
        hours=Hours.read(args["windows"], timezone=args["timezone"], seconds=args["expected_duration"]),
        log_file=Path(args["log_dir"]) / f"{log_name(name)}.log" if args["log_dir"] else None,
    )
