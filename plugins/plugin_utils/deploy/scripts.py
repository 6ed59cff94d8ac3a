# SPDX-License-Identifier: GPL-3.0-or-later
"""What published scripts can be told to do: a step for which one is too old is refused before anything is done.

Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ...module_utils.base.message import Message
from ..depot.script import SCRIPT_VERSION, lacks_verb
from .goal import JobStep

__all__ = ["too_old"]


def too_old(steps: Iterable[JobStep], versions: Mapping[str, int]) -> tuple[str, str] | None:
    """The fact and the remedy for the first step that its script cannot do; None when all can be done.

    ``versions``: of each script by its digest; one that is not there is of this collection's. A job that is on the
    station already does what it was begun for.
    """
    for step in steps:
        version = versions.get(step.digest, SCRIPT_VERSION)
        verb = "next_start" if step.arm else step.job.verb
        if not step.follow and lacks_verb(version, verb):
            return (
                Message(
                    "the script of {release} {arch} was published by an earlier version of this collection "
                    "and knows no {verb}",
                    release=step.job.release,
                    arch=step.job.arch,
                    verb=repr(verb),
                ),
                Message(
                    "Render it anew, without a download: ansible-playbook playbooks/prepare.yml on this inventory."
                ),
            )
    return None
