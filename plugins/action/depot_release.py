# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ..module_utils.base.files import sha256_of
from ..module_utils.product.products import PRODUCTS
from ..module_utils.product.release import Release
from ..module_utils.product.technologies import TECHNOLOGIES, Technology
from ..plugin_utils.depot.package import Package
from ..plugin_utils.depot.publish import publish
from ..plugin_utils.doors.arguments import arguments
from ..plugin_utils.responses.folder import checked_responses
from ..plugin_utils.responses.names import parse_name
from ..plugin_utils.responses.response import FINDINGS, Mode

ARGUMENT_SPEC: dict[str, Any] = {
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


class ActionModule(ActionBase):
    """Publish a release in a depot folder of the controller. Documentation: plugins/modules/depot_release.py."""

    TRANSFERS_FILES = False
    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        args = arguments(self, ARGUMENT_SPEC)
        technology = TECHNOLOGIES[args["technology"]]
        sources = {technology.installer: Path(args["installer"])}
        modes: dict[str, Mode] = {}
        if technology.response and args["response"]:
            sources[technology.response], modes[technology.response] = Path(args["response"]), "install"
        if technology.uninstall_response and args["uninstall_response"]:
            name = technology.uninstall_response
            sources[name], modes[name] = Path(args["uninstall_response"]), "uninstall"
        try:
            with checked_responses(
                sources,
                modes,
                product_code=args["product_code"],
                year=Release.parse(args["release"]).year,
                accepted=args["response_accept"],
            ) as checked:
                return self._publish(args, technology, checked)
        except (OSError, ValueError) as exc:
            raise AnsibleActionFail(f"release {args['release']} was not published: {exc}") from exc

    def _publish(self, args: dict[str, Any], technology: Technology, sources: dict[str, Path]) -> dict[str, Any]:
        digests = {name: sha256_of(path) for name, path in sources.items()}
        _check_pin(args, digests[technology.installer])
        package = Package(
            product=PRODUCTS[args["product"]],
            release=str(Release.parse(args["release"]).client),
            # Plain text: ansible-core tags strings with their origin, and YAML does not write tagged ones.
            arch=str(args["arch"]),
            technology=technology,
            digests=digests,
            product_code=args["product_code"],
            arguments=args["arguments"],
            uninstall_arguments=args["uninstall_arguments"],
            success_codes=tuple(args["success_codes"]),
            log_timeout=args["log_timeout"],
            busy_timeout=args["busy_timeout"],
            processes=PRODUCTS[args["product"]].processes,
            response_release=_response_release(args),
        )
        lock_file = Path(args["lock_file"]) if args["lock_file"] else None
        return publish(package, sources, depot=Path(args["depot"]), lock_file=lock_file, check=self._task.check_mode)


def _response_release(args: dict[str, Any]) -> str:
    """The release that the response file was recorded for: as told, else as its name in a store says."""
    if args["response_release"]:
        return str(Release.parse(args["response_release"]).client)
    recorded = parse_name(Path(args["response"] or "").name)
    return str(recorded.release.client) if recorded else ""


def _check_pin(args: dict[str, Any], digest: str) -> None:
    pinned = (args["installer_sha256"] or "").lower()
    if pinned and digest != pinned:
        raise ValueError(
            f"{args['installer']} has the SHA-256 {digest}, not the {pinned} expected; "
            "fetch it again, and find out why it differs"
        )
