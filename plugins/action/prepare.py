# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from contextlib import nullcontext
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..module_utils.product.release import Release
from ..plugin_utils.doors.arguments import arguments, by_arch
from ..plugin_utils.prepare.download import DownloadOptions
from ..plugin_utils.prepare.prepare import (
    Preparation,
    PreparationSettings,
    exclusively,
    summary,
)
from ..plugin_utils.prepare.sources import SOURCES
from ..plugin_utils.prepare.vet import Trust
from ..plugin_utils.prepare.wanted import wanted_by_schools

ARGUMENT_SPEC: dict[str, Any] = {
    "depot": {"type": "path", "required": True},
    "lock_file": {"type": "path", "required": True},
    "response_dir": {"type": "path", "required": True},
    "product": {"type": "str", "default": "pronote_client", "choices": sorted(SOURCES)},
    "releases": {"type": "list", "elements": "str", "default": []},
    "archs": {"type": "list", "elements": "str", "default": ["x64"], "choices": ["x64", "x86"]},
    "installer": {"type": "list", "elements": "str", "default": []},
    "sha256": {"type": "list", "elements": "str", "default": []},
    "preview": {"type": "bool", "default": False},
    "page_url": {"type": "str", "default": ""},
    "signers": {"type": "list", "elements": "str", "default": ["INDEX EDUCATION"]},
    "authorities": {"type": "list", "elements": "str", "default": ["microsoft"]},
    "response": {"type": "raw", "default": ""},
    "uninstall_response": {"type": "raw", "default": ""},
    "product_code": {"type": "raw", "default": ""},
    "log_timeout": {"type": "int", "default": 1800},
    "download_dir": {"type": "path", "default": "~/.cache/rentree-pronote/downloads"},
    "timeout": {"type": "float", "default": 60},
    "tries": {"type": "int", "default": 5},
    "pause": {"type": "float", "default": 2},
    "validate_certs": {"type": "bool", "default": True},
    "ca_path": {"type": "path"},
}


class ActionModule(ActionBase):
    """Bring the releases that the schools need into the depot. Documentation: plugins/modules/prepare.py."""

    TRANSFERS_FILES = False
    # Runs once for all schools of the play, without any station.
    BYPASS_HOST_LOOP = True
    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        args = arguments(self, ARGUMENT_SPEC)
        variables = task_vars or {}
        try:
            settings = _settings(args, check=bool(self._task.check_mode))
            releases, problems = [Release.parse(text).client for text in args["releases"]], list[str]()
            if not releases:
                asked, problems = wanted_by_schools(variables["hostvars"], variables["ansible_play_hosts_all"])
                releases = list(asked)
            wanted = [(release, str(arch)) for release in sorted(set(releases)) for arch in args["archs"]]
            held = () if settings.check else (settings.depot, settings.lock_file.parent, settings.download.folder)
            with exclusively(*held) if held else nullcontext():
                outcomes = Preparation(settings, tell=Display().display).run(wanted)
        except (OSError, ValueError) as exc:
            raise AnsibleActionFail(f"nothing was prepared: {exc}") from exc
        return summary(outcomes, problems)


def _settings(args: dict[str, Any], *, check: bool) -> PreparationSettings:
    archs = args["archs"]
    downloads = ("timeout", "tries", "pause", "validate_certs", "ca_path")
    plain: dict[str, Any] = {name: args[name] for name in ("product", "page_url", "preview", "log_timeout")}
    paths: dict[str, Any] = {name: Path(args[name]) for name in ("depot", "lock_file", "response_dir")}
    return PreparationSettings(
        **plain,
        **paths,
        download=DownloadOptions(folder=Path(args["download_dir"]), **{name: args[name] for name in downloads}),
        trust=Trust(signers=args["signers"], authorities=args["authorities"], accepted=args["sha256"]),
        # Plain text: ansible-core tags strings with their origin, and YAML does not write tagged ones.
        installers=[str(text) for text in args["installer"]],
        responses=by_arch(args["response"], archs, option="response"),
        uninstall_responses=by_arch(args["uninstall_response"], archs, option="uninstall_response"),
        product_codes=by_arch(args["product_code"], archs, option="product_code"),
        check=check,
    )
