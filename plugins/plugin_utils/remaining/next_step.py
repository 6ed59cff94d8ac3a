# SPDX-License-Identifier: GPL-3.0-or-later
"""What to do next on a station, by how its last deployment ended: what comes before deploying to it again. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal, get_args

__all__ = ["BEFORE_DEPLOYING", "STEPS_BY_TEXT", "Step", "next_step"]

Step = Literal["free_disk", "record", "close_client", "mend", "pilot", "wait", "start", "later", "deploy"]

STEPS_BY_TEXT: Mapping[str, Step] = {
    "{free} MiB free on {drive}, {needed} MiB needed": "free_disk",
    "the response file lacks an answer that the setup wants: record it again for this release": "record",
    "the response file cannot be read as one: record it again for this release": "record",
    "the dialogs are out of order: record the response file again for this release": "record",
    "Record the case {mode} again, with this release's setup on a reference station "
    "({command}), publish the release again, then run again.": "record",
    "This release's setup asks something else where {over} is installed. On a station that "
    "has it, record the case update ({command}), publish the release again, then run again. "
    "Or have the client removed first: pronote_client_update: reinstall.": "record",
    "{names} is running": "close_client",
    "somebody is logged on": "close_client",
    "somebody started the program before the setup began; nothing was changed": "close_client",
    "{fact}; somebody started the program meanwhile, which locks its files": "close_client",
}
"""The texts in a reason or a remedy that say what to do; a test holds them to the texts of the engine."""

_BY_OUTCOME: Mapping[str, Step] = {
    "failed": "mend",
    "held": "pilot",
    "running": "wait",
    "armed": "start",
    "skipped": "later",
}

BEFORE_DEPLOYING: tuple[Step, ...] = tuple(step for step in get_args(Step) if step != "deploy")


def next_step(outcome: str, *sources: object) -> Step:
    """``sources``: what reason and remedy are said from (``Message.as_dict``), or None."""
    if outcome in {"failed", "skipped"}:
        for text in _texts(sources):
            if text in STEPS_BY_TEXT:
                return STEPS_BY_TEXT[text]
    return _BY_OUTCOME.get(outcome, "deploy")


def _texts(source: object) -> Iterator[str]:
    """Every text of a source and of the values in it, the outermost first."""
    todo: list[Any] = [source]
    while todo:
        each = todo.pop(0)
        if isinstance(each, str):
            yield each
        elif isinstance(each, Mapping):
            todo += each.values()
        elif isinstance(each, list | tuple):
            todo += each
