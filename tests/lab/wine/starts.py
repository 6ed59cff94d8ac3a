"""Tasks that wait for a start of Windows: which of a Wine station's own are due when it has booted. Pure."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

from lxml import etree

__all__ = ["due_at_boot", "task_files"]

_SPACE = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"
_DELAY = re.compile(r"PT(?:([0-9]+)M)?(?:([0-9]+)S)?")


def task_files(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Name and definition of each task of ``System32\\Tasks``."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield "\\" + str(path.relative_to(folder)).replace("/", "\\"), path.read_bytes()


def due_at_boot(definition: bytes, *, now: dt.datetime) -> float | None:
    """Seconds after the start at which a task begins, by the first of its triggers that counts; None: not at a start.

    ``now``: the station's own time, without a zone, as boundaries are.
    """
    root = etree.fromstring(definition.decode("utf-16").encode(), etree.XMLParser(resolve_entities=False))
    for trigger in root.iter(f"{_SPACE}BootTrigger"):
        begin, end = (trigger.findtext(f"{_SPACE}{name}Boundary") for name in ("Start", "End"))
        if (begin and now < dt.datetime.fromisoformat(begin)) or (end and now >= dt.datetime.fromisoformat(end)):
            continue
        delay = _DELAY.fullmatch(trigger.findtext(f"{_SPACE}Delay") or "PT0S")
        if delay is None:
            raise ValueError(f"a delay of {trigger.findtext(f'{_SPACE}Delay')!r}")
        return 60.0 * int(delay[1] or 0) + int(delay[2] or 0)
    return None
