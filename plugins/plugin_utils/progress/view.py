# SPDX-License-Identifier: GPL-3.0-or-later
"""The progress of a play drawn for a terminal with rich: a bar, rooms, stations at work, the last failures. Pure.

Every text goes in as ``Text``: rich reads markup in plain strings only.
"""

from __future__ import annotations

import io

from rich.console import Console, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Column, Table
from rich.text import Text

from ..words.words import Words
from .state import FAILED, STAGES, PlayProgress, StationWork, summary

__all__ = ["HEIGHT", "render"]

HEIGHT = 11
"""Lines of the whole view; with fewer it leaves rooms and stations out."""

_MIB = 2**20


def _bar(ended: int, total: int, *, failed: int, width: int) -> RenderableType:
    style = "yellow" if failed else "green"
    return ProgressBar(total=max(1, total), completed=ended, width=width, complete_style=style, finished_style=style)


def _mib(size: float) -> str:
    """In MiB; the first ten with a digit more."""
    return f"{size / _MIB:.0f}" if size >= 10 * _MIB else f"{size / _MIB:.1f}"


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60}:{int(seconds) % 60:02}"


def _doing(seen: StationWork, *, now: float, words: Words) -> str:
    text = words.of(STAGES[seen.stage]) if seen.stage else "…"
    if not seen.bytes:
        return f"{text} {_clock(now - seen.since)}" if now - seen.since >= 1 else text
    # More than there is to fetch: the size is another file's, so it says nothing.
    known = seen.bytes <= seen.total
    if known:
        text += f" {100 * seen.bytes // seen.total} % ({_mib(seen.bytes)}/{_mib(seen.total)} MiB)"
    else:
        text += f" {_mib(seen.bytes)} MiB"
    if seen.pace > 0:
        text += f", {_mib(seen.pace)} MiB/s"
        if known and seen.bytes < seen.total:
            text += f", {words('{time} left', time=_clock((seen.total - seen.bytes) / seen.pace))}"
    return text


def render(progress: PlayProgress, *, now: float, width: int, height: int, words: Words, color: bool) -> list[str]:
    """Exactly ``height`` lines for a terminal, each at most ``width`` columns."""
    console = Console(
        file=io.StringIO(),
        force_terminal=True,
        color_system="standard" if color else None,
        width=width,
        legacy_windows=False,
        highlight=False,
    )
    parts: list[RenderableType] = [Text("─" * width, style="dim")]
    parts.append(Text(summary(progress, now=now, words=words), style="bold", no_wrap=True, overflow="ellipsis"))
    failed = sum(end in FAILED for end in progress.ends.values())
    parts.append(_bar(len(progress.ends), len(progress.rooms), failed=failed, width=width))
    left = height - len(parts)
    failures = list(progress.failures)[-max(0, min(2, left // 3)) :] if left >= 3 else []
    left -= len(failures)
    rooms = [room for room in progress.by_room() if room[0]][: max(0, min(3, left // 2))]
    left -= len(rooms)
    # Those that have been at the same thing longest are the ones worth looking at.
    stations = sorted(progress.at_work.items(), key=lambda item: (item[1].since, item[0]))[: max(0, left)]
    name_column = Column(no_wrap=True, overflow="ellipsis", max_width=max(10, width // 3))
    if rooms:
        grid = Table.grid(name_column, Column(width=max(5, width // 4)), Column(no_wrap=True), padding=(0, 2))
        for room, ended, bad, total in rooms:
            grid.add_row(
                Text(room),
                _bar(ended, total, failed=bad, width=max(5, width // 4)),
                Text.assemble(f"{ended}/{total}", (f"  ✗ {bad}" if bad else "", "yellow")),
            )
        parts.append(grid)
    if stations:
        grid = Table.grid(name_column.copy(), Column(no_wrap=True, overflow="ellipsis"), padding=(0, 2))
        for name, seen in stations:
            grid.add_row(Text(f"  {name}", style="cyan"), Text(_doing(seen, now=now, words=words)))
        parts.append(grid)
    for name, why in failures:
        parts.append(Text.assemble(("✗ ", "red"), (name, "red bold"), f" {why}", no_wrap=True, overflow="ellipsis"))
    lines: list[str] = []
    for part in parts:
        with console.capture() as capture:
            console.print(part, no_wrap=True, overflow="ellipsis", crop=True)
        lines += capture.get().rstrip("\n").split("\n")
    return (lines + [""] * height)[:height]
