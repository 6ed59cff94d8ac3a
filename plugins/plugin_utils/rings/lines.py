# SPDX-License-Identifier: GPL-3.0-or-later
"""Rings in words: a line for each ring of each school, and one for each school that stopped. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...module_utils.base.text import one_line, some_of

__all__ = ["ring_lines", "stop_lines"]

_SHOWN = 8
_LONGEST = 1000


def _clean(line: str) -> str:
    # Names come from the inventory, which a script may write, reasons from stations: neither may steer the terminal.
    return one_line(line, longest=_LONGEST)


def ring_lines(plans: Sequence[Mapping[str, Any]], *, check: bool) -> list[str]:
    """Who is in which ring. A school whose stations all go at once needs no line, save in a dry run."""
    lines = []
    for plan in plans:
        rings, rules = plan["rings"], plan["rules"]
        if plan["problem"] or (len(rings) < 2 and not check):
            continue
        school = plan["school"] or "no school"
        if plan["passed"]:
            lines.append(f"{school}: resumes at ring {min(plan['passed'] + 1, len(rings))} of {len(rings)}")
        if rules["unproven"]:
            lines.append(
                f"{school}: the response file was recorded for {rules['unproven']}, not {plan['release']}: "
                "one pilot shows whether it fits"
            )
        for number, ring in enumerate(rings, start=1):
            if not ring:
                # Those of earlier runs were it.
                continue
            what = " (pilots)" if number == 1 and len(rings) > 1 else ""
            size = f"{len(ring)} station{'s' if len(ring) > 1 else ''}"
            lines.append(f"{school}: ring {number} of {len(rings)}{what}, {size}: {some_of(ring, _SHOWN)}")
        if plan["reserves"]:
            lines.append(
                f"{school}: in a pilot's place, should it be off or in use: {some_of(plan['reserves'], _SHOWN)}"
            )
    return [_clean(line) for line in lines]


def stop_lines(stopped: Mapping[str, str]) -> list[str]:
    """Why schools stopped."""
    return [_clean(f"{school or 'no school'}: stopped, {reason}") for school, reason in stopped.items()]
