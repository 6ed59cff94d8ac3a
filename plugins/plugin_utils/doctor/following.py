# SPDX-License-Identifier: GPL-3.0-or-later
"""What comes after an examination: the playbook, at which station, and what for. Pure."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Sequence
from typing import Final

from ...module_utils.base.message import Message
from .checks import Finding

__all__ = ["following"]

_AGAIN: Final = Message("Next, once that is mended, look again: {command}")
_PREPARE: Final = Message("Next, bring the release into the depot: {command}")
_REHEARSE: Final = Message("Next, ask one station about what is taken for granted: {command}")
_AUDIT: Final = Message("Next, to see who is up to date: {command}")


def following(findings: Sequence[Finding], command: Callable[[str], str]) -> tuple[Message, str]:
    """What is told, and the command in it. ``command``: for one of our playbooks, by its name."""
    fails = {each.check for each in findings if each.outcome == "fails"}
    read = any(each.check == "shell" and each.outcome == "holds" for each in findings)
    unheard = [each.place.station for each in findings if each.check == "rehearsal" and each.outcome == "unknown"]
    if fails - {"release"} or not read:
        told, typed = _AGAIN, command("doctor")
    elif fails:
        told, typed = _PREPARE, command("prepare")
    elif unheard:
        told, typed = _REHEARSE, f"{command('rehearse')} --limit {shlex.quote(unheard[0])}"
    else:
        told, typed = _AUDIT, command("audit")
    return told.given(command=typed), typed
