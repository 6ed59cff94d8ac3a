# SPDX-License-Identifier: GPL-3.0-or-later
"""The eight yearly operations: what, in which application, who, and what to do next; and the states of one. Data.

The table is that of the *opérations de rentrée* in hosted mode, as published (docs/fidelity.md, O). Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from ...module_utils.base.message import Message
from ...module_utils.checks.findings import DONE, IN_DOUBT, NOT_OBSERVABLE, TO_DO

__all__ = ["BLOCKED", "OPERATIONS", "STATES", "VERDICTS", "Operation", "State"]

BLOCKED = "blocked"


@dataclass(frozen=True)
class State:
    """How a state is shown: ``mark`` is its sign, for who cannot tell colours apart, and for paper; ``tone`` the colour
    of page.css, ``style`` that of a terminal.
    """

    mark: str
    tone: str
    style: str
    label: Message


STATES = {
    DONE: State("✓", "good", "green", Message.context("operation", "done")),
    # Not red on the page: in June that is how things are, and no fault.
    TO_DO: State("→", "go", "red", Message.context("operation", "to do")),
    BLOCKED: State("‖", "wait", "magenta", Message("blocked")),
    IN_DOUBT: State("?", "doubt", "yellow", Message("in doubt")),
    NOT_OBSERVABLE: State("–", "blind", "blue", Message("not observable")),
}
"""Every state of an operation, in the order in which they are counted."""


@dataclass(frozen=True, kw_only=True)
class Operation:
    """One operation. ``short`` is its title in a word or two, ``todo`` what to do, ``look`` how to see it when it could
    not be looked at; both are for the responsible. ``admin_todo`` and ``admin_look``: what the network administrator,
    who runs this, adds to it; empty for nothing."""

    title: Message
    short: Message
    application: Message
    responsible: Message
    todo: Message
    look: Message
    admin_todo: str = ""
    admin_look: str = ""


VERDICTS = {
    "finished": Message("Finished"),
    "under_way": Message("Under way"),
    "to_check": Message("To check"),
}
"""Of the whole board, by the verdict of ``view``."""

_ATTEST = Message("Once it is done, record it (playbooks/attest.yml).")

OPERATIONS = {
    1: Operation(
        title=Message("Update the applications, install the year's client"),
        short=Message("Update"),
        application=Message("hosting console"),
        responsible=Message("head of school"),
        todo=Message("Update PRONOTE from the hosting console."),
        admin_todo=Message("Then publish the installer (playbooks/publish.yml)."),
        look=Message("Look at the release in the hosting console."),
    ),
    2: Operation(
        title=Message("Prepare the timetables and save the archive"),
        short=Message("EDT archive"),
        application=Message("EDT monoposte"),
        responsible=Message("head of school"),
        todo=Message("Build the timetables, then Fichier > Fabriquer une archive."),
        look=Message("Look at the archive on the workstation where the timetables are made."),
    ),
    3: Operation(
        title=Message("Initialise the PRONOTE base with EDT's data"),
        short=Message("Base"),
        application=Message("EDT to PRONOTE"),
        responsible=Message("head of school"),
        todo=Message("Transfer EDT's data to PRONOTE, then say so to the network administrator."),
        admin_todo=_ATTEST,
        look=Message("Ask the head of school."),
    ),
    4: Operation(
        title=Message("Recover last year's data"),
        short=Message("Recovery"),
        application=Message("PRONOTE client"),
        responsible=Message("head of school"),
        todo=Message("Complete the base with last year's data, then say so to the network administrator."),
        admin_todo=_ATTEST,
        look=Message("Ask the head of school."),
    ),
    5: Operation(
        title=Message("Connect PRONOTE and the ENT (CAS)"),
        short=Message("ENT link"),
        application=Message("hosting console"),
        responsible=Message("head of school"),
        todo=Message("Activate CAS in the hosting console, towards the address that the ENT gives."),
        look=Message("Look at the connection in the hosting console."),
    ),
    6: Operation(
        title=Message("Export the PRONOTE identifiers to the ENT"),
        short=Message("Export"),
        application=Message("PRONOTE client"),
        responsible=Message("ENT administrator / head of school"),
        todo=Message("Imports/Exports > Socles ENT > Exporter les identifiants PRONOTE."),
        look=Message("Tell the network administrator where the exported file is."),
        admin_look=Message("Give the place of the exported file (pronote_rentree_export.path)."),
    ),
    7: Operation(
        title=Message("Import the identifiers in the ENT"),
        short=Message("Import"),
        application=Message("ENT"),
        responsible=Message("ENT administrator"),
        todo=Message("Import the file in the ENT, then say so to the network administrator."),
        admin_todo=_ATTEST,
        look=Message("Ask the ENT's administrator."),
    ),
    8: Operation(
        title=Message("Install the client on the stations of the pedagogical network"),
        short=Message("Stations"),
        application=Message("rentree.pronote"),
        responsible=Message("network administrator"),
        todo=Message("Run playbooks/deploy.yml, then playbooks/audit.yml."),
        look=Message("Run playbooks/audit.yml."),
    ),
}
"""By number."""
