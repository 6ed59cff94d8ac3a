# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from ..module_utils.base.files import sha256_of
from ..module_utils.product.products import PRODUCTS
from ..module_utils.product.release import Release
from ..module_utils.product.technologies import TECHNOLOGIES
from ..plugin_utils.depot.package import Package
from ..plugin_utils.depot.publish import check_pin, publish
from ..plugin_utils.doors.action import ControllerAction
from ..plugin_utils.responses.findings import FINDINGS
from ..plugin_utils.responses.folder import checked_responses
from ..plugin_utils.responses.names import parse_name
from ..plugin_utils.responses.response import Mode


class ActionModule(ControllerAction):
    """Publish a release in a depot folder of the controller. Documentation: plugins/modules/depot_release.py."""

    FAILURE = "release {release} was not published: {0}"
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
        files = {"response": technology.response, "uninstall_response": technology.uninstall_response}
        given = {name: option for option, name in files.items() if name and args[option]}
        sources = {technology.installer: Path(args["installer"]), **{name: Path(args[given[name]]) for name in given}}
        modes: dict[str, Mode] = {name: "install" if given[name] == "response" else "uninstall" for name in given}
        year, accepted = Release.parse(args["release"]).year, args["response_accept"]
        with checked_responses(
            sources, modes, product_code=args["product_code"], year=year, accepted=accepted
        ) as checked:
            digests = {name: sha256_of(path) for name, path in checked.items()}
            check_pin(args["installer"], digests[technology.installer], args["installer_sha256"] or "")
            package = Package.of(args, digests, response_release=_response_release(args))
            depot, lock_file = Path(args["depot"]), Path(args["lock_file"]) if args["lock_file"] else None
            return publish(package, checked, depot=depot, lock_file=lock_file, check=self._task.check_mode)


def _response_release(args: dict[str, Any]) -> str:
    """The release that the response file was recorded for: as told, else as its name in a store says."""
    if args["response_release"]:
        return str(Release.parse(args["response_release"]).client)
    recorded = parse_name(Path(args["response"] or "").name)
    return str(recorded.release.client) if recorded else ""
