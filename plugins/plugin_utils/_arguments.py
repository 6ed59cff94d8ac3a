# SPDX-License-Identifier: GPL-3.0-or-later
"""The arguments of an action, checked against its argument spec by ansible-core."""

from __future__ import annotations

from typing import Any

from ansible.plugins.action import ActionBase

__all__ = ["arguments"]


def arguments(action: ActionBase, spec: dict[str, Any]) -> dict[str, Any]:
    """Check and convert the task's arguments. Raises AnsibleActionFail naming the option."""
    _result, values = action.validate_argument_spec(argument_spec=spec)
    checked: dict[str, Any] = values
    return checked
