# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible_collections.rentree.pronote.plugins.module_utils.package import Package
from ansible_collections.rentree.pronote.plugins.module_utils.products import PRODUCTS
from ansible_collections.rentree.pronote.plugins.module_utils.releases import Release
from ansible_collections.rentree.pronote.plugins.module_utils.technologies import TECHNOLOGIES
from ansible_collections.rentree.pronote.plugins.plugin_utils._arguments import arguments
from ansible_collections.rentree.pronote.plugins.plugin_utils._depot import publish, sha256_of

ARGUMENT_SPEC: dict[str, Any] = {
    "depot": {"type": "path", "required": True},
    "product": {"type": "str", "default": "pronote_client", "choices": sorted(PRODUCTS)},
    "release": {"type": "str", "required": True},
    "arch": {"type": "str", "default": "x64", "choices": ["x64", "x86"]},
    "technology": {"type": "str", "default": "installscript", "choices": sorted(TECHNOLOGIES)},
    "installer": {"type": "path", "required": True},
    "installer_sha256": {"type": "str"},
    "response": {"type": "path"},
    "uninstall_response": {"type": "path"},
    "product_code": {"type": "str", "default": ""},
    "arguments": {"type": "str", "default": ""},
    "uninstall_arguments": {"type": "str", "default": ""},
    "success_codes": {"type": "list", "elements": "int", "default": []},
    "log_timeout": {"type": "int", "default": 1800},
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
        for name, option in (
            (technology.response, "response"),
            (technology.uninstall_response, "uninstall_response"),
        ):
            if name and args[option]:
                sources[name] = Path(args[option])
        try:
            digests = {name: sha256_of(path) for name, path in sources.items()}
            _check_pin(args, digests[technology.installer])
            package = Package(
                title=PRODUCTS[args["product"]].title,
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
                processes=PRODUCTS[args["product"]].processes,
            )
            lock_file = Path(args["lock_file"]) if args["lock_file"] else None
            return publish(
                package, sources, depot=Path(args["depot"]), lock_file=lock_file, check=self._task.check_mode
            )
        except (OSError, ValueError) as exc:
            raise AnsibleActionFail(f"release {args['release']} was not published: {exc}") from exc


def _check_pin(args: dict[str, Any], digest: str) -> None:
    pinned = (args["installer_sha256"] or "").lower()
    if pinned and digest != pinned:
        raise ValueError(
            f"{args['installer']} has the SHA-256 {digest}, not the {pinned} expected; "
            "fetch it again, and find out why it differs"
        )
