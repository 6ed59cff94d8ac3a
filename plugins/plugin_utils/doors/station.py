# SPDX-License-Identifier: GPL-3.0-or-later
"""What the actions on stations share: the station of this task, and errors as Ansible results.

Imported in the controller's main process (the strategy loads the action's class before it forks), so that what every
worker would load for itself is loaded once for all: pywinrm with requests, cryptography and lxml, the stock connection
and shell plugins, our lookup, and every Jinja plugin with the lexer (figures: docs/benchmarks.md).
"""

from __future__ import annotations

from typing import Any

from ansible.plugins.loader import connection_loader, lookup_loader, shell_loader
from ansible.template import Templar, trust_as_template

from ..station.errors import StationError
from ..station.winrm import WinrmStation

__all__ = ["failure", "station"]

connection_loader.get("ansible.builtin.winrm", class_only=True)
shell_loader.get("ansible.builtin.powershell", class_only=True)
# Named by a default of the role pronote_client, so evaluated in every worker of a deployment.
lookup_loader.get("rentree.pronote.hosted_release", class_only=True)
# A filter and a test: the first of each loads them all. Ansible itself leaves this to chance (_jinja_bits.py, lexer).
Templar().template(trust_as_template("{{ 1 | default(1) is defined }}"))


def station(connection: Any) -> WinrmStation:
    """The station of a task, from its connection. Raises UnsupportedConnectionError."""
    return WinrmStation(connection)


def failure(exc: StationError) -> dict[str, Any]:
    """The result of a task that could not be done.

    No way to the station is ``unreachable`` for Ansible, as with any other module; the rest is a failure.
    """
    return exc.as_result()
