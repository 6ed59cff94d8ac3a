# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``awx_data`` (plugins/modules/awx_data.py). I/O: Ansible."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

from ...module_utils.base.message import Message
from ...module_utils.base.text import headed_diff, printable_message
from ..awx.gather import gather
from ..awx.questions import INTRODUCTION
from ..awx.text import text_of
from ..awx.write import before, write
from ..doors.action import ControllerAction, show
from ..doors.terminal import asking
from ..init.interview import Interview


class ActionModule(ControllerAction):
    """Write what AWX is to have for an inventory. Documentation: plugins/modules/awx_data.py."""

    BYPASS_HOST_LOOP = True
    KEEPS_MUCH = True
    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
        "file": {"type": "path", "default": "awx-data.yml"},
        "organization": {"type": "str", "default": ""},
        "project_url": {"type": "str", "default": ""},
        "branch": {"type": "str", "default": "main"},
        "source": {"type": "str", "default": ""},
        "image": {"type": "str", "default": ""},
        "volume": {"type": "path", "default": "/srv/pronote-awx"},
        "instance_group": {"type": "str", "default": "PRONOTE"},
        "instances": {"type": "list", "elements": "str", "default": []},
        "schools_per_node": {"type": "int", "default": 1},
        "approval": {"type": "bool", "default": False},
        "forks": {"type": "int", "default": 25},
        "timezone": {"type": "str", "default": "Europe/Paris"},
    }

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        talk = Interview(
            {f"pronote_awx_{name}": value for name, value in args.items()},
            asks=lambda: asking(self.words, INTRODUCTION),
            tell=lambda texts: show(printable_message(self.words.of(text)) for text in texts),
        )
        gathered = gather(talk, self.variables, args, Path.cwd())
        text = text_of(gathered.data, self.words)
        path = Path(args["file"]).expanduser()
        there = before(path)
        changed = there != text
        if changed and not self._task.check_mode:
            write(path, text)
        if not self._task.check_mode:
            told = Message(
                "Next, see what it would make: ansible-playbook awx/apply.yml -e @{file} --check", file=str(path)
            )
            show([self.words.of(told)])
        return {
            "changed": changed,
            "file": str(path),
            "schools": gathered.schools,
            "jobs": gathered.jobs,
            "diff": [headed_diff(str(path), there, text)] if changed else [],
        }
