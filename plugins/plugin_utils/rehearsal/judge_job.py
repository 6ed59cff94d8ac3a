# SPDX-License-Identifier: GPL-3.0-or-later
"""What the harmless package's way says of each assumption about jobs. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable

from ...module_utils.base.message import Message
from ...module_utils.base.numbers import natural
from .ask import Evidence
from .judged import Judged, contradicted, held, not_settled, unasked
from .package import ENDS_WITH, PINGED, UNKNOWN_PRODUCT, Carried

__all__ = [
    "labels",
    "one_account",
    "outlives_its_shell",
    "recognised",
    "runs_at_all",
    "stopped",
    "waits_for_windows",
    "waits_without_console",
]

_CLOCK = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})[:.]([0-9]{2})\b.*")
_DAY = 86_400


def _of_the_job(judge: Callable[[Carried], Judged]) -> Callable[[Evidence], Judged]:
    """A judge of what the package's way shows; without one, why there was none."""

    def judged(evidence: Evidence) -> Judged:
        carried = evidence.carried
        if isinstance(carried, Carried):
            return judge(carried)
        return not_settled(carried) if carried else unasked(evidence, "job")

    return judged


def _when_run(judge: Callable[[Carried], Judged]) -> Callable[[Evidence], Judged]:
    """The same of what only a script that ran to its end can show."""

    def judged(carried: Carried) -> Judged:
        return judge(carried) if carried.told else not_settled(Message("the package never ran"))

    return _of_the_job(judged)


@_of_the_job
def runs_at_all(carried: Carried) -> Judged:
    """J19."""
    if carried.state == "registered":
        return contradicted(Message("the task was started and its script never ran"))
    if not carried.told:
        return not_settled(Message("the script stopped before the package ran"))
    return held(Message("the task's script ran, and so did the package"))


@_when_run
def recognised(carried: Carried) -> Judged:
    """J5, and with it W10 and W11's dots and dashes."""
    if carried.script_seen is None:
        return not_settled(Message("the task was over before it could be looked for"))
    if carried.script_seen:
        return held(Message("the task's process was found by its command line"))
    return contradicted(Message("no process of the task was found by its command line"))


@_when_run
def outlives_its_shell(carried: Carried) -> Judged:
    """W2."""
    if carried.state == "ended":
        return held(Message("the task ended as it should after the shell that started it was closed"))
    if not carried.script_seen:
        return not_settled(Message("without its process a task cannot be followed"))
    return contradicted(Message("the task was cut off after the shell that started it was closed"))


@_when_run
def one_account(carried: Carried) -> Judged:
    """J2."""
    if carried.told.get("account") == "system":
        return held(Message("the task runs as SYSTEM"))
    return contradicted(Message("the task does not run as SYSTEM"))


@_when_run
def waits_for_windows(carried: Carried) -> Judged:
    """J14."""
    code = natural(carried.told.get("waited"))
    if code is None:
        return not_settled(Message("the package did not come so far"))
    if code == UNKNOWN_PRODUCT:
        return held(Message("exit code {code}", code=code))
    if code in {9009, 9059}:
        return not_settled(Message("msiexec.exe could not be run"))
    return contradicted(Message("exit code {code} instead of {wanted}", code=code, wanted=UNKNOWN_PRODUCT))


@_when_run
def waits_without_console(carried: Carried) -> Judged:
    """J15. A clock with twelve hours would show it as well: what it is off by is half a day."""
    moments = [_seconds(carried.told.get(name, "")) for name in ("before", "after")]
    if None in moments:
        return not_settled(Message("the station's clock could not be read"))
    before, after = (moment or 0 for moment in moments)
    waited = (after - before) % (_DAY // 2)
    seen = Message("it waited {n} s", n=waited)
    # Whole seconds are compared: the last one may have hardly begun.
    return held(seen) if PINGED - 1 <= waited <= 60 * PINGED else contradicted(seen)


@_when_run
def labels(carried: Carried) -> Judged:
    """J17."""
    if carried.state == "ended":
        return held(Message("every label was found"))
    return not_settled(Message("the script stopped on the way"))


@_when_run
def stopped(carried: Carried) -> Judged:
    """J16: the file that tells the end is whole, with the code that the package ended with."""
    if carried.state != "ended":
        return not_settled(Message("the script stopped on the way"))
    if carried.code == ENDS_WITH:
        return held(Message("exit code {code}", code=ENDS_WITH))
    return contradicted(Message("exit code {code} instead of {wanted}", code=carried.code or 0, wanted=ENDS_WITH))


def _seconds(text: str) -> int | None:
    """Of a clock as cmd writes it (``22:41:07,53``), since midnight."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return None
    hours, minutes, seconds = (natural(each) or 0 for each in found.groups())
    return hours * 3600 + minutes * 60 + seconds
