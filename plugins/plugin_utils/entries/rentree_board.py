# SPDX-License-Identifier: GPL-3.0-or-later
"""The action ``rentree_board`` (plugins/modules/rentree_board.py). I/O: Ansible."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from ...module_utils.base.clock import now
from ...module_utils.server.release import DEFAULT_CACHE
from ..board.board import document
from ..board.look import Sources, boards
from ..board.schools import SETTINGS_SPEC, School, settings
from ..board.table import render_board
from ..board.write import write_board
from ..doors.action import ControllerAction, show, terminal
from ..doors.language import LANGUAGE_SPEC
from ..inventory.asking import asking
from ..report.make import audit_pages
from ..store.option import store_address
from ..survey.options import PlayStations


class ActionModule(ControllerAction):
    """Show the eight operations of every school of the play. Documentation: plugins/modules/rentree_board.py."""

    # Once for the whole play, on the controller: one board per school, and no station of a room is asked anything.
    BYPASS_HOST_LOOP = True
    EARLIER_LANGUAGE = "pronote_rentree_language"
    ARGUMENT_SPEC: ClassVar[dict[str, Any]] = {
        "year": {"type": "int", "required": True},
        **SETTINGS_SPEC,
        "store": {"type": store_address},
        "depot": {"type": "path"},
        "releases": {"type": "dict", "default": {}},
        "cache_dir": {"type": "str", "default": DEFAULT_CACHE},
        "ask_again": {"type": "bool", "default": False},
        "path": {"type": "path"},
        "html": {"type": "path"},
        "audit_html": {"type": "path"},
        "language": LANGUAGE_SPEC,
    }

    def act(self, args: dict[str, Any]) -> dict[str, Any]:
        words = self.words
        shared = {name: args[name] or "" for name in ("store", "depot")}
        server = asking(cache_dir=args["cache_dir"], ask_again=args["ask_again"])
        play = PlayStations(self, self.variables, words=words)
        schools = [self._reached(school, play) for school in settings(self.variables, args)]
        stations = frozenset(map(str, self.variables["groups"]["all"]))
        made = boards(
            schools, Sources(**shared, words=words, server=server, releases=args["releases"], inventory=stations)
        )
        report = document(made, at=now())
        written: dict[str, str] = {}
        if not self._task.check_mode:
            pages = audit_pages(args["audit_html"], words)
            written = write_board(report, path=args["path"], html=args["html"], words=words, pages=pages)
        show([render_board(made, words=words, **terminal())])
        return {"schools": made, **written}

    @staticmethod
    def _reached(school: School, play: PlayStations) -> School:
        if not school.edt_path or not school.edt_station:
            return school
        workstation = play.other(school.edt_station)
        connection = play.connection(school.edt_station) if workstation.elsewhere else None
        return replace(school, workstation=workstation, connection=connection)
