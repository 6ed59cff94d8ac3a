# SPDX-License-Identifier: GPL-3.0-or-later
"""What came of the preparation of each release, and the result of the task that is made of them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...module_utils.base.message import Message, linked

__all__ = ["ReleaseResult", "summary"]


@dataclass(frozen=True, kw_only=True)
class ReleaseResult:
    """What came of one release and architecture. ``received``: bytes fetched from the download site."""

    product: str
    release: str
    arch: str
    status: str  # published, unchanged, by_hand, rendered, failed; in check mode would_publish, would_render
    changed: bool = False
    url: str = ""
    sha256: str = ""
    size: int = 0
    signer: str = ""
    received: int = 0
    folder: str = ""
    # What a copy of it on a web server must hold: below the depot, SHA-256 by file name. Empty when it is not known.
    place: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    message: str = ""
    diff: Sequence[Mapping[str, str]] = ()

    def as_dict(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "diff"}


def summary(outcomes: Sequence[ReleaseResult], problems: Sequence[str]) -> dict[str, Any]:
    """The task's result: what was done, and a failure that names each release and school that was left out.

    What was published by hand and is rendered anew is told once.
    """
    anew = {(o.product, o.release, o.arch) for o in outcomes if o.status in {"rendered", "would_render"}}
    outcomes = [o for o in outcomes if o.status != "by_hand" or (o.product, o.release, o.arch) not in anew]
    failures: list[str] = [
        Message("{release} {arch}: {fact}", release=o.release, arch=o.arch, fact=o.message)
        for o in outcomes
        if o.status == "failed"
    ]
    failures += problems
    result: dict[str, Any] = {
        "changed": any(o.changed for o in outcomes),
        "releases": [o.as_dict() for o in outcomes],
        "received": sum(o.received for o in outcomes),
        "diff": [dict(shown) for o in outcomes for shown in o.diff],
    }
    if failures:
        done = sum(o.status != "failed" for o in outcomes)
        each = linked(Message("{first} | {then}"), failures)
        told = Message("{done} prepared, {left} not. {failures}", done=done, left=len(failures), failures=each)
        result |= {"failed": True, "msg": told}
    return result
