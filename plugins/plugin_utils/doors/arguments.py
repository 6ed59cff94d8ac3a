# SPDX-License-Identifier: GPL-3.0-or-later
"""The arguments of an action, checked against its argument spec by ansible-core."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.plugins.action import ActionBase

__all__ = ["arguments", "by_arch"]


def arguments(action: ActionBase, spec: dict[str, Any]) -> dict[str, Any]:
    """Check and convert the task's arguments. Raises AnsibleActionFail naming the option."""
    _result, values = action.validate_argument_spec(argument_spec=spec)
    checked: dict[str, Any] = values
    return checked


def by_arch(value: Any, archs: list[str], *, option: str) -> dict[str, str]:
    """An option that may be one text, when there is one architecture, or a text for each. Raises ValueError."""
    if isinstance(value, Mapping):
        strange = sorted(set(value) - {"x64", "x86"})
        if strange:
            raise ValueError(f"{option} is by architecture (x64, x86), not by {', '.join(map(repr, strange))}")
        return {str(arch): str(text) for arch, text in value.items() if text}
    if not value:
        return {}
    if len(archs) != 1:
        raise ValueError(
            f"{option} must name each architecture, as in {{x64: …, x86: …}}: {', '.join(archs)} are prepared"
        )
    return {archs[0]: str(value)}
