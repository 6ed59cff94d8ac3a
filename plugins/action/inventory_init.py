# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Final

from ansible import constants

from ..module_utils.base.text import printable_message
from ..plugin_utils.doors.action import ControllerAction, show
from ..plugin_utils.doors.terminal import asking
from ..plugin_utils.init import checks, questions
from ..plugin_utils.init.begin import Plan, begin, next_command, write
from ..plugin_utils.init.disk import Here
from ..plugin_utils.init.given import as_typed
from ..plugin_utils.init.interview import Interview
from ..plugin_utils.init.plan import CREATED, difference
from ..plugin_utils.words.catalogue import catalogue
from ..plugin_utils.words.early import told_language
from ..plugin_utils.words.words import LANGUAGES, Words

_OF_ALL: Final = ("depot_url", "depot_path")
"""Answers whose variables are other roles' as well."""


class ActionModule(ControllerAction):
    """Write a first inventory. Documentation: plugins/modules/inventory_init.py."""

    BYPASS_HOST_LOOP = True
    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
        "folder": {"type": "str", "default": ""},
        "stations": {"type": "str", "default": ""},
        "preset": {"type": "str", "default": "", "choices": ["", "plain", "glpi", "ocs"]},
        "schools": {"type": "list", "elements": "dict", "default": []},
        "transport": {"type": "str", "default": ""},
        "user": {"type": "str", "default": ""},
        "password": {"type": "str", "default": "", "no_log": True},
        "depot_url": {"type": "str", "default": ""},
        "depot_path": {"type": "str", "default": ""},
        "reference": {"type": "str", "default": ""},
        "vault_password_file": {"type": "str", "default": ""},
    }

    @cached_property
    def words(self) -> Words:
        """Those of the variable; in a folder without an inventory those of the environment or ansible.cfg."""
        if self.variables.get("pronote_language"):
            return super().words
        config: str | None = constants.CONFIG_FILE  # type: ignore[attr-defined]  # set at run time
        language = told_language(os.environ, config)[1]
        return catalogue(language if language in LANGUAGES else LANGUAGES[0])

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        extra = self.variables["hostvars"]._variable_manager.extra_vars
        args["password"] = args["password"] or as_typed(self.variables, extra=extra)
        depot = {f"pronote_{name}": str(args.pop(name)) for name in _OF_ALL}
        # An inventory has them as well: they are answers where a command line or a file of answers says them.
        said = {key for key in depot if key in extra or key.replace("pronote_", "pronote_init_", 1) in self.variables}
        talk = Interview(
            {
                **{f"pronote_init_{name}": value for name, value in args.items()},
                **{key: depot[key] for key in said},
            },
            known={key: value for key, value in depot.items() if key not in said},
            asks=lambda: asking(self.words, questions.INTRODUCTION),
            # What a file has for headings is among it.
            tell=lambda texts: show(printable_message(self.words.of(text)) for text in texts),
        )
        # Set at run time, from base.yml.
        file = constants.config.get_config_value("DEFAULT_VAULT_PASSWORD_FILE")
        here = Here(base=Path.cwd(), loader=self._loader, vault_file=str(file or ""))
        plan = begin(talk, here, words=self.words, secrets=self._loader._vault.secrets or ())
        check = bool(self._task.check_mode)
        made = [each for each in plan.files if each.state == CREATED]
        if made and talk.asks_all and not check:
            talk.tell(plan.lines(done=False))
            if not talk.asked(questions.AGREED, checks.yes, default=self.words("yes")):
                return {"files": [], "next": ""}
        if not check:
            write(plan, here.base)
        talk.tell(plan.lines(done=not check))
        return self._result(plan, here, changed=bool(made))

    def _result(self, plan: Plan, here: Here, *, changed: bool) -> dict[str, Any]:
        command = next_command(plan, here.base)
        if not self._task.check_mode:
            show(
                [
                    self.words(
                        "Next, once stations listen (docs/winrm.md), see what else is missing: {command}",
                        command=command,
                    )
                ]
            )
        return {
            "changed": changed,
            "files": [{"path": each.path, "state": each.state} for each in plan.files],
            "diff": difference(plan.files, self.words),
            "next": command,
        }
