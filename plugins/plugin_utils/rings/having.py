# SPDX-License-Identifier: GPL-3.0-or-later
"""The schools of a run are its own while it deploys: taken before its first ring, looked at before each other one.

I/O: the store and Ansible.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ...module_utils.base.clock import utc_now
from ...module_utils.base.message import Message, Moment, message_of
from ...module_utils.base.times import local
from ..lease.decide import LEAST, Lease
from ..lease.kept import holders, release, take
from ..lease.run import alive, run_id, this_run
from ..store.errors import StoreError
from ..store.store import Store, store_exists

__all__ = ["give_back_schools", "have_schools", "lease_seconds", "told_elsewhere"]

_POLL = 2.0

_ELSEWHERE = Message(
    "held back: another run has the school {school}: {holder} on {node}, until {until} at least",
    school="",
    holder="",
    node="",
    until="",
)


def lease_seconds(seconds: float) -> float:
    """For how long a school stays a run's that writes nothing more. Raises ValueError for too short a time."""
    if not seconds >= LEAST:
        raise ValueError(
            Message("pronote_timeouts.lease is {seconds}, and must be at least {least} s", seconds=seconds, least=LEAST)
        )
    return seconds


def told_elsewhere(lease: Lease) -> Message:
    """Why the stations of a school keep back that another run has."""
    until = Moment(local(lease.expires))
    return _ELSEWHERE.given(school=lease.school, holder=lease.holder, node=lease.node, until=until)


def have_schools(
    store: str,
    schools: Sequence[str],
    variables: Mapping[str, Any],
    *,
    seconds: float,
    wait: float = 0.0,
    waits: Callable[[Sequence[Message]], None] = lambda _why: None,
    check: bool = False,
) -> tuple[dict[str, Message], list[str]]:
    """Take schools, and return why some are not had, with warnings. In check mode nothing is taken.

    ``wait``: for how many seconds others are waited for; ``waits`` is told for whom, once. Without a store that can be
    used the run goes on, as any run does: what two of them begin on a station is one job (job/follow.py).
    """
    if not store or not schools or (check and not store_exists(store)):
        return {}, []
    run, deadline, told = this_run(variables), time.monotonic() + wait, False
    try:
        with Store(store) as kept:
            while True:
                now = utc_now()
                left = (
                    holders(kept, schools, run, now=now, alive=alive)
                    if check
                    else take(kept, schools, run, now=now, seconds=seconds, alive=alive)
                )
                why = {school: told_elsewhere(lease) for school, lease in left.items()}
                rest = deadline - time.monotonic()
                if not why or check or rest <= 0:
                    return why, []
                if not told:
                    waits(list(why.values()))
                    told = True
                time.sleep(min(_POLL, rest))
    except StoreError as exc:
        return {}, [Message("{error} Whether another run has these schools is not known.", error=message_of(exc))]


def give_back_schools(store: str) -> None:
    """The run is over. One that cannot say so has its schools until their time is over."""
    if not store_exists(store):
        return
    try:
        with Store(store) as kept:
            release(kept, run_id())
    except StoreError:
        return
