# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``depot_release`` (plugins/modules/depot_release.py). I/O: Ansible."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from ...module_utils.base.files import sha256_of
from ...module_utils.base.message import Message
from ...module_utils.product.products import PRODUCTS
from ...module_utils.product.release import Release
from ...module_utils.product.technologies import TECHNOLOGIES
from ..depot.exclusive import PATIENCE, exclusively
from ..depot.package import Package
from ..depot.publish import check_pin, publish
from ..doors.action import ControllerAction
from ..responses.findings import FINDINGS
from ..responses.folder import checked_responses
from ..responses.names import parse_name
from ..responses.response import Mode


class ActionModule(ControllerAction):
    """Publish a release in a depot folder of the controller. Documentation: plugins/modules/depot_release.py."""

    FAILURE = Message("release {release} was not published: {error}")
    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
        "depot": {"type": "path", "required": True},
        "product": {"type": "str", "default": "pronote_client", "choices": sorted(PRODUCTS)},
        "release": {"type": "str", "required": True},
        "arch": {"type": "str", "default": "x64", "choices": ["x64", "x86"]},
        "technology": {"type": "str", "default": "installscript", "choices": sorted(TECHNOLOGIES)},
        "installer": {"type": "path", "required": True},
        "installer_sha256": {"type": "str"},
        "response": {"type": "path"},
        "response_release": {"type": "str", "default": ""},
        "response_accept": {"type": "list", "elements": "str", "default": [], "choices": sorted(FINDINGS)},
        "update_response": {"type": "path"},
        "uninstall_response": {"type": "path"},
        "product_code": {"type": "str", "default": ""},
        "arguments": {"type": "str", "default": ""},
        "uninstall_arguments": {"type": "str", "default": ""},
        "success_codes": {"type": "list", "elements": "int", "default": []},
        "log_timeout": {"type": "int", "default": 1800},
        "busy_timeout": {"type": "int", "default": 3600},
        "lock_file": {"type": "path"},
    }

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        technology = TECHNOLOGIES[args["technology"]]
        cases: dict[str, tuple[str | None, Mode]] = {
            "response": (technology.response, "install"),
            "update_response": (technology.update_response, "update"),
            "uninstall_response": (technology.uninstall_response, "uninstall"),
        }
        modes: dict[str, Mode] = {name: mode for option, (name, mode) in cases.items() if name and args[option]}
        given = {name: Path(args[option]) for option, (name, _mode) in cases.items() if name and args[option]}
        sources = {technology.installer: Path(args["installer"]), **given}
        year, accepted = Release.parse(args["release"]).year, args["response_accept"]
        with checked_responses(
            sources, modes, product_code=args["product_code"], year=year, accepted=accepted
        ) as checked:
            digests = {name: sha256_of(path) for name, path in checked.items()}
            check_pin(args["installer"], digests[technology.installer], args["installer_sha256"] or "")
            package = Package.of(
                args,
                digests,
                response_release=_recorded_for(args["response"], args["response_release"]),
                update_release=_recorded_for(args["update_response"]),
            )
            depot, lock_file = Path(args["depot"]), Path(args["lock_file"]) if args["lock_file"] else None
            check, folders = self._task.check_mode, [depot, *([lock_file.parent] if lock_file else [])]
            with exclusively(*([] if check else folders), patience=PATIENCE):
                return publish(package, checked, depot=depot, lock_file=lock_file, check=check)


def _recorded_for(response: str | None, told: str = "") -> str:
    """The release that a response file was recorded for: as told, else as its name in a store says."""
    if told:
        return str(Release.parse(told).client)
    recorded = parse_name(Path(response or "").name)
    return str(recorded.release.client) if recorded else ""
