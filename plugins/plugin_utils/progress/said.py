# SPDX-License-Identifier: GPL-3.0-or-later
"""What the console says of a task's result, in one line instead of Ansible's dump of it. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...module_utils.base.message import Message
from ...module_utils.base.text import printable_line
from ..words.words import Words

__all__ = ["PLUMBING", "failure_of", "reason_of_ok"]

PLUMBING = frozenset(
    {
        *(f"rentree.pronote.{action}" for action in ("audit_survey", "client_survey", "client_settings_survey")),
        *(f"rentree.pronote.{action}" for action in ("rings", "ring_step", "deploy_report", "audit_report", "places")),
        *(f"rentree.pronote.{action}" for action in ("preflight", "rentree_gate", "wake", "doctor", "audit_conclude")),
        *(f"ansible.builtin.{action}" for action in ("set_fact", "include_tasks", "include_role", "meta", "assert")),
    }
)
"""Actions whose success is nothing that people wait for: they run once for all, or prepare what comes after them."""

# What a failure of ours is for Ansible around its text (ansible-core 2.19, task_executor and AnsibleActionFail).
_AROUND = ("Task failed: ", "Action failed: ")


_HELD = Message("held back")


def reason_of_ok(result: Mapping[str, Any], words: Words) -> tuple[str, str]:
    """``ok``, ``changed`` or ``skipping`` and why, of a station's turn; the reason is empty for nothing to do."""
    action = result.get("action")
    reason = printable_line(words.field(result, "reason"))
    if action == "skip" and "held_by" in result:
        # Why is the same for all of its school: the block says it once.
        return "skipping", words.of(_HELD)
    if action == "skip":
        # Something may have been done before it was left, and that is in the difference.
        return ("changed" if result.get("changed") else "skipping"), reason
    return ("changed", reason) if result.get("changed") else ("ok", "")


def failure_of(result: Mapping[str, Any], *, remedy: bool) -> str:
    """The text of a failure, empty for one that has none. ``remedy``: with what to do, where nothing says it later."""
    text = result.get("msg") if remedy or not result.get("fact") else result["fact"]
    told = str(text or "")
    for words in _AROUND:
        told = told.removeprefix(words)
    return "\n".join(printable_line(line) for line in told.splitlines())
