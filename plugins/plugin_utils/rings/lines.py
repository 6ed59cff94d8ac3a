# SPDX-License-Identifier: GPL-3.0-or-later
"""Rings in words: a line for each ring of each school, and one for each school that stopped. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ...module_utils.base.message import Message
from ...module_utils.base.text import one_line, some_of
from ..words.words import Words
from .plan import FIRST_INSTALLATION

__all__ = ["back_lines", "ring_lines", "stop_lines"]

_SHOWN = 8
_LONGEST = 1000

_NO_SCHOOL = Message("no school")
_FIRST = Message("a first installation")
_RING = Message("{school}: ring {number} of {count}, {size}: {names}", school="", number=0, count=0, size="", names="")
_PILOTS = Message(
    "{school}: ring {number} of {count} (pilots), {size}: {names}", school="", number=0, count=0, size="", names=""
)


def _clean(line: str) -> str:
    # Names come from the inventory, which a script may write, reasons from stations: neither may steer the terminal.
    return one_line(line, longest=_LONGEST)


def ring_lines(plans: Sequence[Mapping[str, Any]], *, check: bool, words: Words) -> list[str]:
    """Who is in which ring. A school whose stations all go at once needs no line, save in a dry run."""
    lines = []
    for plan in plans:
        rings, rules = plan["rings"], plan["rules"]
        if plan["problem"] or plan.get("elsewhere") or (len(rings) < 2 and not check):
            continue
        school = plan["school"] or _NO_SCHOOL
        if plan["passed"]:
            lines.append(
                Message(
                    "{school}: resumes at ring {ring} of {count}",
                    school=school,
                    ring=min(plan["passed"] + 1, len(rings)),
                    count=len(rings),
                )
            )
        if rules["unproven"]:
            lines.append(
                Message(
                    "{school}: the response file was recorded for {unproven}, not {release}: one pilot shows "
                    "whether it fits",
                    school=school,
                    unproven=_FIRST if rules["unproven"] == FIRST_INSTALLATION else rules["unproven"],
                    release=plan["release"],
                )
            )
        for number, ring in enumerate(rings, start=1):
            if not ring:
                # Those of earlier runs were it.
                continue
            of_pilots = number == 1 and len(rings) > 1
            size = Message.plural("{n} station", "{n} stations", len(ring))
            text = _PILOTS if of_pilots else _RING
            lines.append(
                text.given(
                    school=school,
                    number=number,
                    count=len(rings),
                    size=size,
                    names=some_of(ring, _SHOWN),
                )
            )
        if plan["reserves"]:
            lines.append(
                Message(
                    "{school}: in a pilot's place, should it be off or in use: {names}",
                    school=school,
                    names=some_of(plan["reserves"], _SHOWN),
                )
            )
    return [_clean(words.of(line)) for line in lines]


def back_lines(schools: Sequence[str], *, words: Words) -> list[str]:
    """Which schools the run comes back to, that others have gone on without."""
    return [
        _clean(words("{school}: its stations were slow, and the run comes back to it", school=school or _NO_SCHOOL))
        for school in schools
    ]


def stop_lines(stopped: Mapping[str, str], *, words: Words) -> list[str]:
    """Why schools stopped."""
    return [
        _clean(words("{school}: stopped, {reason}", school=school or _NO_SCHOOL, reason=reason))
        for school, reason in stopped.items()
    ]
