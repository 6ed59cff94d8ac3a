# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``prepare`` (plugins/modules/prepare.py). I/O: Ansible."""

from __future__ import annotations

import shlex
from typing import Any, ClassVar

from ...module_utils.base.message import Message
from ...module_utils.product.products import PRODUCTS, PRONOTE_CLIENT
from ...module_utils.product.release import Release
from ..depot.exclusive import exclusively
from ..doctor.rehearsed import rehearsals
from ..doors.action import ControllerAction, show
from ..inventory.typed import command_here
from ..prepare.outcome import summary
from ..prepare.prepare import Preparation, PreparationSettings
from ..prepare.renew import renew
from ..prepare.wanted import wanted_by_schools
from ..station.telling import telling

_STATION = Message("STATION")

_PATIENCE = 10.0  # seconds


class ActionModule(ControllerAction):
    """Bring the releases that the schools need into the depot. Documentation: plugins/modules/prepare.py."""

    # Runs once for all schools of the play, without any station.
    BYPASS_HOST_LOOP = True
    FAILURE = Message("nothing was prepared: {error}")
    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
        "depot": {"type": "path", "required": True},
        "lock_file": {"type": "path", "required": True},
        "response_dir": {"type": "path", "required": True},
        "product": {"type": "str", "default": "pronote_client", "choices": sorted(PRODUCTS)},
        "releases": {"type": "list", "elements": "str", "default": []},
        "archs": {"type": "list", "elements": "str", "default": ["x64"], "choices": ["x64", "x86"]},
        "installer": {"type": "list", "elements": "str", "default": []},
        "sha256": {"type": "list", "elements": "str", "default": []},
        "preview": {"type": "bool", "default": False},
        "page_url": {"type": "str", "default": ""},
        "signers": {"type": "list", "elements": "str", "default": ["INDEX EDUCATION"]},
        "authorities": {"type": "list", "elements": "str", "default": ["microsoft"]},
        "response": {"type": "raw", "default": ""},
        "update_response": {"type": "raw", "default": ""},
        "uninstall_response": {"type": "raw", "default": ""},
        "product_code": {"type": "raw", "default": ""},
        "log_timeout": {"type": "int", "default": 1800},
        "download_dir": {"type": "path", "default": "~/.cache/rentree-pronote/downloads"},
        "timeout": {"type": "float", "default": 60},
        "tries": {"type": "int", "default": 5},
        "pause": {"type": "float", "default": 2},
        "validate_certs": {"type": "bool", "default": True},
        "ca_path": {"type": "path"},
        "rehearsals": {"type": "path"},
    }

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        settings = PreparationSettings.of(
            args, check=bool(self._task.check_mode), record_command=self._record_command()
        )
        releases, problems = [Release.parse(text).client for text in args["releases"]], list[str]()
        if not releases:
            hosts = self.variables["ansible_play_hosts_all"]
            asked, problems = wanted_by_schools(self.variables["hostvars"], hosts)
            releases = list(asked)
        wanted = [(release, str(arch)) for release in sorted(set(releases)) for arch in args["archs"]]
        held = () if settings.check else (settings.depot, settings.lock_file.parent, settings.download.folder)
        # A publication is over in a moment; another preparation is not, and is not waited for.
        with exclusively(*held, patience=_PATIENCE):
            outcomes = Preparation(settings, words=self.words, tell=telling.display).run(wanted)
            renewal = renew(settings.depot, settings.lock_file, done=outcomes, check=settings.check)
        told = summary([*outcomes, *renewal.outcomes], [*problems, *renewal.problems])
        if told["changed"] and not told.get("failed") and not settings.check:
            show([self._next(args)])
        return {**told, "scripts": renewal.scripts, "warnings": renewal.warnings}

    def _next(self, args: dict[str, Any]) -> str:
        """Of what is in the depot now, the stations' next: first of all whether one does as is expected of it."""
        if args["product"] == PRONOTE_CLIENT.key and rehearsals(args["rehearsals"] or "") == {}:
            reference = self.variables["groups"].get("pronote_reference", [])
            named = {str(name) for name in self.variables["ansible_play_hosts_all"]}
            station = next((shlex.quote(name) for name in reference if name in named), self.words.of(_STATION))
            command = f"{command_here('rehearse', self.variables)} --limit {station}"
            return self.words("Next, ask one station about what is taken for granted: {command}", command=command)
        command = f"{command_here('deploy', self.variables)} --check --diff"
        return self.words("Next, to see what changes on the stations: {command}", command=command)

    def _record_command(self) -> str:
        command = command_here("record_response", self.variables)
        if self.variables["groups"].get("pronote_reference"):
            return command
        return f"{command} -e pronote_record_station={self.words.of(_STATION)}"
