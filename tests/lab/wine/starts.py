"""Tasks that wait for a start of Windows: which of a Wine station's own are due when it has booted. I/O: files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

from ..simulated.tasks.definition import decode_xml, parse_task

__all__ = ["due_at_boot"]


def due_at_boot(folder: Path, *, now: dt.datetime) -> Iterator[tuple[str, float]]:
    """Name of each task below ``System32\\Tasks`` that begins with this start, and how many seconds after it.

    ``now``: the station's own time, as boundaries are. Of several triggers the first that counts.
    """
    for path in sorted(each for each in folder.rglob("*") if each.is_file()):
        triggers = parse_task(decode_xml(path.read_bytes(), "ascii")).triggers
        delays = [trigger.delay for trigger in triggers if trigger.kind == "boot" and trigger.counts(now)]
        if delays:
            yield "\\" + str(path.relative_to(folder)).replace("/", "\\"), delays[0]
