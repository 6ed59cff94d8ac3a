# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import shutil
import sys
from dataclasses import replace
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ..module_utils.base.clock import now
from ..module_utils.server.release import DEFAULT_CACHE
from ..plugin_utils.board.board import document
from ..plugin_utils.board.look import Sources, boards
from ..plugin_utils.board.schools import SETTINGS_SPEC, School, settings
from ..plugin_utils.board.table import render_board
from ..plugin_utils.board.write import write_board
from ..plugin_utils.doors.arguments import arguments
from ..plugin_utils.doors.other_host import connection_to
from ..plugin_utils.report.make import audit_pages

ARGUMENT_SPEC: dict[str, Any] = {
    "year": {"type": "int", "required": True},
    **SETTINGS_SPEC,
    "store": {"type": "path"},
    "depot": {"type": "path"},
    "releases": {"type": "dict", "default": {}},
    "cache_dir": {"type": "str", "default": DEFAULT_CACHE},
    "path": {"type": "path"},
    "html": {"type": "path"},
    "audit_html": {"type": "path"},
    "language": {"type": "str", "choices": ["fr", "en"], "default": "fr"},
}


class ActionModule(ActionBase):
    """Show the eight operations of every school of the play. Documentation: plugins/modules/rentree_board.py."""

    TRANSFERS_FILES = False
    # Once for the whole play, on the controller: one board per school, and no station of a room is asked anything.
    BYPASS_HOST_LOOP = True
    _supports_check_mode = True
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        super().run(tmp, task_vars)
        args = arguments(self, ARGUMENT_SPEC)
        language = args["language"]
        shared = {name: args[name] or "" for name in ("store", "depot", "cache_dir", "language")}
        written: dict[str, str] = {}
        try:
            schools = [self._reached(school, task_vars or {}) for school in settings(task_vars or {}, args)]
            stations = frozenset(map(str, (task_vars or {})["groups"]["all"]))
            made = boards(schools, Sources(**shared, releases=args["releases"], inventory=stations))
            report = document(made, at=now())
            if not self._task.check_mode:
                written = write_board(
                    report,
                    path=args["path"],
                    html=args["html"],
                    language=language,
                    pages=audit_pages(args["audit_html"], language),
                )
        except (ValueError, OSError) as exc:
            raise AnsibleActionFail(str(exc)) from exc
        width = max(80, shutil.get_terminal_size((120, 40)).columns)
        Display().display(render_board(made, language=language, width=width, color=sys.stdout.isatty()))
        return {"changed": False, "schools": made, **written}

    def _reached(self, school: School, variables: dict[str, Any]) -> School:
        if not school.edt_path or not school.edt_station:
            return school
        connection = connection_to(school.edt_station, self._play_context, variables, self._templar)
        return replace(school, connection=connection)
