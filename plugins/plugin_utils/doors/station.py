# SPDX-License-Identifier: GPL-3.0-or-later
"""The base of the actions that talk to the station of their task, over its stock winrm connection. I/O.

Imported in the controller's main process (the strategy loads the action's class before it forks), so that what every
worker would load for itself is loaded once for all: pywinrm with requests, cryptography and lxml, the stock connection
and shell plugins, our lookup, and every Jinja plugin with the lexer (figures: docs/benchmarks.md).
"""

from __future__ import annotations

from typing import ClassVar

from ansible.plugins.loader import connection_loader, lookup_loader, shell_loader
from ansible.template import Templar, trust_as_template

from ..preflight.kept import held
from ..station.winrm import WinrmStation
from .action import ControllerAction

__all__ = ["StationAction"]

connection_loader.get("ansible.builtin.winrm", class_only=True)
shell_loader.get("ansible.builtin.powershell", class_only=True)
# Named by defaults of the role pronote_client, so evaluated in every worker of a deployment.
for _name in ("hosted_release", "place"):
    lookup_loader.get(f"rentree.pronote.{_name}", class_only=True)
# A filter and a test: the first of each loads them all. Ansible itself leaves this to chance (_jinja_bits.py, lexer).
Templar().template(trust_as_template("{{ 1 | default(1) is defined }}"))


class StationAction(ControllerAction):
    """An action on the station of its task."""

    _requires_connection = True

    LEAVES_HELD: ClassVar[bool] = True
    """Whether a station that the preflight holds is not asked."""

    @property
    def name(self) -> str:
        """The station's name in the inventory."""
        return str(self.variables["inventory_hostname"])

    def begin(self) -> None:
        super().begin()
        if self.LEAVES_HELD and (fault := held(self.name)) is not None:
            raise fault

    def station(self) -> WinrmStation:
        """The task's station; not asked anything yet. Raises UnsupportedConnectionError."""
        return WinrmStation(self._connection)
