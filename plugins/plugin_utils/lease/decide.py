# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a run may have a school, and when a lease is made longer. Pure.

A lease ends by itself: what its run writes while it works makes it longer, so that the one of a killed node is over
some minutes later, whatever became of the node. Where the process of its run can be looked for, and is gone, it is
over at once: an admin who has stopped a run starts the next one right away.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from ...module_utils.base.times import iso

__all__ = ["LEAST", "Lease", "Run", "claim", "due", "lease_of"]

LEAST: Final = 120.0
"""Seconds: the shortest lease. A worker with nothing to write makes it longer once a minute (remaining/memory.py)."""
_RENEWALS: Final = 5
"""It is made longer after a fifth of its time: four renewals may fail, or two nodes' clocks differ by as much."""


@dataclass(frozen=True, kw_only=True)
class Run:
    """A run. ``run``: no other has it; ``holder``: what people know it by; ``node``: where.

    ``place``: the machine and its processes' names, the same for whoever can look for ``process``; empty: nobody can.
    """

    run: str
    holder: str
    node: str
    place: str = ""
    process: str = ""


@dataclass(frozen=True, kw_only=True)
class Lease(Run):
    """A school that a run has, until ``expires``; times are the store's."""

    school: str
    seconds: int
    taken: str
    expires: str

    def as_dict(self) -> dict[str, Any]:
        """Its row."""
        return asdict(self)


def lease_of(school: str, run: Run, *, now: dt.datetime, seconds: float) -> Lease:
    """A new one."""
    expires = iso(now + dt.timedelta(seconds=seconds))
    return Lease(school=school, seconds=round(seconds), taken=iso(now), expires=expires, **asdict(run))


def claim(held: Lease | None, run: Run, *, now: dt.datetime, alive: bool) -> Literal["take", "keep", "leave"]:
    """What a run does about a school: take it, keep what it has, or leave it to who has it.

    ``alive``: whether the holder's process is, as far as it can be looked for from here.
    """
    if held is not None and held.run == run.run:
        return "keep"
    if held is None or held.expires <= iso(now) or not alive:
        return "take"
    return "leave"


def due(lease: Lease, *, now: dt.datetime) -> bool:
    """Whether a lease is to be made longer now; an expired one of somebody at work, too, while nobody has taken it."""
    return lease.expires <= iso(now + dt.timedelta(seconds=lease.seconds * (1 - 1 / _RENEWALS)))
