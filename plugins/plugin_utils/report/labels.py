# SPDX-License-Identifier: GPL-3.0-or-later
"""What an audit concludes and what has changed since the one before, in words: for reports and alerts. Pure."""

from __future__ import annotations

from ...module_utils.base.message import Message

__all__ = ["CHANGES", "VERDICTS"]

VERDICTS = {
    "compliant": Message("Compliant"),
    "not_compliant": Message("Not compliant"),
    "incomplete": Message("Audit incomplete"),
}
"""By the verdict of audit/outcome.py."""

CHANGES = {
    "newly_late": Message("Newly wrong"),
    "fixed": Message("Fixed"),
    "by_hand": Message("Changed without us (self-update, or a visit)"),
    "new": Message("New stations"),
    "vanished": Message("Gone from the inventory"),
}
"""By the kind of change of audit/history.py."""
