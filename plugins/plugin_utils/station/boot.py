# SPDX-License-Identifier: GPL-3.0-or-later
"""When a station has started, as WMI tells it (``LastBootUpTime``). Pure."""

from __future__ import annotations

import datetime as dt
import re

from ...module_utils.base.message import Message

__all__ = ["boot_time", "is_later_boot"]

# WMI works the boot time out from the clock and the uptime, so a corrected clock moves it a little.
_SAME_BOOT = dt.timedelta(seconds=10)
# As WMI gives a time: 2026-11-25T18:00:00.123456+01:00. It is written into a file by cmd.exe.
_BOOT_TIME = re.compile(r"[0-9T:.Z+-]{19,40}")


def boot_time(text: str) -> dt.datetime:
    """Read ``LastBootUpTime``. Raises ValueError for anything but a time."""
    if not _BOOT_TIME.fullmatch(text):
        raise ValueError(Message("{text} is not a time", text=repr(text[:60])))
    found = dt.datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


def is_later_boot(before: str, after: str) -> bool:
    """Whether the station has started again in between; not after a note that a power cut has cut short."""
    try:
        return boot_time(after) - boot_time(before) > _SAME_BOOT
    except ValueError:
        return False
